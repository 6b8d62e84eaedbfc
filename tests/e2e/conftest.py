"""A browser, and a person in it, for tests that use PAM as people do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    Response,
    sync_playwright,
)
from playwright.sync_api import expect as expecting

from tests.running import Running

EMAIL, PASSWORD = "demo@example.com", "pam-demo"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 30_000  # ms that the page may take to show something: test machines are busy
expecting.set_options(timeout=PATIENCE)


@dataclass
class Watch:
    """What went wrong in the pages of a test: words of the console, failed and foreign requests."""

    host: str
    troubles: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def over(self, page: Page) -> None:
        """Watch a page."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.troubles.append(f"error in {page.url}: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("requestfailed", self._failed)

    def _said(self, message: ConsoleMessage) -> None:
        # A failed load is told by its answer's status.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.troubles.append(f"console {message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.netloc != self.host:
            self.troubles.append(f"request to another host: {request.url}")

    def _failed(self, request: Request) -> None:
        # A page that is left gives up what it was loading.
        if request.failure != "net::ERR_ABORTED":
            self.troubles.append(f"{request.failure} from {request.method} {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.troubles.append(f"{response.status} from {response.request.method} {response.url}")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium of the system; the tests fail where there is none."""
    path = os.environ.get("PAM_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    assert os.access(path, os.X_OK), f"There is no Chromium at {path}. Run scripts/services.sh browser first."
    started = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield started
    started.close()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One PAM for all browser tests, as `make run` starts it: SQLite, its own data with the demo user."""
    with Running(tmp_path_factory.mktemp("var")) as found:
        yield found


@pytest.fixture
def watch(running: Running) -> Iterator[Watch]:
    """What no page of a test may do, looked at when the test ends."""
    found = Watch(host=urlsplit(running.base).netloc)
    yield found
    assert not found.troubles


@pytest.fixture(scope="session")
def signed_in(browser: Browser, running: Running) -> Any:
    """The cookies of the demo user, who signed in once by the form."""
    context = browser.new_context(base_url=running.base)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    sign_in(page)
    state = context.storage_state()
    context.close()
    return state


def sign_in(page: Page, email: str = EMAIL, password: str = PASSWORD) -> None:
    """Fill in the form of the sign-in page and send it."""
    page.goto("/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


@pytest.fixture
def visitor(browser: Browser, running: Running, watch: Watch) -> Iterator[BrowserContext]:
    """A browser in which nobody is signed in."""
    yield from _context(browser, running, watch)


@pytest.fixture
def context(browser: Browser, running: Running, watch: Watch, signed_in: Any) -> Iterator[BrowserContext]:
    """A browser in which the demo user is signed in."""
    yield from _context(browser, running, watch, storage_state=signed_in)


def _context(browser: Browser, running: Running, watch: Watch, **options: Any) -> Iterator[BrowserContext]:
    made = browser.new_context(
        base_url=running.base, viewport={"width": 1440, "height": 900}, locale="en-AU", **options
    )
    made.set_default_timeout(PATIENCE)
    made.on("page", watch.over)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of the demo user."""
    return context.new_page()


@pytest.fixture
def api(running: Running) -> Callable[..., Any]:
    """The API as the demo user: `api(method, path, body)` returns the answer's JSON, or fails."""
    token = running.call("POST", "/api/auth/token", {"email": EMAIL, "password": PASSWORD})[2]["access"]

    def call(method: str, path: str, body: Any = None) -> Any:
        status, _, answer = running.call(method, path, body, token=token)
        assert status < 400, (status, answer)
        return answer

    return call
