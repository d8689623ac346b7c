from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from envprobe import runs
from envprobe.command.report import attach, verify
from envprobe.output import OutputDescription, describe
from envprobe.records.published import record_of
from envprobe.runs import Attempt, Console, Patch, Run
from envprobe.verification.verification import Status
from tests.support.attached import bare
from tests.support.sample import fingerprint


def output(name: str = "metrics.json", **members: Any) -> OutputDescription:
    """Return one output."""
    given = {"type": "json", "size_bytes": 4, "digest": "sha256:" + "1" * 64, "metrics": {"accuracy": "0.943"}, **members}
    return OutputDescription(name=name, **given)


def run(*attempts: Attempt, **members: Any) -> Run:
    """Return a run of some attempts."""
    given = {"command": ["/home/ann/bin/python", "train.py"], "fingerprint": fingerprint(), "planned": len(attempts), **members}
    return Run(attempts=list(attempts), **given)


def test_a_run_s_outputs_and_metrics_are_published() -> None:
    """Every file with its digest, every number under the file that it stands in."""
    record = record_of(run(Attempt(exit_status=0, outputs=[output(), output("a.csv", type="table", metrics={})])))
    assert {name: found.kind for name, found in record.outputs.items()} == {"metrics.json": "json", "a.csv": "table"}
    assert record.metrics == {"metrics.json:accuracy": "0.943"}


def test_several_attempts_give_several_numbers() -> None:
    """A reader sees the spread, not the best of three; an attempt that left no number leaves a gap."""
    attempts = [
        Attempt(exit_status=0, seed=seed, outputs=[output(metrics={"accuracy": text})])
        for seed, text in enumerate(("0.9", "0.8"))
    ]
    record = record_of(run(*attempts, Attempt(exit_status=1, seed=2)))
    assert record.metrics == {"metrics.json:accuracy": "0.9,0.8,-"}
    assert record.experiment is not None
    assert record.experiment.seeds == [0, 1, 2]


def test_what_is_private_stays_in_the_run() -> None:
    """Console, patch, places and times are not published; that there was a patch is."""
    private = run(
        Attempt(exit_status=0, console=Console(lines=["token"]), context={"folder": "/home/ann"}),
        patch=Patch(text="+secret", digest="sha256:" + "2" * 64),
        context={"host_name": "trainer"},
    )
    text = msgspec.json.encode(msgspec.to_builtins(record_of(private))).decode()
    assert not any(word in text for word in ("token", "/home/ann", "secret", "trainer"))
    assert "2" * 64 in text


def test_the_plainest_numbers_are_shown_first() -> None:
    """A history of thousands of epochs does not push the final accuracy out of sight, and of it the last one is shown."""
    history = {f"loss[{epoch}]": f"{1 / (epoch + 1)}" for epoch in range(3000)}
    record = record_of(run(Attempt(exit_status=0, outputs=[output(metrics={**history, "val": "0.9"})])))
    assert record.shown_metrics == [("metrics.json:val", "0.9"), ("metrics.json:loss[2999]", "0.0003333")]


def test_a_run_s_file_is_a_source(tmp_path: Path) -> None:
    """What `envprobe run` wrote is attached, and verified against the files beside the report."""
    (tmp_path / "metrics.json").write_text('{"accuracy": 0.943}')
    recorded = run(Attempt(exit_status=0, outputs=[describe(tmp_path / "metrics.json")]))
    (tmp_path / "run.json").write_bytes(runs.to_json(recorded))
    path = bare("report.md", tmp_path)
    attach(tmp_path / "run.json", path)
    found = verify(path, outputs=tmp_path)
    assert (found.status, found.checked_outputs, found.record) == (Status.INTACT, 1, record_of(recorded))


@pytest.mark.parametrize(
    ("attempt", "word"),
    [(Attempt(exit_status=3), "exit status 3"), (Attempt(exit_status=-2, state="interrupted"), "interrupted")],
)
def test_a_run_that_did_not_end_well_is_said_to_be_one(attempt: Attempt, word: str, tmp_path: Path) -> None:
    """The record of half an experiment is intact and must not look like one of a whole."""
    path = bare("report.md", tmp_path)
    attach(run(attempt), path)
    found = verify(path)
    assert found.status is Status.INTACT
    assert word in "; ".join(found.notes)


def test_any_file_of_a_folder_is_told(tmp_path: Path) -> None:
    """An output that is a folder has the digest of all of its files."""
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "a.txt").write_text("one")
    (folder / "b.txt").write_text("two")
    path = bare("report.md", tmp_path)
    attach(run(Attempt(exit_status=0, outputs=[describe(folder)])), path)
    assert verify(path).checked_outputs == 1
    (folder / "b.txt").write_text("six")
    assert verify(path).status is Status.ALTERED


def test_a_shard_of_a_checkpoint_is_told(tmp_path: Path) -> None:
    """The index of a checkpoint stands for its shards: one bit of a weight is altered, though the index is the same."""
    source = Path(__file__).parents[2] / "data" / "outputs"
    index = next(source.rglob("*.index"))
    shard = next(index.parent.glob(index.stem + ".data-*"))
    for file in (index, shard):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    path = bare("report.md", tmp_path)
    attach(run(Attempt(exit_status=0, outputs=[describe(tmp_path / index.name)])), path)
    assert verify(path).checked_outputs == 1
    data = bytearray(shard.read_bytes())
    data[5] ^= 1
    (tmp_path / shard.name).write_bytes(data)
    found = verify(path, outputs=tmp_path)
    assert found.exit_status != 0
