"""Where a comparator writes down what it finds: bounded, in order, judged by the tolerance."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path

import msgspec

from ..error import EnvprobeError
from ..installation import installing
from ..redaction import redact, redact_all
from ..spelling import cut, safe
from .comparison import Deviation, OutputDifference, OutputVerdict
from .tolerance import Rule, Tolerance

SHOWN_DIFFERENCES = 50
SHOWN_CHARACTERS = 200
CONTEXT_CHARACTERS = 40
"""What is shown in front of the place where two long texts part."""
PLAIN_KEY = re.compile(r"[\w:/@ +-]{1,200}|\*")

Step = str | int
"""A member's name or an item's index."""


class Unreadable(Exception):
    """A file, or one member of it, is not what its name says; the message completes `bytes because …`."""


class Unable(EnvprobeError):
    """A file may well be what its name says, but cannot be read here or not within bounds: other bytes say nothing of it."""


@contextmanager
def only_refusals(type_name: str) -> Iterator[None]:
    """Turn whatever reading a file raises into Unreadable; Unable goes through."""
    try:
        yield
    except (Unable, Unreadable):
        raise
    except Exception as error:  # hostile bytes: numpy, h5py, Pillow, PyYAML and zlib raise anything
        words = " ".join(str(error).split())[:SHOWN_CHARACTERS] or type(error).__name__
        raise Unreadable(f"it cannot be read as {type_name}: {safe(words)}") from error


def missing_extra(module: str, extra: str) -> Unable:
    """Return the trouble that a library is not installed."""
    return Unable(f"{module} is not installed", installing(extra))


class Found(msgspec.Struct, frozen=True):
    """What findings hold, to be handed from one process to another."""

    count: int
    outside: int
    rejected: list[OutputDifference]
    accepted: list[OutputDifference]
    unread: int = 0
    hint: str = ""


class Findings:
    """The differences of one output."""

    def __init__(self, tolerance: Tolerance, output: str, type_name: str) -> None:
        self.tolerance = tolerance
        self.output = output
        self.type_name = type_name
        self.count = self.outside = self.unread = 0
        self.depth = 0
        """How many archives the output lies in."""
        self.hint = ""
        """What would let more be read, such as an extra to install."""
        self._shown: dict[bool, list[OutputDifference]] = {True: [], False: []}
        self.rule = cache(self._rule)

    @classmethod
    def for_summary(cls, path: Path) -> Findings:
        """Return the findings of a file that is only described: no rule is known there."""
        return cls(Tolerance(), path.name, "")

    def _rule(self, path: tuple[Step, ...]) -> Rule:
        return self.tolerance.rule(".".join(map(str, path)), self.output, self.type_name)

    @cached_property
    def whole(self) -> Rule:
        """The rule for the output as a whole, which may name the output alone."""
        return self.tolerance.rule_of_output(self.output, self.type_name)

    def add(
        self,
        path: tuple[Step, ...] | str,
        kind: str,
        expected: str,
        observed: str,
        *,
        accepted: bool = False,
        deviation: Deviation | None = None,
    ) -> None:
        """Write down one difference; texts are made safe and short here, cut around the place where they part."""
        self.count += 1
        self.unread += kind == "unread"
        self.outside += not accepted and kind != "unread"
        if len(self._shown[accepted]) < SHOWN_DIFFERENCES:
            name = str(path[-1]) if path else ""
            expected, observed = (safe(redact_all({name: text})[name]) for text in (expected, observed))
            expected, observed = parted(expected, observed)
            self._shown[accepted].append(
                OutputDifference(
                    path=redact(path if isinstance(path, str) else spell_path(path)),
                    kind=kind,
                    expected=expected,
                    observed=observed,
                    accepted=accepted,
                    deviation=deviation,
                )
            )

    def add_numbers(self, path: tuple[Step, ...], deviation: Deviation, kind: str = "number") -> None:
        """Write down numbers that differ, shown by the worst place."""
        if deviation.differing:
            place = (deviation.worst or deviation.first)[0]
            self.add(
                spell_path(path) + (place.where if deviation.count == 1 else ""),
                kind,
                place.expected,
                place.observed,
                accepted=deviation.outside == 0,
                deviation=deviation,
            )

    @property
    def found(self) -> Found:
        """What was written down so far."""
        return Found(self.count, self.outside, self._shown[False], self._shown[True], self.unread, self.hint)

    def take(self, found: Found) -> None:
        """Write down what another process found."""
        self.count, self.outside, self.unread = found.count, found.outside, found.unread
        self.hint = found.hint
        self._shown = {False: found.rejected, True: found.accepted}

    def include(self, found: Found, where: Callable[[str], str]) -> None:
        """Add what was found in a part of this output, under the path that `where` makes of the part's own."""
        self.count, self.outside, self.unread = self.count + found.count, self.outside + found.outside, self.unread + found.unread
        self.hint = self.hint or found.hint
        for accepted, differences in ((False, found.rejected), (True, found.accepted)):
            room = SHOWN_DIFFERENCES - len(self._shown[accepted])
            self._shown[accepted] += [msgspec.structs.replace(one, path=where(one.path)) for one in differences[:room]]

    @property
    def verdict(self) -> OutputVerdict:
        """What follows from the differences."""
        if self.outside:
            return OutputVerdict.DIFFERS
        if self.unread:
            return OutputVerdict.UNDETERMINED
        return OutputVerdict.TOLERANCE if self.count else OutputVerdict.IDENTICAL

    @property
    def differences(self) -> list[OutputDifference]:
        """The differences that are shown, those that no rule accepts first."""
        return (self._shown[False] + self._shown[True])[:SHOWN_DIFFERENCES]


def parted(expected: str, observed: str, limit: int = SHOWN_CHARACTERS) -> tuple[str, str]:
    """Cut two texts to a length so that what differs is seen: around the first place where they part."""
    if max(len(expected), len(observed)) <= limit:
        return expected, observed
    common = next(
        (i for i, (a, b) in enumerate(zip(expected, observed, strict=False)) if a != b), min(len(expected), len(observed))
    )
    start = 0 if common < limit // 2 else common - CONTEXT_CHARACTERS
    return _window(expected, start, limit), _window(observed, start, limit)


def _window(text: str, start: int, limit: int) -> str:
    before, room = ("…", limit - 1) if start else ("", limit)
    return before + (text[start:] if len(text) - start <= room else text[start : start + room - 1] + "…")


def spell_path(path: tuple[Step, ...]) -> str:
    """Spell a path as `history.loss[3]`; a name that would be ambiguous inside it is quoted."""
    if len(path) == 1 and isinstance(path[0], str):
        return cut(safe(path[0]), SHOWN_CHARACTERS)
    words: list[str] = []
    for step in path:
        if isinstance(step, int):
            words.append(f"[{step}]")
        elif PLAIN_KEY.fullmatch(step):
            words.append(f".{step}" if words else step)
        else:
            words.append(f"[{json.dumps(cut(step, SHOWN_CHARACTERS), ensure_ascii=False)}]")
    return safe("".join(words))
