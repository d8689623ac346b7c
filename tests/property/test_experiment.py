"""Recorded experiments, for whatever was run and left."""

from __future__ import annotations

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from envprobe.command.environment import diff
from envprobe.config import Config
from envprobe.experiment.console import KEPT_LINES, LINE_LIMIT, lines_of
from envprobe.redaction import redact, redact_arguments
from envprobe.report import Verdict
from envprobe.runs import Attempt, Run, from_value, to_json
from tests.support.run_sample import attempt, described, run

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
NUMBERS = st.one_of(st.integers(-(10**30), 10**30), st.floats())
OUTPUTS = st.dictionaries(NAMES, st.dictionaries(NAMES, NUMBERS, max_size=3), max_size=3)


@st.composite
def attempts(draw: st.DrawFn) -> Attempt:
    """Return an attempt that ended in whatever way."""
    outputs = [described(name, **metrics) for name, metrics in draw(OUTPUTS).items()]
    return attempt(
        *outputs,
        exit_status=draw(st.sampled_from([0, 0, 0, 1, -9])),
        state=draw(st.sampled_from(["complete", "complete", "interrupted"])),
        missing=draw(st.lists(NAMES, max_size=1)),
    )


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Return a run of one to three attempts."""
    made = draw(st.lists(attempts(), min_size=1, max_size=3))
    variable = draw(st.sampled_from(["", "SEED"]))
    if variable:
        made = [msgspec.structs.replace(one, seed=index) for index, one in enumerate(made)]
    return run(*made, command=draw(st.lists(NAMES, min_size=1, max_size=3)), seed_variable=variable)


@given(runs())
def test_round_trip(recorded: Run) -> None:
    """A run is read as it was written, NaN and long integers included."""
    read = from_value(json.loads(to_json(recorded)), "run.json")
    assert to_json(read) == to_json(recorded)
    assert read.id == recorded.id


@given(runs())
def test_a_run_never_differs_from_itself(recorded: Run) -> None:
    """No run differs from itself; and only one that came well to its end, with its outputs, reproduces."""
    verdict = diff(recorded, recorded, config=Config()).verdict
    assert verdict is not Verdict.DIFFERS
    went_well = all(one.succeeded and not one.missing for one in recorded.attempts)
    if not went_well and len(recorded.attempts) == 1:
        assert verdict is Verdict.UNDETERMINED
    if went_well:
        assert verdict is Verdict.REPRODUCES


@given(
    st.text(max_size=20),
    st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=8, max_size=30),
    st.text(max_size=20),
)
def test_a_secret_never_stays(before: str, secret: str, after: str) -> None:
    """The value of a variable that is named like a secret is in no redacted text, wherever it stands."""
    assert secret not in redact(before + secret + after, {"MY_TOKEN": secret}).replace("{scrubbed}", "")
    assert all(secret not in word for word in redact_arguments(["--x", before + secret], {"MY_TOKEN": secret}))


@given(st.binary(max_size=3000), st.integers(0, 5000))
def test_a_console_is_bounded_and_safe(data: bytes, more: int) -> None:
    """Whatever was printed, what is kept of it is short, and holds nothing that a terminal acts on."""
    lines = lines_of(data, len(data) + more, {})
    assert len(lines) <= KEPT_LINES
    assert all(words.isprintable() or words == "" for words in lines)
    assert all(len(words) <= LINE_LIMIT + 40 for words in lines)
