"""What a pytest run says of expectations at its end: those that were recorded, and those that no test asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

RESTRICTING = ("keyword", "markexpr", "deselect", "lf", "last_failed", "stepwise")
"""Options that leave tests out."""


class ExpectationSummary:
    """Collects from the tests' reports, which come from the workers too where xdist runs them."""

    def __init__(self, config: pytest.Config, *, record: bool) -> None:
        self.config = config
        self.record = record
        self.files: set[str] = set()
        """Test files, relative to the root, of which a test ran."""
        self.unfinished: set[tuple[str, str]] = set()
        """File and name of tests that did not come to their end, and so may not have come to their checks."""
        self.is_partial = any("::" in argument for argument in config.args) or any(
            config.getoption(name, None) for name in RESTRICTING
        )
        """Whether tests were left out, so that what they would have asked for is unknown."""
        self.used: set[str] = set()
        self.recorded: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what a test asked for."""
        file, _, test = report.location
        self.files.add(file)
        if not report.passed:
            self.unfinished.add((file, test))
        notes: dict[str, Any] = getattr(report, "envprobe", {})
        self.used.update(notes.get("used", ()))
        self.recorded.update(notes.get("recorded", ()))

    def pytest_deselected(self) -> None:
        """Note that a plugin left tests out."""
        self.is_partial = True

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run that records, so that none passes by recording."""
        self.is_partial |= session.exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        self.is_partial |= bool(session.shouldfail or session.shouldstop)
        if self.record and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell what was recorded and what is unused."""
        unused = [] if self.is_partial else list(self._unused())
        lines = []
        if self.record:
            lines = [f"recorded {len(self.recorded)} of {len(self.used)} expectations that were checked"]
            lines += [f"  {self._shown(Path(path))}" for path in sorted(self.recorded)]
            lines += ["a run that records fails: look at what changed, then run again without --envprobe-record"]
        if unused:
            lines += ["unused: no test asked for", *(f"  {self._shown(path)}" for path in unused)]
        if lines:
            terminalreporter.section("expectations")
        for line in lines:
            terminalreporter.write_line(line, yellow=not line.startswith(" "))

    def _unused(self) -> Iterator[Path]:
        """Yield the stored expectations that were not asked for, though every test that could have was there."""
        for file in sorted(self.files):
            place = self.config.rootpath / file
            if not (place.parent / "expectations").is_dir():
                continue
            from .expectation import folder_of, stored

            excused = {folder_of(place, test) for test_file, test in self.unfinished if test_file == file}
            for path in stored(place):
                if str(path) not in self.used and path.parent not in excused:
                    yield path

    def _shown(self, path: Path) -> str:
        return str(path.relative_to(self.config.rootpath)) if path.is_relative_to(self.config.rootpath) else str(path)
