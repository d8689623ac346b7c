"""What a report says of recorded metrics outside of its record: numbers that were not recorded, and lines without a record.

Hints for a reader and no part of the verdict: a report may speak of other people's numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from itertools import islice

from ..carrier import Words

TEXT_LIMIT = 1 << 20
"""Characters of a report that are looked at."""
NEAR, NEAR_BEFORE = 60, 30
"""Characters behind a metric's name, and before it, in which a number counts as its value, in one sentence."""
NAME_LIMIT = 3
"""Letters of a name that is shorter are part of any word."""
SHOWN = 5
_LINE = re.compile(r"envprobe:[0-9]+\|(?:(?!envprobe:)[!-~]){0,2000}?\|rec:[0-9a-f]{32}")
_NUMBER = re.compile(r"(?<![\w.,:/+\-\u00b1\u2212\u2013])([0-9]{1,9}\.[0-9]{1,15}|[0-9]{1,3}(?=\s?%))(?![\w/:]|\.[0-9])\s?(%?)")
_SPREAD = re.compile(r"(?:\u00b1|\\pm|\+/-)\s*[0-9.]+")
"""A standard deviation belongs to a mean, and is no value of its own."""
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n")
_PARTS = re.compile(r"[^A-Za-z]+")
_GAP = r"[ _\-]?"


def lines(words: Iterable[Words]) -> list[str]:
    """Return the lines that stand for a record in some text, however the text is broken."""
    text = "".join("".join(part.text.split()) for part in _bounded(words))
    return _LINE.findall(text)


def unrecorded(words: Iterable[Words], metrics: Mapping[str, str]) -> list[str]:
    """Return where a number near a metric's name is none that was recorded under that name, the first few."""
    recorded = _by_word(metrics)
    if not recorded:
        return []
    parts = sorted((_GAP.join(word.split()) for word in recorded), key=len, reverse=True)
    name = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(parts)})(?![A-Za-z])", re.IGNORECASE)
    values = {word.replace(" ", ""): numbers for word, numbers in recorded.items()}
    return list(islice(_unrecorded(words, name, values), SHOWN))


def _unrecorded(words: Iterable[Words], name: re.Pattern[str], recorded: Mapping[str, list[Decimal]]) -> Iterator[str]:
    for place, text in _bounded(words):
        for sentence in _SENTENCE.split(_SPREAD.sub("", text)):
            found = list(name.finditer(sentence))
            if not found:
                continue
            values = [value for match in found for value in recorded[_words(match[0]).replace(" ", "")]]
            near = sentence[max(found[0].start() - NEAR_BEFORE, 0) : found[0].end() + NEAR]
            for number, percent in _NUMBER.findall(near):
                if not _is_recorded(Decimal(number), bool(percent), values):
                    yield f"{place} says {number}{percent} beside {found[0][0]!a}: no recorded value"


def _is_recorded(said: Decimal, is_percent: bool, values: list[Decimal]) -> bool:
    """Tell whether a number is a recorded one, rounded or cut to the digits that are shown, as a share or in per cent."""
    unit = Decimal((0, (1,), int(said.as_tuple().exponent)))
    candidates = [value * 100 for value in values] + ([] if is_percent else values)
    return any(abs(abs(value) - said) < unit for value in candidates)


def _by_word(metrics: Mapping[str, str]) -> dict[str, list[Decimal]]:
    """Return what was recorded by the word that people use, of `metrics.json:history.val_loss[3]` `val loss`."""
    found: dict[str, list[Decimal]] = {}
    for name, text in metrics.items():
        word = _words(re.split(r"[.:/]", re.sub(r"\[[0-9]+\]", "", name))[-1])
        if len(word.replace(" ", "")) >= NAME_LIMIT:
            found.setdefault(word, []).extend(_values(text))
    return found


def _words(name: str) -> str:
    """Return a name as words in small letters."""
    return " ".join(part for part in _PARTS.split(name) if part).lower()


def _values(text: str) -> Iterator[Decimal]:
    """Yield every recorded number of a metric, and of several attempts their mean."""
    numbers = []
    for part in text.split(","):
        with suppress(InvalidOperation):
            numbers.append(Decimal(part))
    finite = [number for number in numbers if number.is_finite() and abs(number.adjusted()) < 100]
    yield from finite
    if len(finite) > 1:
        yield sum(finite, Decimal(0)) / len(finite)


def _bounded(words: Iterable[Words]) -> Iterator[Words]:
    left = TEXT_LIMIT
    for place, text in words:
        yield Words(place, text[:left])
        left -= len(text)
        if left <= 0:
            return
