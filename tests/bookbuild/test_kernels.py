"""The client of a kernel hears an answer whose arrival was announced to somebody else."""

import asyncio

import nbformat
import zmq
import zmq.asyncio
from nbclient import NotebookClient

from bookbuild.kernels import ask_for_arrivals, keep_listening


async def lost_and_found() -> tuple[bool, bool]:
    """Whether a waiting client has its message: once the announcement is lost, and once it asks."""
    context = zmq.asyncio.Context()
    kernel, client = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    port = kernel.bind_to_random_port("tcp://127.0.0.1")
    client.connect(f"tcp://127.0.0.1:{port}")
    raw = zmq.Socket.shadow(client.underlying)
    waiting = asyncio.ensure_future(client.poll(None))
    await asyncio.sleep(0.2)
    await kernel.send(b"the reply")
    while not raw.get(zmq.EVENTS) & zmq.POLLIN:  # this reads the announcement away
        pass
    await asyncio.sleep(0.5)
    lost = waiting.done()
    ask_for_arrivals(client)
    await asyncio.sleep(0.5)
    found = waiting.done()
    waiting.cancel()
    context.destroy(linger=0)
    return lost, found


def test_a_reply_whose_announcement_is_lost_is_found_by_asking():
    assert asyncio.run(lost_and_found()) == (False, True)


def test_every_notebook_client_asks_once_a_second(monkeypatch):
    """Also when told twice to keep listening: the check is wrapped once."""
    keep_listening()
    keep_listening()
    assert not hasattr(NotebookClient._async_check_alive.__wrapped__, "__wrapped__")
    asked = []
    monkeypatch.setattr("bookbuild.kernels.ask_for_arrivals", lambda *s: asked.append(len(s)))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    cell = nbformat.v4.new_code_cell("import time; time.sleep(2.5)")
    NotebookClient(nbformat.v4.new_notebook(cells=[cell]), kernel_name="python3").execute()
    assert asked and set(asked) == {2}
