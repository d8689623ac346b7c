"""The in-toto statement that is made of a record."""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from envprobe.error import UsageError
from envprobe.records.record import Experiment, Record, RecordedOutput
from envprobe.render.provenance import provenance
from tests.support.sample import fingerprint

HEX = "ab12" * 16
MADE = Experiment(
    run="sha256:" + HEX, command=["python", "train.py"], target="docker://t", exit_status=0, state="complete", seeds=[1]
)
FACTS = {
    "image.digest": "tensorflow/tensorflow@sha256:" + HEX,
    "code.commit": "c0ffee12" * 5,
    "code.branch": "main",
    "code.dirty": {"digest": "sha256:" + HEX, "files": 1, "names": ["train.py"]},
    "data.train.csv": {"digest": "sha256:" + "cd34" * 16, "files": 1, "bytes": 8},
    "data.images": {"digest": "sha256:" + "ef56" * 16, "files": 9, "bytes": 8},
    "data.old": {"digest": "md5:" + "0f" * 16 + ".dir", "files": 9, "bytes": 8},
}
RECORD = Record(
    fingerprint=fingerprint(FACTS),
    outputs={
        "out/b.csv": RecordedOutput(digest="sha256:" + HEX, size_bytes=3, kind="csv"),
        "out/ckpt": RecordedOutput(digest="sha256:" + HEX, size_bytes=3, kind="checkpoint"),
    },
    experiment=MADE,
)
MODEL = RecordedOutput(digest="sha256:" + "01" * 32, size_bytes=3, kind="file")


def test_a_statement_names_outputs_and_what_they_were_made_of() -> None:
    """Subjects are files by SHA-256; the dependencies are image, commit and data, each by an algorithm that says what it is of."""
    said = json.loads(provenance(RECORD))
    assert (said["_type"], said["predicateType"]) == ("https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1")
    assert said["subject"] == [{"name": "out/b.csv", "digest": {"sha256": HEX}}]
    build, details = said["predicate"]["buildDefinition"], said["predicate"]["runDetails"]
    assert build["externalParameters"] == {"command": MADE.command, "target": "docker://t", "seeds": [1], "attempts": 1}
    assert [(one["name"], one["digest"], one["annotations"]) for one in build["resolvedDependencies"]] == [
        ("tensorflow/tensorflow", {"sha256": HEX}, {"kind": "image"}),
        ("main", {"gitCommit": "c0ffee12" * 5}, {"kind": "code", "changed": True}),
        ("images", {"envprobeTree": "ef56" * 16}, {"kind": "data"}),
        ("old", {"dvcMd5Dir": "0f" * 16}, {"kind": "data"}),
        ("train.csv", {"sha256": "cd34" * 16}, {"kind": "data"}),
    ]
    assert details["metadata"] == {"invocationId": MADE.run}
    assert details["byproducts"][0]["digest"] == {"sha256": RECORD.digest.removeprefix("sha256:")}
    assert all(re.match(r"[a-z]+:\S+$", uri) for uri in (build["buildType"], details["builder"]["id"]))


@pytest.mark.parametrize(("kind", "algorithm"), [("file", "sha256"), ("dirHash", "dirHash")])
def test_the_subject_of_a_models_record_is_the_model(kind: str, algorithm: str) -> None:
    """Of a file its SHA-256, of a SavedModel the digest that in-toto defines for folders."""
    model = msgspec.structs.replace(MODEL, kind=kind)
    said = json.loads(provenance(msgspec.structs.replace(RECORD, model=model)))
    assert said["subject"] == [{"name": "model", "digest": {algorithm: "01" * 32}}]


def test_what_is_unknown_is_left_out() -> None:
    """An environment without image, code and data has no dependencies; without an output there is nothing to state."""
    plain = Record(fingerprint=fingerprint({"python.version": "3.8.10"}))
    with pytest.raises(UsageError, match="of no model and no output"):
        provenance(plain)
    said = json.loads(provenance(msgspec.structs.replace(plain, model=MODEL)))
    assert said["predicate"]["buildDefinition"]["resolvedDependencies"] == []
    assert "metadata" not in said["predicate"]["runDetails"]
