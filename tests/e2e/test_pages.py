"""The pages: they open clean at every width, and what is done by hand has its receipt and undo too."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import Watch
from tests.running import Running

PAGES = ["/today", "/chat", "/wins", "/wheels", "/you", "/social", "/activity", "/settings"]
WIDTHS = [(1440, 900), (390, 844), (320, 640)]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_clean_and_fits_every_width(page: Page, path: str) -> None:
    for width, height in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok
        assert page.locator("h1").count() == 1
        page.evaluate("document.fonts.ready.then(() => true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} is wider than {width} px"
        # what stands out of the window on the right, but for what may scroll sideways or is there for screen readers
        assert page.evaluate(OUT) == [], f"{path} at {width} px"


OUT = """() => [...document.querySelectorAll("main *")].filter((one) => {
  const box = one.getBoundingClientRect();
  if (box.width < 2 || box.right <= innerWidth + 1 || one.closest(".vh")) return false;
  for (let up = one; up && up !== document.body; up = up.parentElement) {
    const flow = getComputedStyle(up).overflowX;
    if (["auto", "scroll", "hidden", "clip"].includes(flow) && up.getBoundingClientRect().right <= innerWidth + 1) return false;
  }
  return true;
}).map((one) => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_is_reached_from_every_page(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/today")
    for name in ["Chat", "Wins", "Wheels", "You", "Social", "Activity", "Settings", "Today"]:
        links = page.get_by_role("link", name=name, exact=True)
        next(link for link in links.all() if link.is_visible()).click()
        expect(page).to_have_url(re.compile(f"/{name.lower()}$"))


def test_an_expense_is_added_by_hand_and_undone(page: Page, api: Callable[..., Any]) -> None:
    page.goto("/wins")
    page.locator(".by-hand summary").first.click()
    sheet = page.locator(".by-hand details[open]")
    sheet.get_by_label("Amount").fill("21.45")
    sheet.get_by_label("Payee").fill("Corner Hardware")
    sheet.locator("button.primary").click()
    expect(page.locator("main .rows", has_text="Corner Hardware").first).to_contain_text("21.45")
    toast = page.locator("[data-toast]")
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator("main", has_text="Corner Hardware")).to_have_count(0)
    rows = api("GET", "/api/wins/expenses?page_size=200")["results"]
    assert not [row for row in rows if row["payee"] == "Corner Hardware"]


def test_a_form_that_is_wrong_says_what_is_wrong_and_adds_nothing(
    page: Page, api: Callable[..., Any], watch: Watch
) -> None:
    watch.expected.add(400)
    page.goto("/wins")
    page.locator(".by-hand summary").first.click()
    sheet = page.locator(".by-hand details[open]")
    sheet.get_by_label("Amount").fill("3.999999")
    sheet.get_by_label("Payee").fill("Nobody Sells This")
    # the browser would stop it first
    page.eval_on_selector_all("form", "forms => forms.forEach((form) => form.noValidate = true)")
    sheet.locator("button.primary").click()
    amount = page.locator(".by-hand details[open]").get_by_label("Amount")
    expect(amount).to_be_focused()
    expect(amount).to_have_value("3.999999")
    expect(amount).to_have_accessible_description(re.compile("decimal places"))
    expect(page.locator(".by-hand details[open]").get_by_label("Payee")).to_have_value("Nobody Sells This")
    assert "Nobody Sells This" not in str(api("GET", "/api/wins/expenses?page_size=200"))


def test_the_activity_page_undoes_and_redoes(page: Page, api: Callable[..., Any]) -> None:
    body = {"amount": {"amount": "31.75", "currency": "AUD"}, "payee": "Lantern Shop"}
    made = api("POST", "/api/wins/expenses", body)
    there = lambda: [  # noqa: E731
        row for row in api("GET", "/api/wins/expenses?page_size=200")["results"] if row["id"] == made["id"]
    ]
    page.goto("/activity")
    entry = page.locator(".entry", has_text="Lantern Shop").first
    entry.get_by_role("button", name="Undo").click()
    expect(page.locator(".entry.undone", has_text="Lantern Shop")).to_have_count(1)
    assert there() == []
    page.get_by_role("button", name="Redo").first.click()
    expect(page.locator(".entry.undone", has_text="Lantern Shop").locator(".sub", has_text="Undone")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    assert len(there()) == 1


def test_an_open_page_follows_what_is_done_elsewhere(context: BrowserContext, api: Callable[..., Any]) -> None:
    page = context.new_page()
    page.goto("/you")
    page.wait_for_load_state("networkidle")
    api("POST", "/api/you/tasks", {"title": "Oil the gate hinges"})
    expect(page.locator("main")).to_contain_text("Oil the gate hinges")


def test_what_is_told_on_today_goes_on_in_the_chat(page: Page) -> None:
    page.goto("/today")
    page.locator("main").get_by_label("Tell PAM").fill("spent 9.60 on stamps")
    page.locator("main").get_by_role("button", name="Send").click()
    expect(page).to_have_url(re.compile(r"/chat/[0-9a-f-]{36}"))
    expect(page.locator(".receipt")).to_contain_text("9.60")


def test_what_is_said_is_answered_without_scripts_too(browser: Browser, running: Running, signed_in: Any) -> None:
    plain = browser.new_context(java_script_enabled=False, storage_state=signed_in, base_url=running.base)
    page = plain.new_page()
    page.goto("/chat")
    page.locator("form[data-compose] textarea").fill("spent 11.15 on candles")
    page.get_by_role("button", name="Send").click()
    expect(page).to_have_url(re.compile(r"/chat/[0-9a-f-]{36}"))
    until = time.monotonic() + 20
    while not page.locator(".receipt").count() and time.monotonic() < until:
        page.reload()
    expect(page.locator(".receipt")).to_contain_text("11.15")
    page.locator(".receipt").get_by_role("button", name="Undo").click()
    expect(page.locator(".receipt")).to_have_attribute("data-state", "undone")
    plain.close()
