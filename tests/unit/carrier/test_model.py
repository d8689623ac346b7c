"""Models: what a file beside one says of it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from envprobe.carrier import is_report
from envprobe.carrier.model import sidecar
from envprobe.command.linking import Form
from envprobe.command.report import attach, verify
from envprobe.error import DocumentError, EnvprobeError, UsageError
from envprobe.records.record import RecordedOutput
from envprobe.render import Style, verification
from envprobe.verification.authenticity import Trust
from envprobe.verification.verification import AlteredPart, Status
from tests.support.attached import RECORD, Notary
from tests.support.sample import fingerprint
from tests.support.schema import problems

MODELS = ("model.keras", "model.h5", "model.hdf5", "Model.SAFETENSORS", "saved")
FROM = msgspec.structs.replace(
    RECORD,
    fingerprint=fingerprint(
        {
            "image.digest": "tensorflow/tensorflow@sha256:" + "ab12" * 16,
            "code.commit": "c0ffee" * 6 + "c0ff",
            "code.branch": "main",
            "data.train": {"digest": "sha256:" + "cd34" * 16, "files": 1, "bytes": 8},
        }
    ),
)


def made(name: str, folder: Path) -> Path:
    """Return a model that nobody can load: its bytes alone count."""
    path = folder / name
    if name != "saved":
        path.write_bytes(b"weights")
        return path
    (path / "variables").mkdir(parents=True)
    (path / "saved_model.pb").write_bytes(b"graph")
    (path / "variables" / "variables.index").write_bytes(b"weights")
    return path


def inside(model: Path) -> dict[str, bytes]:
    files = [path for path in (model, *model.rglob("*")) if path.is_file()]
    return {str(path): path.read_bytes() for path in files}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_keeps_its_bytes_and_its_record_verifies(name: str, tmp_path: Path) -> None:
    """The record lies beside the model, and leads back to image, code and data."""
    model = made(name, tmp_path)
    before = inside(model)
    assert verify(model).status is Status.MISSING
    attach(FROM, model)
    assert inside(model) == before
    found = verify(model)
    assert (found.status, found.reasons) == (Status.INTACT, [])
    said = json.loads(verification.json(found))
    assert problems("verification/1", json.dumps(said).encode()) == []
    assert said["model"] == json.loads(sidecar(model).read_bytes())["model"]["digest"]
    assert [(one["kind"], one["name"], one["digest"][:12]) for one in said["materials"]] == [
        ("image", "tensorflow/tensorflow", "sha256:ab12a"),
        ("code", "main", "c0ffeec0ffee"),
        ("data", "train", "sha256:cd34c"),
    ]
    shown = verification.text(found, Style(width=200))
    assert all(
        words in shown for words in (said["model"], "commit c0ffee", "train sha256:cd34", "tensorflow/tensorflow@sha256:ab12")
    )


def test_the_digest_of_a_file_is_its_sha256(tmp_path: Path) -> None:
    """Whoever has no envprobe compares it with sha256sum."""
    model = made("model.keras", tmp_path)
    attach(RECORD, model)
    said = json.loads(sidecar(model).read_bytes())["model"]["digest"]
    assert said == "sha256:" + hashlib.sha256(b"weights").hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        lambda saved: (saved / "variables" / "variables.index").write_bytes(b"Weights"),
        lambda saved: (saved / "more").write_bytes(b""),
        lambda saved: (saved / "saved_model.pb").rename(saved / "x") and (saved / "saved_model.pb").write_bytes(b"graph"),
        lambda saved: (saved / "variables" / "variables.index").rename(saved / "variables.index"),
    ],
    ids=["content", "one more", "name", "place"],
)
def test_another_folder_is_another_model(change: Callable[[Path], object], tmp_path: Path) -> None:
    """Content, names and places of a SavedModel's files count."""
    model = made("saved", tmp_path)
    attach(RECORD, model)
    change(model)
    found = verify(model)
    assert (found.status, found.altered) == (Status.ALTERED, [AlteredPart.REPORT])


def test_the_digest_of_a_folder_is_its_dirhash(tmp_path: Path) -> None:
    """Whoever has no envprobe computes it as in-toto's specification says."""
    model = made("saved", tmp_path)
    attach(RECORD, model)
    words = "find . -type f | cut -c3- | LC_ALL=C sort | xargs -r sha256sum | sha256sum | cut -f1 -d' '"
    found = subprocess.run(["sh", "-c", words], cwd=model, capture_output=True, text=True, check=True).stdout.strip()
    assert json.loads(sidecar(model).read_bytes())["model"]["digest"] == f"sha256:{found}"


def test_a_model_is_moved_with_its_record(tmp_path: Path) -> None:
    """A model counts by its content: it may have another name and lie elsewhere."""
    model = made("model.keras", tmp_path)
    attach(RECORD, model)
    moved = tmp_path / "final.h5"
    sidecar(model).rename(sidecar(moved))
    model.rename(moved)
    assert verify(moved).status is Status.INTACT


def test_a_signature_covers_the_model(tmp_path: Path) -> None:
    """Whoever puts another model there, and its digest into the file beside it, is told."""
    model = made("model.keras", tmp_path)
    attach(RECORD, model, signer=Notary("ann"))
    trust = Trust(verifiers=[Notary("ann")])
    assert [signer.name for signer in verify(model, trust=trust).signers] == ["ann"]
    model.write_bytes(b"WEIGHTS")
    beside, old, new = sidecar(model), *(hashlib.sha256(data).hexdigest() for data in (b"weights", b"WEIGHTS"))
    beside.write_bytes(beside.read_bytes().replace(old.encode(), new.encode()))
    found = verify(model, trust=trust)
    assert found.status is Status.ALTERED
    assert found.reasons == [f"the model's content is sha256:{new}, the record is of sha256:{old}"]


def test_the_digest_for_other_readers_is_the_records(tmp_path: Path) -> None:
    """The file beside a model cannot say one digest and record another, nor carry a record of no model."""
    model = made("model.keras", tmp_path)
    attach(RECORD, model)
    beside = sidecar(model)
    beside.write_bytes(beside.read_bytes().replace(b'"digest": "sha256:', b'"digest": "sha256:0', 1))
    assert verify(model).reasons == [f"{beside}: model is not what the record says"]
    beside.write_bytes(b"{}")
    attach(RECORD, beside)
    assert verify(model).reasons == [f"the record in {beside} is of no model"]


def test_the_same_again_is_the_same_bytes_and_keeps_signatures(tmp_path: Path) -> None:
    """A second person can sign what a first one has, from the model itself."""
    model = made("saved", tmp_path)
    attach(RECORD, model, signer=Notary("ann"))
    first = sidecar(model).read_bytes()
    attach(model, model)
    assert sidecar(model).read_bytes() == first
    assert attach(model, model, signer=Notary("bob")).signatures == 2


def test_another_models_record_is_refused(tmp_path: Path) -> None:
    """A model that changed since it was recorded cannot get its record back by attaching it again."""
    model = made("model.keras", tmp_path)
    attach(RECORD, model)
    before = sidecar(model).read_bytes()
    model.write_bytes(b"other")
    written = msgspec.structs.replace(RECORD, outputs={"model.keras": RecordedOutput(digest="sha256:" + "0" * 64, size_bytes=7)})
    for source in (model, written):
        with pytest.raises(UsageError, match="not what was recorded"):
            attach(source, model)
    assert sidecar(model).read_bytes() == before


def test_what_a_model_cannot_do_is_said(tmp_path: Path) -> None:
    """No copy, no link, and nothing written."""
    model = made("model.keras", tmp_path)
    with pytest.raises(UsageError, match="not copied"):
        attach(RECORD, model, output=tmp_path / "copy.keras")
    with pytest.raises(UsageError, match="whole record"):
        attach(RECORD, model, form="linked")
    assert [*tmp_path.iterdir()] == [model]


def test_hostile_models_are_refused(tmp_path: Path) -> None:
    """Pipes are not waited for, links in a folder not followed, noise beside a model ends in a status."""
    os.mkfifo(tmp_path / "pipe.keras")
    with pytest.raises(DocumentError, match="is no file"):
        verify(tmp_path / "pipe.keras")
    model = made("saved", tmp_path)
    (model / "assets").symlink_to("/etc")
    with pytest.raises(DocumentError, match="is a link"):
        attach(RECORD, model)
    with pytest.raises(EnvprobeError, match="cannot be read"):
        verify(tmp_path / "none.keras")
    (model / "assets").unlink()
    (model / "two\nlines").touch()
    with pytest.raises(DocumentError, match="line break"):
        attach(RECORD, model)
    plain = made("model.h5", tmp_path)
    for noise in (b"", b"\0" * 64, b"[1]", b'{"envprobe": 1}', b"[" * 5000):
        sidecar(plain).write_bytes(noise)
        assert verify(plain).status in (Status.MISSING, Status.REFUSED)


def test_a_folder_is_a_report_where_a_record_lies_beside_it(tmp_path: Path) -> None:
    """Commands that take documents take a SavedModel with a record, and no other folder."""
    model = made("saved", tmp_path)
    assert not is_report(model)
    attach(RECORD, model)
    assert is_report(model)


CARD = """---
license: mit
tags:
- image-classification   # kept
model-index:
- name: digits
  results:
  - dataset: {name: MNIST, type: mnist}
    metrics: [{type: accuracy, value: 0.943}]
---
# Digits
"""


@pytest.mark.parametrize("text", [CARD, CARD.replace("\n", "\r\n"), "\ufeff" + CARD, CARD.partition("# ")[0].rstrip()])
def test_a_model_card_keeps_its_metadata(text: str, tmp_path: Path) -> None:
    """The YAML at the head of a model card is left to the byte, and the card carries the model's own record."""
    model, card = made("model.safetensors", tmp_path), tmp_path / "README.md"
    card.write_bytes(text.encode())
    attach(RECORD, model)
    attach(model, card)
    assert card.read_bytes().startswith(text.encode())
    found = verify(card)
    assert (found.status, found.record) == (Status.INTACT, verify(model).record)
    assert any("verify the model itself" in note for note in found.notes)
    attach(model, card)
    assert card.read_bytes().startswith(text.encode())


@pytest.mark.parametrize("form", ["linked", "compact"])
def test_a_short_record_of_a_model_is_completed(form: Form, tmp_path: Path) -> None:
    """A card that has only a link to the record, or not its fingerprint, leads to the same model."""
    model, card = made("model.h5", tmp_path), tmp_path / "README.md"
    card.write_text(CARD)
    attach(RECORD, model)
    attach(model, card, form=form)
    assert verify(card, record=model).record == verify(model).record
