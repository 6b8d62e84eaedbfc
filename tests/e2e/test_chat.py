"""The conversation: what is said becomes a receipt, a plan or an answer, live in every open page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.files import picture


def say(page: Page, text: str) -> Locator:
    """Say something in the chat that is open; return its turn once it is finished."""
    page.get_by_label("Tell PAM", exact=True).last.fill(text)
    page.get_by_role("button", name="Send").click()
    turn = page.locator("article.turn").last
    expect(turn.locator(".said")).to_have_text(text)
    expect(turn).to_have_attribute("data-status", "done")
    return turn


def spent(api: Callable[..., Any], amount: str) -> list[Any]:
    """Return the expenses of an amount."""
    rows = api("GET", "/api/wins/expenses?page_size=200")["results"]
    return [row for row in rows if row["amount"]["amount"] == amount]


def test_an_expense_gets_a_live_receipt_and_its_undo_takes_it_back(page: Page, api: Callable[..., Any]) -> None:
    page.goto("/chat")
    turn = say(page, "spent 13.37 on a torch")
    receipt = turn.locator(".receipt")
    expect(receipt).to_have_attribute("data-state", "done")
    expect(receipt).to_contain_text("13.37")
    expect(page).to_have_url(re.compile(r"/chat/[0-9a-f-]{36}$"))
    assert len(spent(api, "13.37")) == 1

    receipt.get_by_role("button", name="Undo").click()
    expect(receipt).to_have_attribute("data-state", "undone")
    expect(receipt.locator("[data-undone]")).to_be_visible()
    expect(receipt.get_by_role("button", name="Undo")).to_be_hidden()
    assert spent(api, "13.37") == []


def test_an_undone_receipt_is_brought_back_by_its_redo(page: Page, api: Callable[..., Any]) -> None:
    page.goto("/chat")
    receipt = say(page, "spent 13.38 on a lamp").locator(".receipt")
    receipt.get_by_role("button", name="Undo").click()
    expect(receipt).to_have_attribute("data-state", "undone")
    page.reload()  # the button stands in what the server makes of it too
    expect(receipt).to_have_attribute("data-state", "undone")
    for _ in range(2):  # live as well, and as often as wanted
        receipt.get_by_role("button", name="Redo").click()
        expect(receipt).to_have_attribute("data-state", "done")
        expect(receipt.get_by_role("button", name="Redo")).to_have_count(0)
        assert len(spent(api, "13.38")) == 1
        receipt.get_by_role("button", name="Undo").click()
        expect(receipt).to_have_attribute("data-state", "undone")
        assert spent(api, "13.38") == []


def test_a_declined_post_is_never_seen(page: Page, api: Callable[..., Any]) -> None:
    page.goto("/chat")
    turn = say(page, "post to Hiking: the creek is too high to cross")
    plan = turn.locator(".plan")
    expect(plan).to_have_attribute("data-status", "waiting")
    expect(plan).to_contain_text("the creek is too high to cross")
    plan.get_by_role("button", name="Decline").click()
    expect(turn.locator('.plan[data-status="declined"]')).to_contain_text("Declined")
    expect(turn.locator(".receipt")).to_have_count(0)
    assert "the creek is too high to cross" not in str(api("GET", "/api/social/posts?page_size=200"))


def test_an_approved_post_gets_its_receipt(page: Page, api: Callable[..., Any]) -> None:
    page.goto("/chat")
    turn = say(page, "post to Hiking: lamps are needed on Saturday")
    assert "lamps are needed" not in str(api("GET", "/api/social/posts?page_size=200"))
    turn.get_by_role("button", name="Approve").click()
    expect(turn.locator(".receipt")).to_have_attribute("data-state", "done")
    expect(turn.locator('.plan[data-status="done"]')).to_contain_text("Done")
    assert "lamps are needed on Saturday" in str(api("GET", "/api/social/posts?page_size=200"))


def test_a_yes_in_words_leaves_out_what_is_unticked(page: Page, api: Callable[..., Any]) -> None:
    page.goto("/chat")
    turn = say(page, "post to Hiking: bring a whistle. Post to Hiking: bring a compass")
    turn.get_by_label("Include step 1").uncheck()
    expect(turn.get_by_role("button", name="Approve 1 step")).to_be_visible()
    answer = say(page, "yes")
    expect(answer.locator(".answer")).to_contain_text("1 unticked step waits still")
    posts = str(api("GET", "/api/social/posts?page_size=200"))
    assert ("bring a whistle" in posts, "bring a compass" in posts) == (False, True)
    plan = page.locator(".plan")
    expect(plan).to_have_attribute("data-status", "waiting")
    plan.get_by_role("button", name="Decline").click()
    expect(plan).to_have_attribute("data-status", "done")


def test_the_text_of_a_waiting_plan_can_be_changed(page: Page, api: Callable[..., Any]) -> None:
    page.goto("/chat")
    turn = say(page, "post to Hiking: we meet at the old gate")
    plan = turn.locator(".plan")
    plan.get_by_role("button", name="Edit").click()
    words = next(one for one in plan.locator("[data-edit]").all() if "old gate" in one.input_value())
    words.fill("we meet at the new gate")
    plan.get_by_role("button", name="Show the new diff").click()
    plan = turn.locator(".plan")
    expect(plan).to_contain_text("we meet at the new gate")
    expect(plan).to_have_attribute("data-status", "waiting")
    plan.get_by_role("button", name="Approve").click()
    expect(turn.locator(".receipt")).to_have_count(1)
    posts = str(api("GET", "/api/social/posts?page_size=200"))
    assert "the new gate" in posts
    assert "the old gate" not in posts


def test_two_tabs_show_the_same_conversation_live(context: BrowserContext) -> None:
    first, second = context.new_page(), context.new_page()
    first.goto("/chat")
    say(first, "spent 4.10 on a coffee")
    second.goto(first.url)
    expect(second.locator("article.turn")).to_have_count(1)
    say(first, "spent 5.20 on lunch")
    there = second.locator("article.turn").last
    expect(there.locator(".said")).to_have_text("spent 5.20 on lunch")
    expect(there.locator(".receipt")).to_contain_text("5.20")
    there.locator(".receipt").get_by_role("button", name="Undo").click()
    expect(first.locator("article.turn").last.locator(".receipt")).to_have_attribute("data-state", "undone")


def test_a_reload_keeps_the_conversation(page: Page) -> None:
    page.goto("/chat")
    say(page, "spent 6.30 on bread")
    waiting = say(page, "post to Hiking: bring a map")
    expect(waiting.locator(".plan")).to_be_visible()
    before = page.locator("article.turn .said").all_text_contents()
    page.reload()
    expect(page.locator("article.turn .said")).to_have_text(before)
    expect(page.locator(".receipt")).to_contain_text("6.30")
    plan = page.locator(".plan")
    expect(plan).to_have_attribute("data-status", "waiting")
    plan.get_by_role("button", name="Decline").click()  # what was made by the server works as what came live
    expect(page.locator('.plan[data-status="declined"]')).to_be_visible()


def test_the_sidebar_keeps_conversations_and_finds_them(page: Page) -> None:
    page.goto("/chat")
    say(page, "spent 7.40 on groceries at Marmalade Lane")
    address = page.url
    page.goto("/chat")
    expect(page.get_by_role("heading", name="New conversation")).to_be_visible()
    threads = page.locator("[data-threads]")
    expect(threads).to_contain_text("Marmalade")
    search = page.get_by_label("Search conversations")
    search.fill("marmalade")
    search.press("Enter")
    expect(threads.get_by_role("link")).to_have_count(1)
    threads.get_by_role("link").click()
    expect(page).to_have_url(address)
    expect(page.locator(".receipt")).to_contain_text("7.40")
    page.goto("/chat?q=nothinglikethis")
    expect(page.locator(".threads")).to_contain_text("No conversation has “nothinglikethis”.")


def test_an_answer_shows_its_figures_and_changes_nothing(page: Page) -> None:
    page.goto("/chat")
    turn = say(page, "how much have I spent on groceries this month?")
    expect(turn.locator(".answer")).to_contain_text("$")
    expect(turn.locator(".receipt")).to_have_count(0)


def test_a_question_is_answered_by_its_button(page: Page, api: Callable[..., Any]) -> None:
    for amount in ("71.30", "71.40"):
        api("POST", "/api/wins/expenses", {"amount": {"amount": amount, "currency": "AUD"}, "payee": "Wattle Books"})
    page.goto("/chat")
    asked = say(page, "delete the Wattle Books expense")
    answers = asked.locator("[data-options]")
    expect(answers.get_by_role("button")).to_have_count(2)
    page.reload()  # what the server makes of it works as what came live
    button = answers.get_by_role("button", name="71.40")
    words = button.inner_text()
    button.click()
    answer = page.locator("article.turn").last
    expect(answer.locator(".said")).to_have_text(words)
    expect(answer.locator(".receipt")).to_contain_text("71.40")
    expect(answers).to_have_count(0)
    assert (len(spent(api, "71.30")), len(spent(api, "71.40"))) == (1, 0)


def test_a_reminder_rings_in_an_open_page(context: BrowserContext, api: Callable[..., Any]) -> None:
    page = context.new_page()
    page.goto("/wins")
    page.wait_for_load_state("networkidle")
    at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2)
    api("POST", "/api/you/reminders", {"title": "Turn the compost", "at": at.isoformat()})
    toast = page.locator("[data-toast]", has_text="Turn the compost")
    expect(toast).to_be_visible(timeout=15_000)
    waits = context.new_page()
    waits.goto("/today")
    unread = waits.locator(".rang", has_text="Turn the compost")
    expect(unread).to_be_visible()
    toast.get_by_role("button", name="Dismiss").click()
    expect(toast).to_have_count(0)
    expect(unread).to_have_count(0)  # seen in one page is seen in the others


def test_markup_in_what_is_said_stays_words(page: Page) -> None:
    page.goto("/chat")
    turn = say(page, "spent 8.50 on <img src=x onerror=alert(1)>")
    expect(turn.locator(".said img")).to_have_count(0)
    expect(turn.locator(".reply img")).to_have_count(0)
    page.reload()
    expect(page.locator("article.turn img")).to_have_count(0)


def test_a_file_beside_the_words_is_in_their_receipt_and_a_refused_one_holds_them_back(
    page: Page, tmp_path: Path, watch: Any
) -> None:
    good, bad = tmp_path / "receipt.jpg", tmp_path / "not-a-picture.jpg"
    good.write_bytes(picture())
    bad.write_bytes(b"MZ no picture")
    watch.expected.add(400)
    page.goto("/chat")
    page.locator("[data-choose]").set_input_files([good, bad])
    expect(page.locator('[data-chosen] li[data-state="waits"]')).to_contain_text("receipt.jpg")
    refused = page.locator('[data-chosen] li[data-state="refused"]')
    expect(refused).to_contain_text("neither a picture")
    page.locator("[data-compose] textarea").fill("spent 40 at Bunnings")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("[data-problem]")).to_contain_text("Nothing was sent")
    refused.get_by_role("button").click()
    page.get_by_role("button", name="Send", exact=True).click()
    turn = page.locator("article.turn", has_text="spent 40 at Bunnings")
    expect(turn.locator(".receipt")).to_contain_text("File added, receipt.jpg")
    expect(turn.locator(".sent")).to_have_text("receipt.jpg")
    expect(page.locator("[data-chosen] li")).to_have_count(0)
