"""A version of a model in MLflow's registry: tags of the version, and the record among the artifacts of the run that made it.

The record names the digest of the model's files, so a signature covers which model it is; the files are only read.
"""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec

from ..error import UsageError
from ..records.record import Record, RecordedOutput
from . import Carrier, mlflow, model_content
from .tracked_run import Held, TrackedRun

PLACE = re.compile(r"models:/(?P<name>[^/@:\x00-\x1f\x7f]{1,250})(?:/(?P<version>[1-9][0-9]{0,9})|@(?P<alias>[\w.-]{1,255}))")


class ModelVersion(NamedTuple):
    """Which version it is."""

    name: str
    version: str
    run: str
    """The id of the run that made it."""

    @property
    def folder(self) -> str:
        """Where its record lies among the run's artifacts."""
        return f"{mlflow.FOLDER}/models/{self.name}/{self.version}"


def open_version(name: str, place: str) -> Carrier:
    """Open a version. Raises UsageError where the name is none, EnvprobeError where there is none, or its store is silent."""
    if PLACE.fullmatch(place) is None:
        raise UsageError(f"{name[:200]}: not a version of a model", "as in mlflow:models:/NAME/3, or mlflow:models:/NAME@ALIAS")
    return TrackedModel(name, lambda: _read(place), lambda held: _write(place, held))


class TrackedModel(TrackedRun):
    """A version that is there already."""

    def bound(self, record: Record) -> Record:
        """Return the record of this very model. Raises UsageError where it is another one's."""
        content = self._content()
        if record.model is not None and record.model != content:
            words = f"{self.name}: its content is not what was recorded of it: {content.digest}"
            raise UsageError(words, "attach the run that wrote this model")
        return msgspec.structs.replace(record, model=content)

    def faults(self, record: Record) -> list[str]:
        """Return how the rest of what it holds, and the model itself, differ from its record."""
        found = super().faults(record)
        content = self._content()
        if record.model is None:
            return [*found, f"the record of {self.name} is of no model"]
        if record.model != content:
            return [*found, f"the model's content is {content.digest}, the record is of {record.model.digest}"]
        return found

    def _content(self) -> RecordedOutput:
        """Return digest and size of the model's files, fetched where its store is elsewhere."""
        place = self.name.partition(":")[2]
        with mlflow.asking(place) as client, TemporaryDirectory(prefix="envprobe-") as folder:
            version = _version(client, place)
            uri = client.get_model_version_download_uri(version.name, version.version)
            there = mlflow.load().artifacts.download_artifacts(
                artifact_uri=uri, dst_path=folder, tracking_uri=client.tracking_uri
            )
            return model_content.measure(Path(there))


def _read(place: str) -> Held:
    with mlflow.asking(place) as client:
        version = _version(client, place)
        tags = mlflow.ours(client.get_model_version(version.name, version.version).tags)
        return Held(tags, mlflow.files_in(client, version.run, version.folder))


def _write(place: str, held: Held) -> None:
    """Add to a version: the files first, so that a tag never speaks of what is not there."""
    with mlflow.asking(place) as client:
        version = _version(client, place)
        mlflow.put_files(client, version.run, version.folder, held.files)
        for key, value in held.tags.items():
            client.set_model_version_tag(version.name, version.version, key, value)


def _version(client: Any, place: str) -> ModelVersion:
    """Return the version that is named, an alias resolved. Raises UsageError where no run made it."""
    named = PLACE.fullmatch(place)
    assert named is not None  # noqa: S101 - it was opened
    name = named["name"]
    if named["alias"]:
        found = client.get_model_version_by_alias(name, named["alias"])
    else:
        found = client.get_model_version(name, named["version"])
    if not found.run_id:
        hint = "attach the record to the model's own file or folder, and register that"
        raise UsageError(f"mlflow:{place}: was registered without a run, so there is no place for a record", hint)
    return ModelVersion(name, str(found.version), str(found.run_id))
