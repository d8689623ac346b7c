"""What a report's numbers were made in: the whole fingerprint, the outputs' digests, the metrics, and how they came about."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec

from .. import fingerprint
from ..fact import canonical, sha256
from ..fingerprint import Fingerprint
from ..signing.dsse import Envelope
from . import metric_table
from .line import SummaryLine, escape, summarize

SHOWN_METRICS = 12


class RecordedOutput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One file that the experiment left."""

    digest: str
    """`sha256:` and 64 hexadecimal digits."""
    size_bytes: int
    kind: str = ""
    """What it was read as: `json`, `npz`, `tensorboard`."""


class Experiment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the outputs came about."""

    run: str
    """The id of the run, `sha256:…`: what `envprobe run` recorded of it is more than is published."""
    command: list[str]
    """As it was typed, secrets redacted."""
    target: str
    exit_status: int
    """That of the first attempt that failed, else 0."""
    state: str
    """`complete` or `interrupted`."""
    attempts: int = 1
    seeds: list[int] = []
    """What each attempt's seed was set to; empty where no seed was."""
    patch: str = ""
    """The digest of what of the code was in no commit; empty where there was nothing."""


class Record(msgspec.Struct, frozen=True, kw_only=True, dict=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a report's numbers were made in, and which files and numbers they are."""

    fingerprint: Fingerprint
    """Without its context: a report is published."""
    outputs: dict[str, RecordedOutput] = {}
    """Relative POSIX path to the file."""
    metrics: dict[str, str] = {}
    """Name to the exact spelling of a number; of several attempts' numbers, with commas between."""
    experiment: Experiment | None = None
    """None where only an environment was attached."""
    model: RecordedOutput | None = None
    """The model that it was attached to, as it was then: a file, or a folder with `kind` `dirHash`."""

    @cached_property
    def digest(self) -> str:
        """The digest that the visible line and a signer commit to: of everything in the record."""
        return sha256(canonical(to_json(self)))

    @property
    def outputs_digest(self) -> str | None:
        """The digest of all paths, digests and metrics; None where there are none."""
        if not self.outputs and not self.metrics:
            return None
        return sha256(canonical(msgspec.to_builtins({"metrics": self.metrics, "outputs": self.outputs})))

    @cached_property
    def line(self) -> SummaryLine:
        """The line that stands for this record."""
        return summarize(self.fingerprint, self.outputs_digest, self.digest)

    @property
    def exact_metrics(self) -> list[tuple[str, str]]:
        """The first metrics as they were recorded, escaped as the line is: single numbers before items of lists, then by name."""
        names = sorted(self.metrics, key=lambda name: (name.count("["), name))[:SHOWN_METRICS]
        return [(escape(name), escape(self.metrics[name])) for name in names]

    @property
    def shown_metrics(self) -> list[tuple[str, str]]:
        """The metrics that a report shows: of a list the last, of several attempts mean and standard deviation, few digits."""
        return [(escape(name), value) for name, value in metric_table.rows(self.metrics)[:SHOWN_METRICS]]


class SignedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record and who signed it."""

    record: Record
    envelopes: list[Envelope] = []
    """Signatures by keys."""
    bundles: list[dict[str, Any]] = []
    """Signatures through Sigstore, each a bundle as that library writes it."""


def to_json(record: Record) -> dict[str, object]:
    """Return a record as what its digest is computed of."""
    body: dict[str, object] = msgspec.to_builtins(record)
    return {**body, "fingerprint": msgspec.json.decode(fingerprint.to_json(record.fingerprint))}
