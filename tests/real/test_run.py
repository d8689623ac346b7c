"""A real Keras training script, run and recorded in a container: the same again, and everything that can be otherwise."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.real.guest import container, docker
from tests.support import engine

pytestmark = pytest.mark.real

HERE = Path(__file__).parent
TRAIN = ("--outputs", "out/*", "--seed-env", "SEED", "--", "python3", "train.py")
EDIT = ("--outputs", "out/*", "--", "python3", "edit.py")


class Laboratory(NamedTuple):
    """A folder for records, and a container in which the script and its data lie."""

    folder: Path
    container: str

    def envprobe(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command as a user does."""
        command = [sys.executable, "-m", "envprobe", *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=200)

    def record(self, name: str, *arguments: str) -> str:
        """Run an experiment in the container, keep copies of its outputs, and return the record's file."""
        options = ("--no-benchmark", "--no-integrity", "--output", f"{name}.json", "--copy-outputs", f"kept-{name}")
        done = self.envprobe("run", f"docker://{self.container}", *options, *arguments)
        assert done.returncode == 0, done.stderr
        return f"{name}.json"

    def check(self, run: str, baseline: str) -> tuple[int, dict[str, Any]]:
        """Compare two records; return the exit status and the report."""
        done = self.envprobe("check", "--run", run, "--baseline", baseline, "--format", "json")
        return done.returncode, json.loads(done.stdout)

    def edit(self, what: str) -> str:
        """Record the first run's outputs with one thing changed."""
        docker("exec", self.container, "sh", "-c", f"echo '{what}' > edit")
        return self.record(what.replace(" ", "-"), *EDIT)


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    folder = tmp_path_factory.mktemp("laboratory")
    wheel = engine.wheel_overlay("scikit-learn==1.1.3")
    (folder / "digits.csv").write_bytes(gzip.decompress((wheel / "sklearn/datasets/data/digits.csv.gz").read_bytes()))
    with container(engine.standin_image(), "--network=none", "-w", "/work") as name:
        for source, place in (
            (folder / "digits.csv", "digits.csv"),
            (HERE / "keras_digits.py", "train.py"),
            (HERE / "edit_outputs.py", "edit.py"),
        ):
            docker("cp", str(source), f"{name}:/work/{place}")
        yield Laboratory(folder, name)


@pytest.fixture(scope="module")
def first(laboratory: Laboratory) -> str:
    """The run that the others are held against."""
    return laboratory.record("first", "--data", "digits.csv", *TRAIN)


@pytest.fixture(scope="module")
def replayed(laboratory: Laboratory, first: str) -> str:
    """The first run's outputs, written again without a change."""
    docker("cp", str(laboratory.folder / "kept-first" / "out"), f"{laboratory.container}:/work/kept")
    return laboratory.edit("nothing")


def _differing(report: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {output["name"]: output["differences"] for output in report["outputs"] if output["verdict"] != "identical"}


def _paths(report: dict[str, Any]) -> set[str]:
    return {difference["path"] for difference in report["differences"] if difference["severity"] != "note"}


def test_the_same_seed_again(laboratory, first):
    """The same script, data and seed in the same container leave the same bits, and the check passes."""
    again = laboratory.record("again", "--data", "digits.csv", *TRAIN)
    status, report = laboratory.check(again, first)
    names = {"metrics.json", "history.csv", "predictions.csv", "weights.npz", "model.h5"}
    assert {output["name"] for output in report["outputs"]} == {f"out/{name}" for name in names}
    assert not _differing(report)
    assert (status, report["verdict"]) == (0, "reproduces")
    assert {"run.seed", "run.command", "data.digits.csv"}.isdisjoint(_paths(report))


def test_another_seed(laboratory, first):
    """Another seed is named beside the outputs that it moved; one run of each is too few to say whether that is its spread."""
    status, report = laboratory.check(laboratory.record("seed", "--seed", "1", *TRAIN), first)
    (seed,) = [difference for difference in report["differences"] if difference["path"] == "run.seed"]
    assert (seed["expected"], seed["observed"]) == ("SEED=0", "SEED=1")
    assert {"out/metrics.json", "out/weights.npz", "out/model.h5"} <= _differing(report).keys()
    assert (status, report["verdict"]) == (2, "undetermined")


def test_another_learning_rate(laboratory, first):
    """Another learning rate shows as another command, and the numbers say how far it led."""
    status, report = laboratory.check(laboratory.record("rate", *TRAIN, "--rate", "0.02"), first)
    (command,) = [difference for difference in report["differences"] if difference["path"] == "run.command"]
    assert (command["expected"], command["observed"]) == ("python3 train.py", "python3 train.py --rate 0.02")
    deviation = _differing(report)["out/weights.npz"][0]["deviation"]
    assert deviation["differing"] > 0
    assert deviation["max_absolute"] > 0
    assert status == 1


def test_another_numpy(laboratory, first):
    """Another numpy is named as what differs in the environment, whatever it does to the outputs."""
    overlay = engine.wheel_overlay("numpy==1.23.5")
    with container(engine.standin_image(), "--network=none", "-w", "/work", "-e", "PYTHONPATH=/overlay") as name:
        docker("cp", str(overlay), f"{name}:/overlay")
        for file in ("digits.csv", "train.py"):
            source = laboratory.folder / file if file == "digits.csv" else HERE / "keras_digits.py"
            docker("cp", str(source), f"{name}:/work/{file}")
        other = Laboratory(laboratory.folder, name).record("numpy", "--data", "digits.csv", *TRAIN)
    status, report = laboratory.check(other, first)
    (version,) = [difference for difference in report["differences"] if difference["path"] == "packages.numpy.version"]
    assert (version["expected"], version["observed"], version["kind"]) == ("1.22.4", "1.23.5", "upgraded")
    assert status == 1


def test_nothing_changed(laboratory, replayed, first):
    """Outputs that are written again without a change are the recorded ones, though another command wrote them."""
    status, report = laboratory.check(replayed, first)
    assert not _differing(report)
    assert "run.command" in _paths(report)
    assert status == 0


def test_one_weight_by_1_ulp(laboratory, replayed):
    """One of all weights that moved by one representable number is found, with its place and its distance."""
    status, report = laboratory.check(laboratory.edit("one weight by 1 ULP"), replayed)
    ((name, differences),) = _differing(report).items()
    assert (name, status) == ("out/weights.npz", 1)
    (difference,) = differences
    assert difference["path"].startswith("head.kernel:0")
    assert difference["deviation"]["differing"] == 1
    assert difference["deviation"]["max_ulp"] == 1
    assert difference["deviation"]["worst"][0]["where"] == "[3, 4]"


def test_one_metric_nan(laboratory, replayed):
    """A metric that became NaN is no small difference."""
    status, report = laboratory.check(laboratory.edit("one metric NaN"), replayed)
    ((name, (difference,)),) = _differing(report).items()
    assert (name, difference["path"], difference["observed"]) == ("out/metrics.json", "loss", "nan")
    assert difference["deviation"]["not_finite"] == 1
    assert status == 1


def test_a_column_renamed(laboratory, replayed):
    """A column under another name with the same numbers is called renamed."""
    status, report = laboratory.check(laboratory.edit("a column renamed"), replayed)
    ((name, (difference,)),) = _differing(report).items()
    assert (name, difference["kind"]) == ("out/history.csv", "renamed")
    assert (difference["expected"], difference["observed"]) == ("loss", "train_loss")
    assert status == 1


def test_rows_in_another_order(laboratory, replayed):
    """The same rows in another order are called that."""
    status, report = laboratory.check(laboratory.edit("rows in another order"), replayed)
    ((name, (difference,)),) = _differing(report).items()
    assert (name, difference["kind"], status) == ("out/predictions.csv", "order", 1)
