"""A recorded experiment is read back as it was written, and not when it was edited."""

from __future__ import annotations

import json

import msgspec
import pytest

from envprobe.error import DocumentError
from envprobe.fact import Known, Section
from envprobe.output.summary import NumberSeries
from envprobe.runs import from_value, to_json
from tests.support.run_sample import attempt, described, run, seeded


def test_written_and_read_back():
    """A run survives being written, its id included."""
    recorded = run(attempt(described(accuracy=0.9)), drift={"packages": Section(known={"numpy.version": "1.23.5"})})
    read = from_value(json.loads(to_json(recorded)), "run.json")
    assert read == recorded
    assert read.id == recorded.id


def test_the_same_outputs_have_the_same_id():
    """Durations, places and what was printed do not count; a metric does."""
    first = run(attempt(described(accuracy=0.9), context={"seconds": 1.5}), context={"recorded": "2026-01-01T00:00:00Z"})
    again = run(attempt(described(accuracy=0.9), context={"seconds": 2.5}))
    other = run(attempt(described(accuracy=0.8)))
    assert first.id == again.id != other.id


@pytest.mark.parametrize(
    "edit",
    [
        lambda value: value["attempts"][0]["outputs"][0]["metrics"].update(accuracy="0.99"),
        lambda value: value["attempts"][0].update(exit_status=1),
        lambda value: value.update(command=["python", "other.py"]),
        lambda value: value["fingerprint"]["sections"]["packages"]["known"].update({"numpy.version": "9"}),
    ],
)
def test_an_edited_run_is_refused(edit):
    """A changed metric, exit status, command or fact is seen from the id."""
    value = json.loads(to_json(run(attempt(described(accuracy=0.9)))))
    edit(value)
    with pytest.raises(DocumentError, match="id: says"):
        from_value(value, "run.json")


@pytest.mark.parametrize("text", ["1e", "", "0x10", "9" * 5000, "None"])
def test_a_metric_that_is_no_number_is_refused(text):
    """What cannot be compared as a number is a fault of the document, with its path."""
    value = json.loads(to_json(run(attempt(described(accuracy=0.9)))))
    value["attempts"][0]["outputs"][0]["metrics"]["accuracy"] = text
    with pytest.raises(DocumentError, match=r"attempts\[0\].outputs: .*accuracy: no number"):
        from_value(value, "run.json")


@pytest.mark.parametrize(("variable", "seeds"), [("SEED", [1, 1]), ("SEED", [1, None]), ("", [1, None])])
def test_seeds_that_tell_no_attempt_from_another_are_refused(variable, seeds):
    """Attempts are paired by their seeds, so each has its own, or none has one."""
    value = json.loads(to_json(run(*(attempt(seed=seed) for seed in seeds), seed_variable=variable)))
    with pytest.raises(DocumentError, match="a seed of its own"):
        from_value(value, "run.json")


def test_an_interrupted_run_does_not_say_how_it_ended():
    """The exit status of a run that was cut off, or of which attempts are missing, is unknown."""
    cut = run(attempt(described(accuracy=0.9), state="interrupted", exit_status=130))
    short = run(attempt(described(accuracy=0.9)), planned=3)
    for partial in (cut, short):
        assert partial.state == "interrupted"
        assert "exit_status" in partial.environment.sections["run"].unknown


def test_the_environment_says_what_was_run():
    """Command, first seed and exit status are facts that are compared like others."""
    section = seeded([0.9, 0.8], first_seed=5).environment.sections["run"]
    assert section.get("command") == Known("python train.py")
    assert section.get("seed") == Known("SEED=5")
    assert section.get("exit_status") == Known(0)


def test_the_environment_after():
    """What changed during the run is laid over what was there before."""
    drift = {"packages": Section(known={"numpy.version": "1.23.5"}, absent=["six.version"])}
    after = run(attempt(), drift=drift).environment_after
    assert after.get("packages.numpy.version") == Known("1.23.5")
    assert "six.version" not in after.sections["packages"].known
    assert after.get("packages.six.origin") == Known("index")


def test_a_history_does_not_change_what_a_run_is() -> None:
    """Its id is that of the digests, whoever described the outputs; a history that is none is a fault of the file."""
    log = described("log.csv", loss=0.5)
    drawn = msgspec.structs.replace(log, histories={"loss": NumberSeries([0, 1], ["1.0", "0.5"])})
    assert run(attempt(drawn)).id == run(attempt(log)).id
    torn = run(attempt(msgspec.structs.replace(log, histories={"loss": NumberSeries([0, 1], ["1.0"])})))
    with pytest.raises(DocumentError, match="as many numbers as steps"):
        from_value(msgspec.json.decode(to_json(torn)), "here")
