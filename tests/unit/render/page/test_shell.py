"""The shell of every page."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from envprobe.render.page.shell import asset, document, security_policy
from envprobe.render.page.template import fill
from tests.support.markup import Page


def _policy(text: str) -> str:
    [policy] = [
        members["content"] for tag, members in Page(text).elements if members.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    return policy


def test_the_policy_names_what_is_inlined() -> None:
    """A browser runs and applies exactly the script and the style sheet of the page: their hashes are in its policy."""
    text = document("a title", Markup("<p>body</p>"), styles=("p { color: red }",))
    inlined = re.findall(r"(?s)<(style|script)>(.*?)</\1>", text)
    assert [element for element, _ in inlined] == ["style", "style", "script"]
    for element, content in inlined:
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert re.search(rf"{element}-src [^;]*'sha256-{re.escape(digest)}'", _policy(text))


def test_the_policy_allows_nothing_else() -> None:
    """No address but that of the page itself, no form and no other base: a page that is opened from a mail calls nobody."""
    directives = dict(part.split(" ", 1) for part in _policy(document("t", Markup())).split("; "))
    assert directives.pop("style-src").count("'sha256-") == directives.pop("script-src").count("'sha256-") == 1
    assert directives == {"default-src": "'none'", "img-src": "data:", "base-uri": "'none'", "form-action": "'none'"}


def test_a_page_without_scripts() -> None:
    """A page may have no script at all: then its policy allows none."""
    text = document("t", Markup(), scripts=())
    assert "<script" not in text
    assert "script-src 'none'" in security_policy((), ())
    assert "script-src 'none'" in _policy(text)


def test_our_own_text_cannot_end_its_element() -> None:
    """A style sheet or script that holds its own end tag would become markup: it is refused."""
    with pytest.raises(ValueError, match="ends inside"):
        document("t", Markup(), scripts=("'</SCRIPT>'",))


def test_titles_are_text() -> None:
    """What names the page is text, whatever it is."""
    page = Page(document("</title><script>\u202e\x00{{ 7 * 7 }}", Markup()))
    assert [tag for tag, _ in page.elements].count("script") == 1
    assert "</title><script>\\u202e\\x00{{ 7 * 7 }}" in page.text


def test_a_template_is_given_all_that_it_names() -> None:
    """A value that was forgotten is an error of ours, not a hole in a page."""
    with pytest.raises(UndefinedError):
        fill("document.html", {"title": "t"})


def _luminance(color: str) -> float:
    parts = [int(color[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


TOKENS = re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", asset("style.css"))
GROUNDS = ("ground", "surface", "sunken")


@pytest.mark.parametrize("theme", [1, 2], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "soft", "accent", "fail", "warn", "note", "unknown", "good", "expected", "observed"])
def test_text_can_be_read(ink: str, theme: int) -> None:
    """Every colour of text has at least the contrast of WCAG 2.2 AA, 4.5 to 1, on each ground that it stands on, in both themes."""
    colors = {token[0]: token[theme] for token in TOKENS}
    for ground in [*GROUNDS, *([f"{ink}-ground"] if f"{ink}-ground" in colors else [])]:
        light, dark = sorted((_luminance(colors[ink]), _luminance(colors[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, ground
