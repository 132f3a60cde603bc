"""Firefox and WebKit (WebKitGTK, the nearest that Debian has to Safari), driven by Selenium.

Chromium has the other tests of the site. Here are the two engines that Playwright cannot drive as
a distribution ships them, each asked in the same words: a Selenium driver.
"""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver import FirefoxOptions, WebKitGTKOptions
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.webkitgtk.service import Service

WINDOW = (1280, 800)
SECONDS = 60  # for an answer; a busy machine may take its time

PREFERENCES = {
    "marionette.port": 0,  # any that is free
    "ui.primaryPointerCapabilities": 6,  # a mouse, which previews wait for: it hovers
    "ui.allPointerCapabilities": 6,
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
}

# What Selenium calls them, and what Firefox does.
COMMANDS = {
    Command.NEW_SESSION: "NewSession",
    Command.QUIT: "DeleteSession",
    Command.GET: "Navigate",
    Command.GO_BACK: "Back",
    Command.REFRESH: "Refresh",
    Command.GET_CURRENT_URL: "GetCurrentURL",
    Command.W3C_EXECUTE_SCRIPT: "ExecuteScript",
    Command.FIND_ELEMENT: "FindElement",
    Command.FIND_ELEMENTS: "FindElements",
    Command.FIND_CHILD_ELEMENT: "FindElement",
    Command.FIND_CHILD_ELEMENTS: "FindElements",
    Command.CLICK_ELEMENT: "ElementClick",
    Command.SEND_KEYS_TO_ELEMENT: "ElementSendKeys",
    Command.CLEAR_ELEMENT: "ElementClear",
    Command.GET_ELEMENT_TEXT: "GetElementText",
    Command.GET_ELEMENT_ATTRIBUTE: "GetElementAttribute",
    Command.GET_ELEMENT_PROPERTY: "GetElementProperty",
    Command.GET_ELEMENT_RECT: "GetElementRect",
    Command.GET_ELEMENT_TAG_NAME: "GetElementTagName",
    Command.IS_ELEMENT_ENABLED: "IsElementEnabled",
    Command.IS_ELEMENT_SELECTED: "IsElementSelected",
    Command.W3C_ACTIONS: "PerformActions",
    Command.W3C_CLEAR_ACTIONS: "ReleaseActions",
    Command.SCREENSHOT: "TakeScreenshot",
    Command.GET_WINDOW_RECT: "GetWindowRect",
    Command.SET_WINDOW_RECT: "SetWindowRect",
    Command.SET_TIMEOUTS: "SetTimeouts",
}


class Marionette:
    """Carries Selenium's commands to Firefox, in Firefox's own protocol.

    That is what geckodriver does, which Debian does not have. A message is its length, a colon and
    JSON: [0, number, name, parameters] there, [1, number, error, result] back.
    """

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        self.stream = self.socket.makefile("rb")
        self.receive()  # Firefox introduces itself
        self.count = 0

    def receive(self) -> object:
        length = b""
        while (digit := self.stream.read(1)) != b":":
            if not digit:
                raise ConnectionError("Firefox has closed the connection")
            length += digit
        return json.loads(self.stream.read(int(length)))

    def execute(self, command: str, params: dict) -> dict:
        params = {name: value for name, value in params.items() if name != "sessionId"}
        if command == Command.NEW_SESSION:
            params = params["capabilities"]["alwaysMatch"]
        if command in (Command.FIND_CHILD_ELEMENT, Command.FIND_CHILD_ELEMENTS):
            params["element"] = params.pop("id")
        if command == Command.SCREENSHOT:
            params["full"] = False  # the window, as in other browsers
        self.count += 1
        message = json.dumps([0, self.count, f"WebDriver:{COMMANDS[command]}", params]).encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self.receive()
        if error:
            return {"status": error["error"], "value": error}
        if isinstance(result, dict) and set(result) == {"value"}:
            result = result["value"]
        return {"value": result}

    def close(self) -> None:
        self.stream.close()
        self.socket.close()


@contextmanager
def process(command: list[str], **options) -> Iterator[subprocess.Popen]:
    """A program that is ended, and waited for, at the end."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = subprocess.Popen(command, **(quiet | options))
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def wait_for(what: Callable[[], object], said: str) -> object:
    """Whatever `what` returns as soon as that is something."""
    end = time.monotonic() + SECONDS
    while not (found := what()):
        if time.monotonic() > end:
            raise TimeoutError(f"{said}: not within {SECONDS} s")
        time.sleep(0.02)
    return found


def resized(driver: WebDriver, window: tuple[int, int]) -> WebDriver:
    """The page, without what the browser puts around it, becomes as large as `window`."""
    width, height = driver.execute_script(
        "return [outerWidth - innerWidth, outerHeight - innerHeight]"
    )
    driver.set_window_rect(0, 0, window[0] + width, window[1] + height)
    return driver


@contextmanager
def firefox(window: tuple[int, int] = WINDOW) -> Iterator[WebDriver]:
    """Firefox without a window, in a profile of its own."""
    with ExitStack() as stack:
        profile = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        lines = [f"user_pref({json.dumps(n)}, {json.dumps(v)});" for n, v in PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines))
        command = [find("firefox"), "--headless", "--no-remote", "--marionette"]
        own = {"HOME": str(profile)}
        stack.enter_context(process([*command, "--profile", str(profile)], env=os.environ | own))
        port = profile / "MarionetteActivePort"
        wait_for(lambda: port.exists() and port.read_text(), "Firefox names its port")
        connection = Marionette(int(port.read_text()))
        stack.callback(connection.close)
        driver = webdriver.Remote(connection, options=FirefoxOptions())
        stack.callback(driver.quit)
        yield resized(driver, window)


@contextmanager
def webkit(window: tuple[int, int] = WINDOW) -> Iterator[WebDriver]:
    """WebKitGTK's small browser, which needs a screen: one that nobody sees."""
    with ExitStack() as stack:
        read, write = os.pipe()
        screen = ["-displayfd", str(write), "-screen", "0", "{}x{}x24".format(*window)]
        stack.enter_context(process([find("xvfb"), *screen, "-nolisten", "tcp"], pass_fds=[write]))
        os.close(write)
        with os.fdopen(read) as pipe:
            display = pipe.readline().strip()
        home = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        own = {"DISPLAY": f":{display}", "GDK_BACKEND": "x11", "HOME": home, "NO_AT_BRIDGE": "1"}
        options = WebKitGTKOptions()
        options.binary_location = find("minibrowser")
        for argument in ("--automation", "--full-screen"):
            options.add_argument(argument)
        service = Service(find("webkit"), env=os.environ | own)
        service.start()
        stack.callback(service.stop)
        connection = RemoteConnection(client_config=ClientConfig(service.service_url))
        driver = webdriver.Remote(connection, options=options)
        stack.callback(driver.quit)
        yield resized(driver, window)


ENGINES = {"Firefox": firefox, "WebKit": webkit}
PROGRAMS = {
    "firefox": ("firefox-esr", "firefox"),
    "webkit": ("WebKitWebDriver",),
    "xvfb": ("Xvfb",),
}
NEEDED = {"Firefox": ("firefox",), "WebKit": ("webkit", "minibrowser", "xvfb")}
PACKAGES = {"Firefox": "firefox-esr", "WebKit": "webkit2gtk-driver xvfb"}


def find(program: str) -> str | None:
    """The path of a program, whatever it is called here, or None."""
    if program == "minibrowser":
        places = Path("/usr/lib").glob("*/webkit*gtk-*/MiniBrowser")
        return next((str(place) for place in sorted(places)), None)
    return next((path for name in PROGRAMS[program] if (path := shutil.which(name))), None)


def missing(engine: str) -> str | None:
    """What to install for an engine, or None if it is there."""
    if all(find(program) for program in NEEDED[engine]):
        return None
    return f"{engine} is not installed (Debian: apt install {PACKAGES[engine]})"
