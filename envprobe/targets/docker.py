"""`docker://` and `image://`: the engine that the docker command would use."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..error import TargetError
from .address import Address
from .container import ContainerTarget
from .deadline import Deadline
from .engine import Endpoint, Engine, connect, listens
from .image import ImageTarget
from .wire import EarlyClient

if TYPE_CHECKING:
    from docker import APIClient

DEFAULT_SOCKET = "/var/run/docker.sock"
START_IT = "start it (systemctl start docker, or Docker Desktop), or point DOCKER_HOST or `docker context use` at one that runs"


def docker_endpoint(environ: Mapping[str, str]) -> Endpoint:
    """Return the engine that the docker command would use: DOCKER_HOST, DOCKER_CONTEXT, the current context, the default."""
    from docker.context import ContextAPI
    from docker.context.config import get_current_context_name
    from docker.utils import kwargs_from_env

    if environ.get("DOCKER_HOST"):
        settings = kwargs_from_env(environment=dict(environ))
        return Endpoint(settings.get("base_url", environ["DOCKER_HOST"]), "DOCKER_HOST", settings.get("tls", False))
    try:
        name = environ.get("DOCKER_CONTEXT") or get_current_context_name()
        context = ContextAPI.get_context(name)
    except Exception as error:  # noqa: BLE001 - the library raises bare Exception for a damaged context file
        raise TargetError(f"the Docker context cannot be read: {error}", "docker context use default, or fix it") from None
    if context is None:
        raise TargetError(f"there is no Docker context {name!r}", "docker context ls shows those that exist")
    if name == "default":
        return Endpoint(context.Host or f"unix://{DEFAULT_SOCKET}", "default")
    return Endpoint(context.Host or "", f"context {name}", context.TLSConfig or False)


def plain_socket(environ: Mapping[str, str]) -> str:
    """Return the Unix socket that docker_endpoint would find; empty where contexts, TLS or headers are configured."""
    host = environ.get("DOCKER_HOST", "")
    if any(environ.get(name) for name in ("DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")):
        return ""
    if host:
        return host.removeprefix("unix://") if host.startswith("unix:///") else ""
    folder = environ.get("DOCKER_CONFIG")
    files = [Path(folder, "config.json")] if folder else []
    files += [Path("~/.docker/config.json").expanduser(), Path("~/.dockercfg").expanduser()]
    config = next((file for file in files if file.exists()), None)
    try:
        found = json.loads(config.read_bytes()) if config else {}
    except (OSError, ValueError):
        return ""
    is_plain = isinstance(found, dict) and found.get("currentContext", "default") == "default" and "HttpHeaders" not in found
    return DEFAULT_SOCKET if is_plain else ""


@contextmanager
def connect_docker(reference: str, deadline: Deadline, context: str = "") -> Iterator[APIClient]:
    """Connect to the engine that the docker command would use, or to that of a context. Raises TargetError."""
    environ = {"DOCKER_CONTEXT": context} if context else os.environ
    path, library = plain_socket(environ), partial(_connect_by_library, reference, deadline, environ)
    is_plain = path and listens(f"unix://{path}", deadline)
    with EarlyClient(path, deadline, library) if is_plain else library() as client:
        yield client  # type: ignore[misc]  # it stands for one


@contextmanager
def _connect_by_library(reference: str, deadline: Deadline, environ: Mapping[str, str]) -> Iterator[APIClient]:
    try:
        endpoint = docker_endpoint(environ)
    except TargetError as error:
        raise TargetError(f"{reference}: {error.message}", error.hint) from None
    with connect(reference, endpoint, START_IT, DEFAULT_SOCKET, deadline) as client:
        yield client


DOCKER = Engine("docker", "image", connect_docker)


def engine_of(context: str) -> Engine:
    """Return the engine of one Docker context, whatever the docker command would use."""
    return Engine("docker", "image", partial(connect_docker, context=context))


def container(address: Address, deadline: Deadline) -> ContainerTarget:
    """Return the target of `docker://`."""
    return ContainerTarget(address, deadline, DOCKER)


def image(address: Address, deadline: Deadline) -> ImageTarget:
    """Return the target of `image://`."""
    return ImageTarget(address, deadline, DOCKER)
