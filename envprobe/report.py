"""What a comparison found, and the verdict that follows from it. The only place where a verdict is derived."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from .claim import ClaimVerdict
from .fact import Fact
from .fixes import Fix
from .output.comparison import OutputVerdict
from .policy import Severity

if TYPE_CHECKING:
    from .baseline.waiver import Waiver
    from .claim import ClaimResult
    from .fingerprint import Fingerprint
    from .metric import History, MetricRuns
    from .numerics.comparison import Comparison
    from .output import OutputComparison
    from .runs import Run


class Kind(Enum):
    """How two facts differ."""

    ADDED = "added"
    REMOVED = "removed"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    CROSSGRADED = "crossgraded"
    """The same version from another source or build."""
    MODIFIED = "modified"
    SHADOWED = "shadowed"
    CHANGED = "changed"


class Verdict(Enum):
    """The answer to one question: does it reproduce?"""

    REPRODUCES = "reproduces"
    DIFFERS = "differs"
    UNDETERMINED = "undetermined"


EXIT_STATUS = {Verdict.REPRODUCES: 0, Verdict.DIFFERS: 1, Verdict.UNDETERMINED: 2}


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that differs."""

    path: str
    kind: Kind
    severity: Severity
    expected: Fact
    observed: Fact
    why: str = ""
    """Why it matters, one sentence."""
    fix: Fix = Fix()
    """What to type, or to do, to fix it; empty where nothing is known to help."""
    because: str | None = None
    """The path of the difference that this one follows from."""
    waiver: Waiver | None = None
    """The waiver that lowered its severity to a note."""


class UnknownFact(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that is unknown on one side or the other."""

    path: str
    reason: str
    severity: Severity
    """What a difference there would have been: an unknown of severity `fail` keeps the verdict from `reproduces`."""


class OutputResult(msgspec.Struct, frozen=True, kw_only=True):
    """One output of an experiment against the recorded one."""

    comparison: OutputComparison
    severity: Severity = Severity.FAIL
    """What a difference means here."""


class PolicySource(msgspec.Struct, frozen=True):
    """A git revision that the expected side and the rules were read from."""

    revision: str
    """As somebody named it: `origin/main`."""
    commit: str
    """What that was, in full."""


class Location(msgspec.Struct, frozen=True):
    """Where in a repository the expected side is written: a file, and the lines that speak of its facts."""

    file: str
    """Relative to the repository's root, with slashes."""
    lines: dict[str, int] = {}
    """Fact path, or section, to the number of its line; empty where the file says something else by now."""

    def line_of(self, paths: Iterable[str]) -> int:
        """Return the first line that speaks of one of the facts, else that of its section, else 0."""
        paths = list(paths)
        sections = [path.partition(".")[0] for path in paths]
        return next((self.lines[name] for name in (*paths, *sections) if name in self.lines), 0)


class QuotedLine(msgspec.Struct, frozen=True):
    """All that a saved report says of what it observed: the line by which to quote it, `envprobe:1|py:…`."""

    text: str = ""
    """Empty where nobody asked for one."""


class Report(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The result of comparing one environment with what was expected of it."""

    expected_name: str
    expected_id: str
    observed_name: str
    observed_id: str
    differences: list[Difference]
    """Most severe first, then by path."""
    unknown: list[UnknownFact]
    skipped: dict[str, str] = {}
    """Globs of fact paths that were not compared, with the reason."""
    compared: int = 0
    """How many facts were compared."""
    trace: Comparison | None = None
    outputs: list[OutputResult] = []
    """What two experiments left, by name; empty where no experiment was compared."""
    claims: list[ClaimResult] = []
    """What was claimed of two experiments, and whether their runs show it."""
    metrics: list[MetricRuns] = []
    """The numbers of repeated runs, those that were claimed first: for pictures."""
    histories: list[History] = []
    """Metrics over the steps of the runs: for pictures."""
    stale_waivers: list[str] = []
    """One sentence for each waiver that is expired or unused."""
    strict: bool = False
    """Whether warnings fail."""
    observed: Fingerprint | Run | QuotedLine = QuotedLine()
    """What was observed, for formats that quote it: `records.line_of` gives its line."""
    location: Location | None = None
    """Where in a repository the expected side is written; None where it is in none, or where nobody asked."""
    policy_from: PolicySource | None = None
    """Where settings, policy, waivers and baseline were read from; None for the working folder."""

    @property
    def gate(self) -> frozenset[Severity]:
        """The severities that keep a verdict from `reproduces`."""
        return frozenset({Severity.FAIL, Severity.WARN}) if self.strict else frozenset({Severity.FAIL})

    @property
    def verdict(self) -> Verdict:
        """That of the environment, unless a claim is refuted (`differs`) or undecided (`undetermined`, where nothing differs)."""
        claimed = {result.verdict for result in self.claims}
        if ClaimVerdict.REFUTED in claimed or self.environment_verdict is Verdict.DIFFERS:
            return Verdict.DIFFERS
        return Verdict.UNDETERMINED if ClaimVerdict.UNDECIDED in claimed else self.environment_verdict

    @cached_property
    def environment_verdict(self) -> Verdict:
        """`differs` if a gated fact or output differs, else `undetermined` if one is or none was compared, else `reproduces`.

        It stands beside claims: outputs do not gate where something is claimed of them.
        """
        outputs = {output.comparison.verdict for output in self.outputs if output.severity in self.gate}
        if OutputVerdict.DIFFERS in outputs or any(difference.severity in self.gate for difference in self.differences):
            return Verdict.DIFFERS
        if OutputVerdict.UNDETERMINED in outputs or not self.compared or any(fact.severity in self.gate for fact in self.unknown):
            return Verdict.UNDETERMINED
        return Verdict.REPRODUCES

    @property
    def is_up_to_rounding(self) -> bool:
        """Whether it reproduces, and the benchmark's bits differ by rounding alone."""
        return self.verdict is Verdict.REPRODUCES and self.trace is not None and self.trace.equivalent

    @property
    def verdict_words(self) -> str:
        """The verdict for a reader: `reproduces up to rounding` where that is all that holds."""
        return f"{self.verdict.value} up to rounding" if self.is_up_to_rounding else self.verdict.value

    @property
    def roots(self) -> list[Difference]:
        """The differences that follow from no other."""
        return [difference for difference in self.differences if difference.because is None]

    @cached_property
    def _by_cause(self) -> dict[str | None, list[Difference]]:
        found: dict[str | None, list[Difference]] = {}
        for difference in self.differences:
            found.setdefault(difference.because, []).append(difference)
        return found

    def consequences(self, path: str) -> list[Difference]:
        """The differences that follow from the one at `path`."""
        return self._by_cause.get(path, [])

    def weight(self, root: Difference) -> Severity:
        """The severity of a root and of all that follows from it."""
        return max([root.severity, *(item.severity for item in self.consequences(root.path))], key=lambda level: level.rank)
