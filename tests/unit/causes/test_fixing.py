"""The least that brings a target to its baseline, and the files that say so."""

from __future__ import annotations

import shlex

import pytest
from packaging.requirements import Requirement

from envprobe.causes.cause import Cause
from envprobe.causes.fixing import FixPlan, emitted, plan_of
from envprobe.fixes import Fix
from tests.support import captured
from tests.support.sample import fingerprint

REMAKE = "docker stop x && docker rename x x-1 && docker run -d --name x --cpus 2 tf"


def cause(path: str, fix: Fix) -> Cause:
    return Cause(paths=[path], rank=1, mechanism="m", rule="r", source="s", fix=fix)


def test_one_command_does_what_one_command_can() -> None:
    """Two packages are one pip line, two settings one new container, and that comes first."""
    pip = [Fix("pip install ", (name,), is_command=True) for name in ("numpy==1.22.4", "keras==2.9.0")]
    made = Fix(REMAKE, is_command=True)
    causes = [cause("packages.numpy.version", pip[0]), cause("environment.A", made), cause("packages.keras.version", pip[1])]
    plan = plan_of([*causes, cause("container.limits.cpus", made), cause("cpu.model", Fix("run on a CPU of the same class"))])
    assert plan.commands == [REMAKE, "pip install numpy==1.22.4 keras==2.9.0"]
    assert plan.words == ["run on a CPU of the same class"]


def test_a_new_container_of_the_same_image_has_no_changed_file() -> None:
    """Where the container is made anew anyway, nothing is installed again in it."""
    made, pip = Fix(REMAKE, is_command=True), Fix("docker exec x pip install numpy==1.22.4", is_command=True)
    causes = [cause("environment.A", made), cause("packages.numpy.version", pip)]
    assert plan_of(causes, is_same_image=True).commands == [REMAKE]
    assert len(plan_of(causes).commands) == 2


def test_requirements_pin_what_came_from_an_index() -> None:
    """Each line is a requirement; what came from elsewhere is a comment, because an index may have another project of its name."""
    foreign = fingerprint({"packages.mine.version": "1.0", "packages.mine.origin": "git+https://example.org/mine@abc"})
    lines = emitted("requirements", FixPlan(), foreign, foreign).splitlines()
    assert "# mine 1.0: from git+https://example.org/mine@abc" in lines
    pins = [
        Requirement(row) for row in emitted("requirements", FixPlan(), captured.expected(), captured.expected()).splitlines()[1:]
    ]
    assert {"numpy", "tensorflow", "keras"} <= {pin.name for pin in pins}


def test_an_env_file_is_read_by_docker() -> None:
    """`NAME=VALUE` word for word; what would be another folder here, or can only be left out, is a comment."""
    wanted = fingerprint({"environment.TF_XLA_FLAGS": "--a=1 --b", "environment.PYTHONPATH": "{site}/x"})
    there = fingerprint({"environment.OMP_NUM_THREADS": "1"})
    lines = emitted("env", FixPlan(), wanted, there).splitlines()
    assert "TF_XLA_FLAGS=--a=1 --b" in lines
    assert any(row.startswith("# PYTHONPATH: {site}/x") for row in lines)
    assert any(row.startswith("# OMP_NUM_THREADS is set in the target") for row in lines)


@pytest.mark.parametrize("kind", ["requirements", "constraints", "dockerfile", "script", "env"])
def test_nothing_hostile_becomes_a_command(kind: str) -> None:
    """Names, versions and values come out of targets: no line is more than it says."""
    evil = fingerprint(
        {
            "packages.x;id.version": "1",
            "packages.y.version": "1; touch /tmp/x",
            "environment.TF_XLA_FLAGS": "a\nRUN id",
            "image.reference": "x\nRUN id",
        }
    )
    text = emitted(kind, FixPlan(words=["a"]), evil, fingerprint())
    assert not [row for row in text.splitlines() if row.startswith(("RUN id", "id", "touch"))]
    assert "touch" not in text


def test_a_dockerfile_puts_what_differs_on_the_image() -> None:
    """Packages in the baseline's version, those that it has not removed, values escaped."""
    text = emitted("dockerfile", FixPlan(), captured.expected(), captured.observed("overwritten"))
    assert "RUN python3 -m pip uninstall -y keras-nightly" in text
    first, *_ = text.splitlines()
    assert first == "FROM envprobe-standin/tensorflow:2.9.0"
    assert shlex.split(text.splitlines()[1])
