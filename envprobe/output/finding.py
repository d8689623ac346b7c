"""Where a comparator writes down what it finds: bounded, in order, judged by the tolerance."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import msgspec

from ..error import EnvprobeError
from ..spelling import cut, safe
from .comparison import Deviation, OutputDifference, Verdict
from .tolerance import Rule, Tolerance

SHOWN_DIFFERENCES = 50
SHOWN_CHARACTERS = 200
PLAIN_KEY = re.compile(r"[\w:/@ +-]{1,200}|\*")

Step = str | int
"""A member's name or an item's index."""


class Unreadable(Exception):
    """A typed comparison is not possible, so bytes decide; the message completes `bytes because …`."""


class Unable(EnvprobeError):
    """A typed comparison would be possible, but not here or not within bounds: if bytes differ, nothing can be said."""


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
    return Unable(f"{module} is not installed", f"pip install 'envprobe-ml[{extra}]'")


class Found(msgspec.Struct, frozen=True):
    """What findings hold, to be handed from one process to another."""

    count: int
    outside: int
    rejected: list[OutputDifference]
    accepted: list[OutputDifference]


class Findings:
    """The differences of one output."""

    def __init__(self, tolerance: Tolerance, output: str, type_name: str) -> None:
        self.tolerance = tolerance
        self.output = output
        self.type_name = type_name
        self.count = self.outside = 0
        self._shown: dict[bool, list[OutputDifference]] = {True: [], False: []}
        self.rule = cache(self._rule)

    def _rule(self, path: tuple[Step, ...]) -> Rule:
        return self.tolerance.rule(".".join(map(str, path)), self.output, self.type_name)

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
        """Write down one difference; texts are made safe and short here."""
        self.count += 1
        self.outside += not accepted
        if len(self._shown[accepted]) < SHOWN_DIFFERENCES:
            self._shown[accepted].append(
                OutputDifference(
                    path=path if isinstance(path, str) else spell_path(path),
                    kind=kind,
                    expected=cut(safe(expected), SHOWN_CHARACTERS),
                    observed=cut(safe(observed), SHOWN_CHARACTERS),
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
        return Found(self.count, self.outside, self._shown[False], self._shown[True])

    def take(self, found: Found) -> None:
        """Write down what another process found."""
        self.count, self.outside = found.count, found.outside
        self._shown = {False: found.rejected, True: found.accepted}

    @property
    def verdict(self) -> Verdict:
        """What follows from the differences."""
        if self.outside:
            return Verdict.DIFFERS
        return Verdict.TOLERANCE if self.count else Verdict.IDENTICAL

    @property
    def differences(self) -> list[OutputDifference]:
        """The differences that are shown, those that no rule accepts first."""
        return (self._shown[False] + self._shown[True])[:SHOWN_DIFFERENCES]


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
