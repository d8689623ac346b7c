"""A record as others read it: an in-toto Statement v1 with the SLSA provenance v1 of a model, or of an experiment's outputs.

Source: in-toto's attestation specification v1 and slsa.dev/spec/v1.0/provenance. Nothing is in it that the record does not say.
"""

from __future__ import annotations

import msgspec

from ..error import UsageError
from ..fact import canonical, in_utf8
from ..records.published import SPREAD
from ..records.record import Experiment, Record
from ..records.trail import Material, materials

STATEMENT, PREDICATE = "https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1"
BUILD_TYPE, BUILDER = "envprobe:experiment/v1", "envprobe:run/v1"
"""URIs of our own scheme: a type's name need not resolve, and no host could promise to keep it for years."""


def provenance(record: Record) -> str:
    """Return the statement as JSON, the same for the same record. Raises UsageError where there is nothing to state it of."""
    subject = _subject(record)
    if not subject:
        raise UsageError(
            "the record is of an environment alone, of no model and no output",
            "record an experiment: envprobe run --outputs GLOB -- COMMAND; or attach it to a model, and name that",
        )
    body = {"_type": STATEMENT, "subject": subject, "predicateType": PREDICATE, "predicate": _predicate(record)}
    return msgspec.json.format(canonical(in_utf8(body)), indent=1).decode("ascii") + "\n"


def _subject(record: Record) -> list[dict[str, object]]:
    """Return the model, or else the outputs whose digest is that of a file."""
    if record.model is not None:
        algorithm = "dirHash" if record.model.kind == "dirHash" else "sha256"
        return [_resource("model", algorithm, record.model.digest)]
    files = {path: output.digest for path, output in record.outputs.items() if output.kind not in SPREAD}
    return [_resource(path, "sha256", digest) for path, digest in sorted(files.items())]


def _predicate(record: Record) -> dict[str, object]:
    made = record.experiment
    metadata = {} if made is None else {"metadata": {"invocationId": made.run}}
    return {
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": {} if made is None else _parameters(made),
            "resolvedDependencies": [_dependency(one) for one in materials(record.fingerprint)],
        },
        "runDetails": {
            "builder": {"id": BUILDER},
            **metadata,
            "byproducts": [
                _resource("envprobe record", "sha256", record.digest),
                _resource("envprobe fingerprint", "sha256", record.fingerprint.id),
            ],
        },
    }


def _parameters(made: Experiment) -> dict[str, object]:
    patch = {"patch": made.patch} if made.patch else {}
    return {"command": made.command, "target": made.target, "seeds": made.seeds, "attempts": made.attempts, **patch}


def _dependency(one: Material) -> dict[str, object]:
    annotations = {"kind": one.kind, "changed": True} if one.changed else {"kind": one.kind}
    return {**_resource(one.name or one.kind, one.algorithm, one.digest), "annotations": annotations}


def _resource(name: str, algorithm: str, digest: str) -> dict[str, object]:
    return {"name": name, "digest": {algorithm: digest.rpartition(":")[2].removesuffix(".dir")}}
