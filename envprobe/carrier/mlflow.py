"""MLflow: tags and artifacts of a run that is there already, in whatever store MLFLOW_TRACKING_URI names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit

from ..error import EnvprobeError, UsageError
from ..installation import installing
from ..redaction import redact
from . import Carrier
from .tracked_run import LIMITS_BYTES, Held, TrackedRun, too_large

FOLDER = "envprobe"
PREFIX = "envprobe."
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,255}")
WORDS_LIMIT = 300
DATABASE = "sqlite:///"
HOSTED = ("databricks", "uc")
"""What MLflow takes for a service, although it looks like a path."""
WHERE = "MLFLOW_TRACKING_URI says where the runs are, as for mlflow itself"


def open_carrier(name: str) -> Carrier:
    """Open a run. Raises EnvprobeError where there is none of that id, or where its store does not answer."""
    run = name.partition(":")[2]
    return TrackedRun(name, lambda: read(run), lambda held: write(run, held))


def read(name: str) -> Held:
    """Return what a run holds. Raises EnvprobeError where there is no such run, or where its store does not answer."""
    with _asking(name) as client:
        tags = {key: value for key, value in client.get_run(name).data.tags.items() if key.startswith(PREFIX)}
        sizes = {PurePosixPath(found.path).name: found.file_size or 0 for found in client.list_artifacts(name, FOLDER)}
        with TemporaryDirectory(prefix="envprobe-") as folder:
            files = {file: _download(client, name, file, folder) for file in LIMITS_BYTES if _fits(name, file, sizes)}
    return Held(tags, files)


def write(name: str, held: Held) -> None:
    """Add to a run: the files first, so that a tag never speaks of what is not there. Raises EnvprobeError."""
    with _asking(name) as client:
        client.get_run(name)
        for file, data in held.files.items():
            client.log_text(name, data.decode("utf-8"), f"{FOLDER}/{file}")
        for key, value in held.tags.items():
            client.set_tag(name, key, value)


def _fits(name: str, file: str, sizes: dict[str, int]) -> bool:
    """Tell whether a file is there. Raises DocumentError where the store says that it is too large."""
    if sizes.get(file, 0) > LIMITS_BYTES[file]:
        raise too_large(f"mlflow:{name}: {FOLDER}/{file}", file)
    return file in sizes


def _download(client: Any, name: str, file: str, folder: str) -> bytes:
    path = client.download_artifacts(name, f"{FOLDER}/{file}", folder)
    with Path(path).open("rb") as stream:
        data = stream.read(LIMITS_BYTES[file] + 1)
    if len(data) > LIMITS_BYTES[file]:
        raise too_large(f"mlflow:{name}: {FOLDER}/{file}", file)
    return data


@contextmanager
def _asking(name: str) -> Iterator[Any]:
    """Yield MLflow's client; what it, its database or its network raises becomes one sentence."""
    if not NAME.fullmatch(name):
        raise UsageError(f"mlflow:{name[:100]}: not an id of a run", "it is what `mlflow.active_run().info.run_id` says")
    mlflow = _mlflow()
    uri = mlflow.get_tracking_uri()
    _check_store(uri)
    try:
        yield mlflow.MlflowClient(uri)
    except EnvprobeError:
        raise
    except Exception as error:  # its stores each raise their own, some with the address and the password in it
        said = " ".join(redact(str(error), os.environ).split())[:WORDS_LIMIT]
        raise EnvprobeError(f"mlflow:{name}: {type(error).__name__}: {said}", WHERE) from error


def _check_store(uri: str) -> None:
    """Refuse a local store that is not there: MLflow would make an empty one, and say that the run is unknown."""
    if uri.startswith(DATABASE):
        place = Path(uri.removeprefix(DATABASE).partition("?")[0])
    elif urlsplit(uri).scheme in ("", "file") and uri not in HOSTED:
        place = Path(unquote(urlsplit(uri).path))
    else:
        return
    if not place.exists():
        raise UsageError(f"{place}: no MLflow store", WHERE)


def active_run() -> str:
    """Return the id of the run that is active in this process. Raises EnvprobeError."""
    active = _mlflow().active_run()
    if active is None:
        raise UsageError("no MLflow run is active", "call it inside `with mlflow.start_run():`, or give run_id")
    return str(active.info.run_id)


def _mlflow() -> Any:
    try:
        import mlflow
    except ImportError:
        raise EnvprobeError("MLflow's runs need the package mlflow", installing("mlflow")) from None
    return mlflow
