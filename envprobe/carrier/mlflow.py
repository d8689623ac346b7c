"""MLflow: tags and artifacts of a run that is there already, in whatever store MLFLOW_TRACKING_URI names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
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
REGISTERED = "models:/"
"""How MLflow itself begins the name of a model in its registry."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,255}")
WORDS_LIMIT = 300
DATABASE = "sqlite:///"
HOSTED = ("databricks", "uc")
"""What MLflow takes for a service, although it looks like a path."""
WHERE = "MLFLOW_TRACKING_URI says where the runs are, as for mlflow itself"


def open_carrier(name: str) -> Carrier:
    """Open a run, or a version of a model. Raises EnvprobeError where there is none, or where its store does not answer."""
    place = name.partition(":")[2]
    if place.startswith(REGISTERED):
        from .mlflow_model import open_version

        return open_version(name, place)
    return TrackedRun(name, lambda: read(place), lambda held: write(place, held))


def read(name: str) -> Held:
    """Return what a run holds. Raises EnvprobeError where there is no such run, or where its store does not answer."""
    _require_id(name)
    with asking(name) as client:
        return Held(ours(client.get_run(name).data.tags), files_in(client, name, FOLDER))


def write(name: str, held: Held) -> None:
    """Add to a run: the files first, so that a tag never speaks of what is not there. Raises EnvprobeError."""
    _require_id(name)
    with asking(name) as client:
        client.get_run(name)
        put_files(client, name, FOLDER, held.files)
        for key, value in held.tags.items():
            client.set_tag(name, key, value)


def ours(tags: Mapping[str, str]) -> dict[str, str]:
    """Return those tags that envprobe has written."""
    return {key: value for key, value in tags.items() if key.startswith(PREFIX)}


def files_in(client: Any, run: str, folder: str) -> dict[str, bytes]:
    """Return our files in a folder of a run's artifacts. Raises DocumentError where one is too large."""
    sizes = {PurePosixPath(found.path).name: found.file_size or 0 for found in client.list_artifacts(run, folder)}
    found: dict[str, bytes] = {}
    with TemporaryDirectory(prefix="envprobe-") as here:
        for file, limit_bytes in LIMITS_BYTES.items():
            where = f"mlflow:{run}: {folder}/{file}"
            if sizes.get(file, 0) > limit_bytes:
                raise too_large(where, file)
            if file in sizes:
                with Path(client.download_artifacts(run, f"{folder}/{file}", here)).open("rb") as stream:
                    found[file] = stream.read(limit_bytes + 1)
                if len(found[file]) > limit_bytes:
                    raise too_large(where, file)
    return found


def put_files(client: Any, run: str, folder: str, files: Mapping[str, bytes]) -> None:
    """Write files into a folder of a run's artifacts."""
    for file, data in files.items():
        client.log_text(run, data.decode("utf-8"), f"{folder}/{file}")


def _require_id(name: str) -> None:
    if not NAME.fullmatch(name):
        raise UsageError(f"mlflow:{name[:100]}: not an id of a run", "it is what `mlflow.active_run().info.run_id` says")


@contextmanager
def asking(name: str) -> Iterator[Any]:
    """Yield MLflow's client; what it, its database or its network raises becomes one sentence."""
    mlflow = load()
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
    active = load().active_run()
    if active is None:
        raise UsageError("no MLflow run is active", "call it inside `with mlflow.start_run():`, or give run_id")
    return str(active.info.run_id)


def load() -> Any:
    """Return the library. Raises EnvprobeError where it is not installed."""
    try:
        import mlflow
    except ImportError:
        raise EnvprobeError("MLflow's runs need the package mlflow", installing("mlflow")) from None
    return mlflow
