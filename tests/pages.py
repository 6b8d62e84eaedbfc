"""A page as tests read it: its forms with what stands in their fields, what is said beside them, and its ids."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from pam.accounts.models import User

ENDLESS = {"input", "link", "meta", "br", "img", "use", "rect", "line"}


class Read(HTMLParser):
    """The parts of a page that tests ask about."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.ids: Counter[str] = Counter()
        self.values: dict[tuple[str, str], str] = {}  # (address of the form, name of the field)
        self.fields: dict[tuple[str, str], dict[str, str]] = {}
        self.open: set[str] = set()  # addresses of forms that stand open
        self.text: dict[str, str] = {}  # of each element with an id
        self.words = ""
        self._inside: list[tuple[str, str]] = []  # (tag, id)
        self._form = self._select = ""
        self._begins = False
        self._shown = [True]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in an element."""
        given = {name: value or "" for name, value in attrs}
        if name := given.get("id"):
            self.ids[name] += 1
            self.text.setdefault(name, "")
        if tag not in ENDLESS:
            self._inside.append((tag, given.get("id", "")))
        if tag == "details":
            self._shown.append("open" in given)
        if tag == "form":
            self._form = given.get("action", "")
            if self._shown[-1]:
                self.open.add(self._form)
        if tag in {"input", "select", "textarea"} and "name" in given:
            key = (self._form, given["name"])
            self.fields[key] = given
            checkbox = given.get("type") == "checkbox"
            self.values[key] = ("on" if "checked" in given else "") if checkbox else given.get("value", "")
        if tag in {"select", "textarea"}:
            self._select = given.get("name", "")
            self._begins = tag == "textarea"
        if tag == "option" and "selected" in given:
            self.values[self._form, self._select] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag not in ENDLESS:
            while self._inside and self._inside.pop()[0] != tag:
                pass
        if tag == "details":
            self._shown.pop()

    def handle_data(self, data: str) -> None:
        """Take in words."""
        self.words += data
        for _, name in self._inside:
            if name:
                self.text[name] += data
        if self._inside and self._inside[-1][0] == "textarea":
            # A line break right after the tag is none of the text.
            self.values[self._form, self._select] += data.removeprefix("\n") if self._begins else data
            self._begins = False

    def problem(self, address: str, name: str) -> str:
        """Return what is said beside a field; raises where it is not marked as wrong."""
        field = self.fields[address, name]
        assert field.get("aria-invalid") == "true", (address, name)
        return " ".join(self.text[part].strip() for part in field["aria-describedby"].split())


def read(answer: Any) -> Read:
    """Read an answer of Django's client."""
    return Read(answer.content.decode())


def browser(user: User) -> Client:
    """Return a browser in which this person is signed in by the form."""
    client = Client()
    assert client.post("/login", {"email": user.email, "password": "a long password"})["Location"] == "/today"
    return client
