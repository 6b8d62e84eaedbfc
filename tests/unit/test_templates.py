"""The pages hold to what they promise: no inline code, every asset there, every icon known and used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import engines

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES, STATIC = ROOT / "templates", ROOT / "static"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
SPRITE = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))


def source(name: str) -> str:
    return (TEMPLATES / name).read_text()


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name: str) -> None:
    assert engines["django"].get_template(name) is not None


@pytest.mark.parametrize("name", NAMES)
def test_template_needs_no_inline_code(name: str) -> None:
    text = source(name)
    assert not re.search(r"\sstyle=|\son\w+=|\shx-on|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert "<style" not in text


@pytest.mark.parametrize("name", NAMES)
def test_template_names_assets_that_are_there(name: str) -> None:
    for asset in re.findall(r"{% static '([^']+)' %}", source(name)):
        assert (STATIC / asset).is_file(), asset


def test_stylesheets_and_scripts_name_files_that_are_there() -> None:
    for sheet in STATIC.glob("css/*.css"):
        for url in re.findall(r'url\("([^"]+)"\)', sheet.read_text()):
            assert (sheet.parent / url).is_file(), url
    for script in STATIC.glob("js/*.js"):
        for url in re.findall(r'from "(\./[^"]+)"', script.read_text()):
            assert (script.parent / url).is_file(), url


def test_sprite_has_the_icons_in_use_and_no_others() -> None:
    texts = [source(name) for name in NAMES] + [path.read_text() for path in STATIC.glob("js/*.js")]
    used = set().union(*(re.findall(r'(?:icon\.html" with name=|icon=)"([\w-]+)"|#([\w-]+)"', text) for text in texts))
    names = {name for pair in used for name in pair if name}
    icons = {name for name in SPRITE if not name.startswith("domain-")}
    assert icons <= names
    asked = {name for text in texts for name in re.findall(r'(?:icon\.html" with name=|icon=)"([\w-]+)"', text)}
    assert asked <= icons


def test_every_domain_has_its_icon() -> None:
    for domain in ("wins", "wheels", "you", "social", "assistant", "accounts"):
        assert f"domain-{domain}" in SPRITE
