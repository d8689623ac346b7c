"""The environment of a pytest run: probed once, by the controller; compared with every baseline that a test names."""

from __future__ import annotations

import msgspec
import pytest

from ..command import environment
from ..command.comparison import compare
from ..command.source import Source, open_baseline
from ..config import load_config
from ..error import EnvprobeError
from ..fingerprint import Fingerprint
from ..instruments import rules
from ..policy import Policy, Severity, overlay
from ..records.published import record_of
from ..render import FORMATS, Style
from ..render.summary import count, headline
from ..report import Report, Verdict
from ..spelling import contrast, line
from .option import setting

LOCAL = "local://"
OBSERVERS = ("envprobe-ml", "pytest", "pytest-xdist", "pytest-cov", "pytest-timeout")
TOOLS = ("pytest", "pytest-*", "pluggy", "iniconfig", "execnet")
"""Of the instruments, and of what they require, what no experiment imports."""
LOOKING = ("collectonly", "showfixtures", "show_fixtures_per_test", "cacheshow")
"""Options with which pytest runs no test."""
CHOOSE = "pytest --envprobe-baseline NAME --envprobe-target TARGET, or settings of these names, say what is compared"
STATUS = {Verdict.DIFFERS: pytest.ExitCode.TESTS_FAILED, Verdict.UNDETERMINED: pytest.ExitCode.USAGE_ERROR}


class EnvironmentCheck:
    """Registered where the check is asked for, and never in a worker of xdist."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.strict = bool(setting(config, "envprobe_strict"))
        self.observed: Source[Fingerprint] | None = None
        """None until the session has started, and where no test is to be run."""
        self.reports: dict[str, Report] = {}
        """By baseline as a marker names it; the session's own first, under the empty name."""
        self.troubles: dict[str, EnvprobeError] = {}

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Probe and compare before the first test, so that trouble is shown at once: as an error of usage."""
        if any(self.config.getoption(name, False) for name in LOOKING):
            return
        try:
            self._start()
        except EnvprobeError as error:
            raise pytest.UsageError(f"{_spelled(error)}\n{CHOOSE}") from error

    def _start(self) -> None:
        project = load_config(self.config.rootpath, setting(self.config, "envprobe_policy_from"))
        target = setting(self.config, "envprobe_target") or project.target
        own = rules(OBSERVERS, TOOLS) if target == LOCAL else {}
        self.project = msgspec.structs.replace(project, target=target, policy=overlay(Policy(rules=own), project.policy))
        baseline = setting(self.config, "envprobe_baseline") or None
        expected, self.observed = environment.observe(target, baseline, config=self.project)
        self.reports[""] = compare(expected, self.observed, config=self.project, strict=self.strict)
        self._note_in_junit(self.observed.document)

    def _compare_with(self, name: str) -> None:
        if self.observed is None:
            return
        try:
            expected = open_baseline(name, self.project)
            prompt = self.observed.prompt.against(name) if self.observed.prompt is not None else None
            observed = msgspec.structs.replace(self.observed, prompt=prompt)
            self.reports[name] = compare(expected, observed, config=self.project, strict=self.strict)
        except EnvprobeError as error:
            self.troubles[name] = error

    def _note_in_junit(self, fingerprint: Fingerprint) -> None:
        from _pytest.junitxml import xml_key  # what `record_testsuite_property` uses; the fixture is no good outside tests

        document = self.config.stash.get(xml_key, None)
        if document is not None:
            document.add_global_property("envprobe.fingerprint", fingerprint.id)
            document.add_global_property("envprobe.verdict", self.reports[""].verdict.value)

    def pytest_report_header(self) -> list[str]:
        """Return the line that stands for the environment."""
        return [] if self.observed is None else [str(record_of(self.observed.document).line)]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add to a failure what the environment has to do with it, before anybody reads the report."""
        name = getattr(report, "envprobe", {}).get("baseline", "")
        if name not in self.reports and name not in self.troubles:
            self._compare_with(name)
        if report.failed and name in self.reports:
            _add_section(report, "environment", sentence(self.reports[name]))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a session in another environment; where there is no verdict, end it as an error."""
        if session.exitstatus != pytest.ExitCode.OK:
            return
        verdicts = {report.verdict for report in self.reports.values()}
        if Verdict.DIFFERS in verdicts:
            session.exitstatus = STATUS[Verdict.DIFFERS]
        elif self.troubles or Verdict.UNDETERMINED in verdicts:
            session.exitstatus = STATUS[Verdict.UNDETERMINED]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show each comparison as `envprobe check` does: the verdict alone where it reproduces."""
        if self.observed is None:
            return
        terminalreporter.section("environment")
        width = self.config.get_terminal_writer().fullwidth
        for report in self.reports.values():
            style = Style(width=width, color=terminalreporter.hasmarkup, verbosity=self._verbosity(report))
            terminalreporter.write(FORMATS["text"](report, style))
        for name, error in self.troubles.items():
            terminalreporter.write_line(f"ERROR: {line(name)}: {_spelled(error)}", red=True)

    def _verbosity(self, report: Report) -> int:
        if self.config.getoption("verbose") > 1:
            return 1
        counts = count(report)
        says_all = report.verdict is Verdict.REPRODUCES and not counts[Severity.FAIL] and not counts[Severity.WARN]
        return -1 if says_all else 0


def sentence(report: Report) -> str:
    """Return in one line whether the environment may be why a test failed."""
    for severity, words in ((Severity.FAIL, "environment differs"), (Severity.WARN, "environment differs (warning)")):
        found = [root for root in report.roots if report.weight(root) is severity]
        if found:
            expected, observed = contrast(found[0].expected, found[0].observed, 80)
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            return f"{words}: {line(found[0].path)} {expected} != {observed}{more}"
    if report.verdict is Verdict.UNDETERMINED:
        return f"environment unknown: {headline(report)}"
    return f"environment reproduces {line(report.expected_name)}: {headline(report)}"


def _add_section(report: pytest.TestReport, title: str, words: str) -> None:
    """Put a line under a failure's traceback; where there is no traceback, among the captured output."""
    add = getattr(report.longrepr, "addsection", None)
    if add is not None:
        add(title, words)
    else:
        report.sections.append((title, words))


def _spelled(error: EnvprobeError) -> str:
    return f"envprobe: {error.message}" + (f"\n{error.hint}" if error.hint else "")
