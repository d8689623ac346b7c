"""What a reader sees of a piece of HTML: its elements, their attributes and words, whichever way they are spelled.

Browsers, formatters and minifiers write entities, quotes, attributes, white space, optional tags and styles anew, and mean
the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from itertools import groupby

from . import Words
from .region import MarkupView

SPACE = re.compile(r"[ \t\r\n\f]+")
CELLS, ROWS, BODY, TABLE = ("td", "th"), ("tr",), ("tbody",), "table"
VOID = frozenset({"wbr", "br", "hr", "img", "input", "link", "meta", "embed", "source", "area", "base", "col", "track"})
INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "br",
        "cite",
        "code",
        "del",
        "em",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
        "var",
        "wbr",
    ]
)
UNSEEN = frozenset({"script", "style", "template"})
PAGE_LIMIT = 8 << 20
"""Characters of a page that are looked at for its words: the rest are pictures and data of plots."""
CODE = "code"
LINE = "envprobe:"
_NUMBER = re.compile(r"(?<![\w#.])[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?=[a-z%]*(?:[\s/,]|$))")
_AROUND = re.compile(r"\s*([,/])\s*")
BOXES = ("margin", "padding")
NO_BACKGROUND = {"none": "0 0", "transparent": "0 0"}


def look(markup: str) -> MarkupView:
    """Return what a reader of some HTML sees."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return MarkupView(reader.parts, reader.line, reader.metrics)


def words(page: str) -> Iterator[Words]:
    """Yield the text of the paragraphs of a page, each with the line where it begins."""
    writer = _Words()
    writer.feed(page[:PAGE_LIMIT])
    writer.close()
    for line, group in groupby(writer.texts, lambda found: found[0]):
        yield Words(f"line {line}", "".join(text for _, text in group))


class _Words(HTMLParser):
    """Collects the text by the line at which its paragraph, cell or heading begins."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[tuple[int, str]] = []
        self._line = 1
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in INLINE:
            self._line = self.getpos()[0]
        self._unseen += tag in UNSEEN

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(self._unseen - (tag in UNSEEN), 0)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.texts.append((self._line, data))


class _Reader(HTMLParser):
    """Collects what there is; where a tag may be left out, it is there (HTML Living Standard, 13.1.2.4)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[tuple[object, ...]] = []
        self.line = ""
        self.metrics: list[tuple[str, str]] = []
        self._open: list[str] = []
        self._codes: list[str] = []
        """Of the table row that is open."""
        self._code = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for implied, group in ((CELLS, (*CELLS, *ROWS, *BODY)), (ROWS, (*ROWS, *BODY)), (BODY, BODY)):
            if tag in group and self._open and self._open[-1] in implied:
                self._end()
        if tag in ROWS and self._open and self._open[-1] == TABLE:
            self._start(BODY[0], ())
        self._start(tag, _attributes(attrs))
        if tag in VOID:
            self._end()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if tag in (*ROWS, *BODY, TABLE):
            for implied in (CELLS, ROWS, BODY):
                if self._open and tag in self._open and self._open[-1] in implied and self._open[-1] != tag:
                    self._end()
        if self._open and self._open[-1] == tag:
            self._end()
        elif tag not in BODY or tag in self._open:  # a browser takes no notice of one that is not open
            self.parts.append(("stray", tag))

    def handle_data(self, data: str) -> None:
        words = SPACE.sub(" ", data).strip(" ")
        if words:
            self.parts.append(("words", words))
        if CODE in self._open:
            self._code += words

    def handle_comment(self, data: str) -> None:
        self.parts.append(("comment", data.strip()))

    def handle_decl(self, decl: str) -> None:
        self.parts.append(("declaration", decl))

    def unknown_decl(self, data: str) -> None:
        self.parts.append(("declaration", data))

    def handle_pi(self, data: str) -> None:
        self.parts.append(("declaration", data))

    def _start(self, tag: str, attributes: tuple[object, ...]) -> None:
        self.parts.append(("start", tag, attributes))
        self._open.append(tag)
        if tag in ROWS:
            self._codes = []
        elif tag == CODE:
            self._code = ""

    def _end(self) -> None:
        tag = self._open.pop()
        if tag in BODY and self.parts[-1] == ("start", tag, ()):
            self.parts.pop()  # an empty one is not seen
            return
        self.parts.append(("end", tag))
        if tag == CODE:
            self._codes.append(self._code)
            self.line = self.line or (self._code if self._code.startswith(LINE) else "")
        elif tag in ROWS and len(self._codes) == len(("name", "value")):
            self.metrics.append((self._codes[0], self._codes[1]))


def _attributes(attrs: list[tuple[str, str | None]]) -> tuple[object, ...]:
    """Return attributes in one order, the first of each name as in a browser; classes and style by what they mean."""
    first = dict(reversed([(name, value or "") for name, value in attrs]))
    if "class" in first:
        first["class"] = " ".join(sorted(first["class"].split()))
    if "style" in first:
        first["style"] = _style(first["style"])
    return tuple(sorted(first.items()))


def _style(text: str) -> str:
    """Return declarations in one order and spelling. Of two that set one property both count: they are not what we write."""
    pairs = [part.partition(":") for part in text.split(";") if part.strip()]
    return ";".join(sorted(f"{name.strip().lower()}:{_value(name.strip().lower(), value)}" for name, _, value in pairs))


def _value(name: str, text: str) -> str:
    text = _AROUND.sub(r"\1", SPACE.sub(" ", text.lower()).strip())
    text = _NUMBER.sub(lambda match: f"{Decimal(match[0]).normalize():f}", text)
    if name in BOXES:
        return _box(text.split(" "))
    return NO_BACKGROUND.get(text, text) if name == "background" else text


def _box(sides: list[str]) -> str:
    """Return margins or paddings as short as they can be written: top, right, bottom and left."""
    for index in (3, 2, 1):
        if len(sides) == index + 1 and sides[index] == sides[max(index - 2, 0)]:
            sides = sides[:index]
    return " ".join(sides)
