"""Who may come in, and how they leave."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, expect

from .conftest import Watch, sign_in


def test_the_demo_user_signs_in_and_out(visitor: BrowserContext) -> None:
    page = visitor.new_page()
    page.goto("/chat")
    expect(page).to_have_url(re.compile(r"/login\?next=/chat$"))
    sign_in(page)
    expect(page).to_have_url(re.compile(r"/today$"))
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/wins")
    expect(page).to_have_url(re.compile(r"/login\?next=/wins$"))


def test_who_is_sent_to_sign_in_comes_back_to_the_page(visitor: BrowserContext) -> None:
    page = visitor.new_page()
    page.goto("/wheels")
    page.get_by_label("Email").fill("demo@example.com")
    page.get_by_label("Password", exact=True).fill("pam-demo")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/wheels$"))


def test_a_wrong_password_is_told_and_lets_nobody_in(visitor: BrowserContext, watch: Watch) -> None:
    watch.expected.update({400, 401, 403, 422})  # whatever says no
    page = visitor.new_page()
    sign_in(page, password="not the password")
    expect(page.locator(".notice")).to_contain_text("password")
    expect(page.get_by_label("Email")).to_have_value("demo@example.com")
    page.goto("/today")
    expect(page).to_have_url(re.compile(r"/login"))
