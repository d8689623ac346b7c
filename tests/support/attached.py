"""Reports that carry a record, for tests: `python -m tests.support.attached` writes the samples that every later version must verify."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from envprobe.carrier import open_carrier
from envprobe.command.report import attach
from envprobe.records.record import Record, RecordedOutput, SignedRecord
from envprobe.signing.dsse import Signature
from envprobe.signing.verifier import Rejected, TrustedKey

from .sample import fingerprint

REPORTS = Path(__file__).parents[1] / "data" / "reports"
NAMES = ("report.md", "report.html", "report.ipynb", "report.tex", "report.pdf", "report.json", "report.tfevents")
PREDICTIONS = b"0,1\n1,0\n"
RECORD = Record(
    fingerprint=fingerprint(
        {
            "python.version": "3.8.10",
            "cuda.loaded.cudart.version": "11.2.152",
            "cuda.loaded.cudnn.version": "8.1.0",
            "gpu.count": 2,
            "gpu.0.name": "NVIDIA A100-SXM4-40GB",
            "gpu.1.name": "NVIDIA A100-SXM4-40GB",
            "image.digest": "sha256:" + "ab12" * 16,
        }
    ),
    outputs={
        "predictions.csv": RecordedOutput(digest="sha256:" + hashlib.sha256(PREDICTIONS).hexdigest(), size_bytes=len(PREDICTIONS))
    },
    metrics={"accuracy": "0.943", "val_accuracy": "0.931", "loss": "0.18"},
)

METRICS = {
    "out/m.json:accuracy": "0.9431234,0.9512345,-",
    "out/m.json:history.val_loss[0]": "0.5,0.6,0.7",
    "out/m.json:history.val_loss[1]": "0.25,0.3,0.35",
    "out/m.json:loss": "0.18",
}
SEVERAL = msgspec.structs.replace(RECORD, metrics=METRICS)
"""The record with three attempts, one of which has no accuracy, and a history."""


class Notary:
    """A signer and a verifier at once: signs with a digest of its name, and knows whom it trusts. No cryptography."""

    def __init__(self, name: str, *trusted: str) -> None:
        self.name, self.trusted = name, trusted or (name,)

    def sign(self, message: bytes) -> Signature:
        return Signature(self._digest(self.name, message).hex(), self.name)

    def knows(self, signature: Signature) -> bool:
        return True

    def verify(self, message: bytes, signature: Signature, moment: object) -> TrustedKey | Rejected:
        for name in self.trusted:
            if signature.sig == self._digest(name, message).hex():
                return TrustedKey(name, f"SHA256:{name}")
        return Rejected(f"{signature.shown_key} is nobody who is trusted")

    @staticmethod
    def _digest(name: str, message: bytes) -> bytes:
        return hashlib.sha256(name.encode() + b"\0" + message).digest()


def bare(name: str, folder: Path) -> Path:
    """Return a copy of a report without a record, beside the output that the record names."""
    (folder / "predictions.csv").write_bytes(PREDICTIONS)
    return Path(shutil.copy(REPORTS / "bare" / name, folder / name))


def attached(name: str, folder: Path, record: Record = RECORD) -> Path:
    """Return a copy of a report with a record."""
    path = bare(name, folder)
    attach(record, path)
    return path


def forge(path: Path, signed: SignedRecord) -> None:
    """Put a record with any signatures into a report, as it never came from `attach`."""
    open_carrier(path).change(lambda _: signed)


def edited(path: Path, edit: Callable[[bytes], bytes]) -> Path:
    """Change a file, and insist that this changes something."""
    before = path.read_bytes()
    after = edit(before)
    assert after != before
    path.write_bytes(after)
    return path


def write_samples() -> None:
    """Write what this version attaches. Samples of earlier versions (schema-1, earlier) stay as they are."""
    mean, links = REPORTS / "schema-1-mean", REPORTS / "links"
    for folder in (mean, links):
        folder.mkdir(exist_ok=True)
    for report in NAMES:
        attached(report, mean, SEVERAL)
    os.chdir(links)
    for name, source, form in (("linked.md", SEVERAL, "linked"), ("compact.md", "linked.md.envprobe.json", "compact")):
        shutil.copy(REPORTS / "bare" / "report.md", name)
        attach(source, name, form=form)


if __name__ == "__main__":
    write_samples()
