"""What envprobe was called for, so that a hint names the very same target and baseline: it is typed as it is printed. Pure."""

from __future__ import annotations

import shlex

import msgspec


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A target and a baseline as they were named, and how envprobe is called from there."""

    target: str = ""
    """As it was typed, without values of variables; empty where none was: the configuration's, or this Python."""
    baseline: str = ""
    """The name or file of a baseline; empty where nobody knows."""
    options: tuple[str, ...] = ()
    """What was left out of the probe: `--no-benchmark`."""
    is_cell: bool = False
    """Whether it was called in a notebook's cell."""
    program: str = "envprobe"
    """What is typed in a shell to call it again."""

    def check(self, target: str | None = None) -> str:
        """Return what compares the target, or another one, with the baseline."""
        baseline = ("--baseline", self.baseline) if self.baseline else ()
        return self._typed("check", self.target if target is None else target, *baseline, *self.options)

    def probe(self) -> str:
        """Return what prints the target's fingerprint."""
        return self._typed("probe", self.target)

    def record(self, baseline: str) -> str:
        """Return what records the target under a name, or to a file."""
        return self._typed("record", self.target, *_written(baseline), *self.options)

    def record_again(self) -> str:
        """Return what records the baseline anew; empty where nobody knows which one."""
        return self._typed("record", self.target, *_written(self.baseline), "--update", *self.options) if self.baseline else ""

    def add_trace(self) -> str:
        """Return what adds the target's benchmark to the baseline; empty where there is no baseline to add to."""
        return self._typed("record", self.target, *_written(self.baseline), "--add-trace") if self.baseline else ""

    def show(self, document: str) -> str:
        """Return what shows a document."""
        return self._typed("show", document)

    def _typed(self, command: str, *words: str) -> str:
        rest = shlex.join([command, *(word for word in words if word)])
        if not self.is_cell:
            return f"{self.program} {rest}"
        return f"%envprobe {rest}" if command in MAGICS else f"!{self.program} {rest}"


def _written(baseline: str) -> tuple[str, str]:
    """Return the option of `record` that writes there."""
    return ("--output" if "/" in baseline or baseline.endswith(".json") else "--name"), baseline


MAGICS = ("check", "show")
"""The commands that the notebook's own magic has."""
