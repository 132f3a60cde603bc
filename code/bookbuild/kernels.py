"""A client of a kernel that does not sleep through the answer.

On a busy machine, about one chapter in a hundred stood still for ever: the kernel had answered and
was idle, its reply lay in the client's socket (ZMQ_EVENTS said so), and the client went on waiting
for the socket's file descriptor, which announces an arrival once and had been read. nbclient looks
each second whether the kernel is alive. Here it then asks its sockets for their events as well,
and whatever has arrived is delivered.
"""

from __future__ import annotations

from functools import wraps

import zmq
from nbclient import NotebookClient
from sphinx.application import Sphinx


def ask_for_arrivals(*sockets: zmq.Socket) -> None:
    """Have what has arrived at these asyncio sockets delivered to who waits for it."""
    for socket in sockets:
        if not socket.closed:
            socket.get(zmq.EVENTS)


def keep_listening() -> None:
    """From now on, every notebook client of this process asks each second."""
    check = NotebookClient._async_check_alive
    if getattr(check, "asks", False):
        return

    @wraps(check)
    async def check_and_ask(client: NotebookClient) -> None:
        await check(client)
        channels = (client.kc.shell_channel, client.kc.iopub_channel)
        ask_for_arrivals(*(channel.socket for channel in channels))

    check_and_ask.asks = True
    NotebookClient._async_check_alive = check_and_ask


def setup(app: Sphinx) -> None:
    keep_listening()
