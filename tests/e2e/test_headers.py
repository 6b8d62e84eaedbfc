"""The browser holds every page to its Content-Security-Policy, and no page strains against it, light or dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import Watch, _context, sign_in
from tests.running import Running, manage

STAFF, PASSWORD = "staff@example.com", "a long password"
# What the page did against its policy, in the words of the browser's own event.
REPORT = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sample} (${event.sourceFile})`));
"""
START = ["/today", "/settings/factor", "/password", "/chat", "/activity"]
OPEN = [
    "/login",
    "/register",
    "/verify",
    "/password/reset",
    "/password/reset/sent",
    "/password/reset/done",
    "/no/such/page",
]
LINKS = "() => [...document.querySelectorAll('a[href]')].map((link) => new URL(link.href).pathname)"


@pytest.fixture(scope="session")
def staff_state(browser: Browser, running: Running) -> Any:
    """The cookies of an administrator."""
    made = manage(running.var, "person", STAFF, "--admin", "--password", PASSWORD)
    assert made.returncode == 0, made.stderr
    context = browser.new_context(base_url=running.base)
    sign_in(context.new_page(), STAFF, PASSWORD)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def staff(browser: Browser, running: Running, watch: Watch, staff_state: Any) -> Iterator[BrowserContext]:
    """A browser in which an administrator is signed in."""
    yield from _context(browser, running, watch, storage_state=staff_state)


def look(page: Page, path: str) -> None:
    """Open a page, light and then dark; fails where it broke its policy."""
    page.emulate_media(color_scheme="light")
    page.goto(path)
    page.wait_for_load_state("networkidle" if path.startswith("/api/") else "load")
    page.emulate_media(color_scheme="dark")
    page.evaluate("document.fonts.ready.then(() => true)")
    assert page.evaluate("window.violations") == [], path


def walk(page: Page, start: list[str], within: str = "/") -> set[str]:
    """Open these pages and one of each kind that they link to, and so on; return the addresses."""
    page.add_init_script(REPORT)
    waiting, seen = list(start), {}
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\b\d+\b", "ID", path)
        if kind in seen or not path.startswith(within) or path.startswith(("/static/", "/admin/r/")):
            continue
        seen[kind] = path
        look(page, path)
        waiting += page.evaluate(LINKS)
    return set(seen)


def test_the_pages_of_a_person(context: BrowserContext) -> None:
    seen = walk(context.new_page(), START)
    assert {"/wins", "/wheels", "/you", "/social", "/activity", "/settings", "/settings/app-passwords"} <= seen


def test_the_pages_of_a_visitor(visitor: BrowserContext, watch: Watch) -> None:
    watch.expected.add(404)
    assert set(OPEN) <= walk(visitor.new_page(), OPEN)


def test_the_admin_site(staff: BrowserContext) -> None:
    page = staff.new_page()
    seen = walk(page, ["/admin/"], within="/admin/")
    assert {
        "/admin/wins/account/",
        "/admin/accounts/user/ID/change/",
        "/admin/django_celery_beat/periodictask/add/",
    } <= seen
    page.goto("/admin/django_celery_beat/periodictask/add/")
    page.locator("#id_crontab").select_option(index=1)
    expect(page.locator(".field-crontab")).to_contain_text("Translation: At")


def test_swagger_ui_shows_the_api_and_tries_it_out(context: BrowserContext) -> None:
    page = context.new_page()
    walk(page, ["/api/docs"], within="/api/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    # One of the first: Swagger UI draws those further down as one comes to them.
    oneself = page.locator("[id='operations-auth-auth_me_retrieve']")
    oneself.locator("button.opblock-summary-control").click()
    oneself.get_by_role("button", name="Try it out").click()
    oneself.get_by_role("button", name="Execute").click()
    expect(oneself.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    assert page.evaluate("window.violations") == []


def test_redoc_shows_the_api(context: BrowserContext) -> None:
    page = context.new_page()
    walk(page, ["/api/redoc"], within="/api/redoc")
    expect(page.locator(".menu-content")).to_contain_text("wins")
    expect(page.locator("[data-section-id]").first).to_be_visible()
    # its stylesheet is there: the menu stands beside the text
    assert page.locator(".menu-content").evaluate("(menu) => getComputedStyle(menu).position") == "sticky"
    assert page.evaluate("window.violations") == []


def test_what_is_put_into_a_page_does_not_run(browser: Browser, running: Running, signed_in: Any) -> None:
    context = browser.new_context(base_url=running.base, storage_state=signed_in)
    page = context.new_page()
    stopped: dict[str, str | None] = {}
    page.on("requestfailed", lambda request: stopped.update({request.url: request.failure}))
    page.add_init_script(REPORT)
    page.goto("/today")
    page.evaluate(
        """() => {
          const put = (html) => document.body.append(document.createRange().createContextualFragment(html));
          put("<script>window.ran = 'script'</" + "script>");
          put("<img src='/static/img/mark.svg' onload=\\"window.ran = 'handler'\\">");
          put("<p style='display: none' id='styled'>words</p>");
          put("<img src='http://elsewhere.invalid/pixel.png'>");
          // later: what this very call evaluates, the test's own door lets through
          setTimeout(() => { try { Function("window.ran = 'text'")(); } catch {} });
        }"""
    )
    # one evaluation that waits: polling by Playwright would itself evaluate text, which the policy stops
    page.evaluate(
        "new Promise((done) => { setInterval(() => window.violations.length >= 5 && done(), 50); setTimeout(done, 20_000); })"
    )
    kinds = {line.split(":")[0] for line in page.evaluate("window.violations")}
    assert kinds == {"script-src-elem", "script-src-attr", "style-src-attr", "img-src", "script-src"}
    assert page.evaluate("window.ran") is None
    expect(page.locator("#styled")).to_be_visible()
    assert stopped == {"http://elsewhere.invalid/pixel.png": "csp"}
    context.close()
