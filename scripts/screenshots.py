#!/usr/bin/env python
"""Pictures of PAM's pages, to be looked at: in two sizes, light and dark, after a short conversation.

    scripts/screenshots.py http://127.0.0.1:8000 FOLDER

Starts nothing and talks to the PAM at that address as its demo user; what it says there stays there. `--only chat`
takes one page, `--no-talk` says nothing first.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

EMAIL, PASSWORD = "demo@example.com", "pam-demo"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PAGES = ["today", "chat", "wins", "wheels", "you", "social", "activity", "settings"]
SIZES = {1440: 900, 390: 844}
TALK = [
    "Filled up the Hilux, 62 L at 1.899, 234 567 km",
    "spent 42.50 on groceries at Coles and remind me to call Mum tomorrow at 6pm",
    "how much did I spend on fuel this month?",
    "remind me to put the bins out tonight at 8pm",
    "post to Hiking: the walk starts at the lookout this time",
]


def converse(page: Page) -> str:
    """Say what the pictures show and return the path of the conversation."""
    page.goto("/chat")
    for text in TALK:
        page.locator("[data-compose] textarea").fill(text)
        page.get_by_role("button", name="Send").click()
        turn = page.locator("article.turn", has_text=text)
        expect(turn).to_have_attribute("data-status", "done", timeout=60_000)
    return page.url


def sign_in(page: Page) -> None:
    """Sign the demo user in."""
    page.goto("/login")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/today")


def take(browser: Browser, base: str, folder: Path, names: list[str], talk: bool) -> None:
    """Take the pictures of some pages."""
    context = browser.new_context(base_url=base, locale="en-AU")
    page = context.new_page()
    for width, height in SIZES.items():
        for scheme in ("light", "dark"):
            if "signin" in names:
                shot(page, "/login", folder / f"signin-{width}-{scheme}.png", width, height, scheme)
    sign_in(page)
    paths = {name: f"/{name}" for name in names if name != "signin"}
    if talk and "chat" in paths:
        page.set_viewport_size({"width": 1440, "height": 900})
        paths["chat"] = converse(page)
        paths["new"] = "/chat"
    for width, height in SIZES.items():
        for scheme in ("light", "dark"):
            for name, path in paths.items():
                shot(page, path, folder / f"{name}-{width}-{scheme}.png", width, height, scheme)
    context.close()


def shot(page: Page, path: str, file: Path, width: int, height: int, scheme: Any) -> None:
    """Take the picture of one page: what the window shows."""
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(path)
    page.evaluate("document.fonts.ready.then(() => true)")
    page.screenshot(path=file)


def main() -> int:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", choices=[*PAGES, "signin"], default=[*PAGES, "signin"])
    parser.add_argument("--no-talk", action="store_true")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("PAM_CHROMIUM") or shutil.which("chromium")
    if not chromium:
        print("There is no Chromium. Run scripts/services.sh browser first.", file=sys.stderr)  # noqa: T201
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        take(browser, given.base, given.folder, given.only, not given.no_talk)
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
