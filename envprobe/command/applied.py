"""What `fix --apply` made, and what a check of it says."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ..report import Report
from ..spelling import line, some

LEFT_CHARACTERS = 2000


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What was made, and what a check of it says."""

    target: str
    """How it is checked again: the reference of what was made, or of what was changed."""
    report: Report
    start: str = ""
    """For an image: what is typed to start it, or what is to be done where nobody can type that."""
    left: list[str] = []
    """What helps against what still differs, and what could not be installed: commands and words."""
    is_done: bool = True
    """False where there was nothing to do."""

    is_new: bool = True
    """False where the image was there: it is started in another way."""

    @property
    def expect(self) -> str:
        """What results to expect of it, by its benchmark."""
        trace = self.report.trace
        if trace is None or not trace.compared:
            return "nobody knows of which bits its results are: the benchmark was not compared"
        if not trace.moved:
            return f"the baseline's bits: all {some(trace.compared, 'record')} of the benchmark are equal"
        size = "rounding alone" if trace.equivalent else "more than rounding"
        return f"other bits than the baseline's, by {size}: {trace.moved} of {some(trace.compared, 'record')} differ"


def left(words: Iterable[str]) -> list[str]:
    """Return what is left, each once and fit to be shown."""
    return [line(row, LEFT_CHARACTERS) for row in dict.fromkeys(words)]
