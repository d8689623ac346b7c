"""envprobe in pytest: `--envprobe` checks the environment, the fixture `reproducible` compares what tests compute.

Every pytest run beside an installed envprobe loads this module, so the rest of envprobe is imported only where it is used, and it
holds no assertion that pytest would rewrite (PYTEST_DONT_REWRITE).
"""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from .option import add_options, is_implied, setting

if TYPE_CHECKING:
    from ..output import Tolerance

MARKER = "reproducible"
MARKER_HELP = (
    "reproducible(baseline=NAME, tolerance=RULES, repeat=COUNT): the baseline that the test's environment is compared with, "
    "the tolerance of its checks, and how often it is run"
)
NOTES: pytest.StashKey[dict[str, Any]] = pytest.StashKey()
"""What a test's reports carry from a worker of xdist to the controller, as `report.envprobe`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, and a setting of the same name for each."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register what watches the whole session; under xdist only the controller does."""
    config.addinivalue_line("markers", MARKER_HELP)
    if hasattr(config, "workerinput"):
        return
    from .expectations import ExpectationSummary

    config.pluginmanager.register(ExpectationSummary(config, record=setting(config, "envprobe_record")), "envprobe-expectations")
    if setting(config, "envprobe") or is_implied(config):
        from .environment import EnvironmentCheck

        config.pluginmanager.register(EnvironmentCheck(config), "envprobe-environment")


@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make `repeat=` tests of one test, each with fixtures of its own. Recording needs one only."""
    count = marked(metafunc.definition).repeat
    if count > 1 and not setting(metafunc.config, "envprobe_record"):
        metafunc.fixturenames.append("_envprobe_repeat")
        numbers = range(1, count + 1)
        metafunc.parametrize("_envprobe_repeat", numbers, indirect=True, ids=[f"repeat{number}of{count}" for number in numbers])


@pytest.fixture
def _envprobe_repeat(request: pytest.FixtureRequest) -> int:
    """Return which repetition this is."""
    number: int = request.param
    return number


class Mark(NamedTuple):
    """What `@pytest.mark.reproducible` says of a test."""

    baseline: str = ""
    tolerance: object = None
    """As written; `output.read_tolerance` reads it."""
    repeat: int = 1


def marked(item: pytest.Item) -> Mark:
    """Return what the closest markers say, checked. A mistake fails the test or its collection."""
    options: dict[str, Any] = {}
    for marker in item.iter_markers(MARKER):
        options = {**marker.kwargs, **options}
        unknown = [*map(repr, marker.args), *(name for name in marker.kwargs if name not in Mark._fields)]
        if unknown:
            pytest.fail(f"@pytest.mark.reproducible: no such argument: {', '.join(unknown)}; {MARKER_HELP}", pytrace=False)
    for name, kind in (("repeat", int), ("baseline", str)):
        if name in options and (not isinstance(options[name], kind) or not options[name] or options[name] is True):
            pytest.fail(f"@pytest.mark.reproducible: {name}={options[name]!r}; {MARKER_HELP}", pytrace=False)
    return Mark(**options)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note the baseline that a test names."""
    baseline = marked(item).baseline
    if baseline:
        item.stash.setdefault(NOTES, {})["baseline"] = baseline


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Send the notes along with the test's reports."""
    outcome: Any = yield
    notes = item.stash.get(NOTES, None)
    if notes:
        outcome.get_result().envprobe = notes


class Reproducible:
    """What the fixture gives to a test."""

    def __init__(self, expectations: Any, root: Path) -> None:
        self._expectations = expectations
        self._root = root

    def check(self, value_or_path: object, name: str = "") -> None:
        """Fail unless a number, text, list, dict, array, data frame, or the file or folder of a Path is as expected.

        A test that checks several gives each a name.
        """
        __tracebackhide__ = True
        from ..error import EnvprobeError

        try:
            trouble = self._expectations.check(value_or_path, name)
        except EnvprobeError as error:
            trouble = f"{error.message}\n  {error.hint}".rstrip()
        if trouble:
            pytest.fail(trouble)

    def claim(self, claim: str, *, run: str | PathLike[str], baseline: str | PathLike[str]) -> None:
        """Fail unless a recorded run shows what is claimed of it beside another: `accuracy >= +0.05`, in the same environment.

        As `envprobe check --run RUN --baseline BASELINE --claim CLAIM`: a refuted claim fails, and so does an undecided one.
        """
        __tracebackhide__ = True
        from ..error import EnvprobeError
        from .claimed import claim_trouble

        try:
            trouble = claim_trouble(claim, run, baseline, self._root)
        except EnvprobeError as error:
            trouble = f"{error.message}\n  {error.hint}".rstrip()
        if trouble:
            pytest.fail(trouble)


@pytest.fixture
def reproducible(request: pytest.FixtureRequest) -> Iterator[Reproducible]:
    """Compare what a test computes with its stored expectations: `reproducible.check(value_or_path, name=...)`."""
    from .expectation import Expectations, folder_of

    item = request.node
    expectations = Expectations(
        folder_of(item.config.rootpath / item.location[0], item.location[2]),
        tolerance=_tolerance(item),
        test=item.nodeid,
        record=setting(request.config, "envprobe_record"),
    )
    notes = item.stash.setdefault(NOTES, {})
    yield Reproducible(expectations, item.config.rootpath)
    notes["used"] = [str(path) for path in expectations.used]
    notes["recorded"] = [str(path) for path in expectations.recorded]


def _tolerance(item: pytest.Item) -> Tolerance:
    """Return the project's rules for outputs, with those of the marker over them; one rule alone holds for everything."""
    from ..config import load_config
    from ..output import Rule, Tolerance, read_tolerance

    rules = marked(item).tolerance or {}
    if isinstance(rules, dict) and rules and set(rules) <= set(Rule.__struct_fields__):
        rules = {"*": rules}
    own = read_tolerance(rules, f"{item.nodeid}: tolerance")
    return Tolerance({**load_config(item.config.rootpath).outputs.rules, **own.rules})
