"""Hints that name the target and the baseline that were named."""

from __future__ import annotations

import shlex

import pytest

from envprobe.call import Call

TRAINER = Call(target="docker://trainer", baseline="tf")


def test_what_was_named_is_named_again() -> None:
    """Target, baseline and what was left out stand in the command."""
    assert TRAINER.check() == "envprobe check docker://trainer --baseline tf"
    assert TRAINER.check("image://lab:1.0.0") == "envprobe check image://lab:1.0.0 --baseline tf"
    assert TRAINER.record("new") == "envprobe record docker://trainer --name new"
    assert TRAINER.add_trace() == "envprobe record docker://trainer --name tf --add-trace"
    assert TRAINER.record_again() == "envprobe record docker://trainer --name tf --update"
    assert TRAINER.probe() == "envprobe probe docker://trainer"
    assert Call(baseline="tf", options=("--no-benchmark",)).check() == "envprobe check --baseline tf --no-benchmark"


@pytest.mark.parametrize(
    ("baseline", "option"), [("tf", "--name"), ("./tf.json", "--output"), ("b/tf", "--output"), ("tf.json", "--output")]
)
def test_a_file_is_written_as_a_file(baseline: str, option: str) -> None:
    """A baseline that was given by its path is recorded to that path."""
    assert f"{option} {baseline}" in Call(baseline=baseline).add_trace()


def test_without_a_baseline_nothing_is_added_to_it() -> None:
    """No hint has a place that somebody else must fill."""
    assert Call().add_trace() == Call().record_again() == ""


def test_an_odd_name_stays_one_word() -> None:
    """Whatever a target or a file is called, the command can be pasted."""
    call = Call(target="image://x?gpus=all&env=A", baseline="my base.json", program="'/my venv/bin/python' -m envprobe")
    assert shlex.split(call.check())[-4:] == ["check", "image://x?gpus=all&env=A", "--baseline", "my base.json"]


def test_a_cell_has_its_own_ways() -> None:
    """In a notebook the magic does what it can do, and a line that begins with ! the rest."""
    call = Call(baseline="tf", is_cell=True)
    assert call.check() == "%envprobe check --baseline tf"
    assert call.add_trace() == "!envprobe record --name tf --add-trace"
