"""Find a container engine and speak to it through the docker library, with errors that say what to do next.

The library is imported only when an engine is wanted: it takes longer to load than all the rest of envprobe.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from ..error import TargetError

if TYPE_CHECKING:
    from docker import APIClient

REQUEST_TIMEOUT_S = 60
DEFAULT_SOCKET = "/var/run/docker.sock"

START_IT = "start it (systemctl start docker, or Docker Desktop), or point DOCKER_HOST or `docker context use` at one that runs"
LOST = "was it restarted? try again when `docker version` answers"
JOIN_GROUP = 'use sudo, or join the group that owns the socket: sudo usermod -aG docker "$USER", then log in again'


class Endpoint(msgspec.Struct, frozen=True):
    """Where an engine listens."""

    url: str
    source: str
    """What named it: `DOCKER_HOST`, `context lab`, `default`."""
    tls: Any = False
    """The docker library's TLSConfig, or False."""

    def __str__(self) -> str:
        return f"{self.url} ({self.source})"


Connect: TypeAlias = "Callable[[str], AbstractContextManager[APIClient]]"


class Engine(msgspec.Struct, frozen=True):
    """A kind of engine, for hints and for connecting."""

    tool: str
    """The command that its users know."""
    image_scheme: str
    connect: Connect
    """Connects on behalf of a target's reference."""


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
        raise TargetError(f"the Docker context cannot be read: {error}", "docker context use default, or mend it") from None
    if context is None:
        raise TargetError(f"there is no Docker context {name!r}", "docker context ls shows those that exist")
    if name == "default":
        return Endpoint(context.Host or f"unix://{DEFAULT_SOCKET}", "default")
    return Endpoint(context.Host or "", f"context {name}", context.TLSConfig or False)


@contextmanager
def connect_docker(reference: str) -> Iterator[APIClient]:
    """Connect to the engine that the docker command would use. Raises TargetError."""
    try:
        endpoint = docker_endpoint(os.environ)
    except TargetError as error:
        raise TargetError(f"{reference}: {error.message}", error.hint) from None
    with connect(reference, endpoint, START_IT, DEFAULT_SOCKET) as client:
        yield client


@contextmanager
def connect(reference: str, endpoint: Endpoint, start_hint: str, remote_socket: str) -> Iterator[APIClient]:
    """Connect to one engine, through an ssh tunnel where its URL asks for one. Raises TargetError."""
    if endpoint.url.startswith("ssh://"):
        from .tunnel import Tunnel

        with ExitStack() as stack:
            url = stack.enter_context(Tunnel(endpoint.url, remote_socket))
            yield stack.enter_context(connect(reference, Endpoint(url, endpoint.url), start_hint, remote_socket))
        return
    client = _open(reference, endpoint, start_hint)
    try:
        yield client
    finally:
        client.close()


def _open(reference: str, endpoint: Endpoint, start_hint: str) -> APIClient:
    from docker import APIClient
    from docker.errors import DockerException, InvalidVersion

    class Client(APIClient):
        def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
            # REQUESTS_CA_BUNDLE, which companies set for the web, would displace the engine's own authority (psf/requests#3829).
            return super().merge_environment_settings(url, proxies, stream, self.verify if verify is None else verify, cert)

        def _retrieve_server_version(self) -> Any:
            # The library asks for GET /version, for which dockerd runs runc and docker-init: 10 ms. A ping has it in a header.
            answer = self.get(f"{self.base_url}/_ping", timeout=self.timeout)
            return answer.headers.get("Api-Version") or super()._retrieve_server_version()  # type: ignore[misc]

    try:
        _require_listener(endpoint.url)
        return Client(base_url=endpoint.url, tls=endpoint.tls, version="auto", timeout=REQUEST_TIMEOUT_S)
    except InvalidVersion as error:
        raise TargetError(f"{reference}: the engine at {endpoint} is too old: {error}", "upgrade the engine there") from None
    except (DockerException, OSError, ValueError) as error:  # ValueError: an engine that is not one answers with no JSON
        problem, hint = reason(error, start_hint)
        raise TargetError(f"{reference}: no engine at {endpoint}: {problem}", hint) from None


def _require_listener(url: str) -> None:
    """Connect to a Unix socket once, because the library leaves its own open when that fails. Raises OSError."""
    scheme, _, path = url.partition("://")
    if scheme in ("unix", "http+unix"):
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(REQUEST_TIMEOUT_S)
            wire.connect(path)


def reason(error: BaseException, start_hint: str) -> tuple[str, str]:
    """Return what is wrong and what to do, from the error at the bottom of the library's chain of them."""
    root = error
    while root.__cause__ or root.__context__:
        root = root.__cause__ or root.__context__  # type: ignore[assignment]
    if isinstance(root, PermissionError):
        return "you may not use its socket", JOIN_GROUP
    if isinstance(root, FileNotFoundError):
        return "there is no such socket", start_hint
    if isinstance(root, ConnectionRefusedError):
        return "nothing listens there", start_hint
    if isinstance(root, ssl.SSLError):
        return f"TLS: {root}", "check DOCKER_TLS_VERIFY, DOCKER_CERT_PATH and the certificates in it"
    if isinstance(root, socket.gaierror):
        return "the host name cannot be resolved", "check DOCKER_HOST, or the context's host"
    if isinstance(root, TimeoutError):
        return f"no answer within {REQUEST_TIMEOUT_S} s", "the engine hangs or is not reachable; does `docker version` answer?"
    said = root.strerror if isinstance(root, OSError) else str(root)
    return said or str(root) or type(root).__name__, "does `docker version` answer?"


@contextmanager
def speaking(reference: str) -> Iterator[None]:
    """Turn what the library raises while the engine is spoken to into a TargetError."""
    from docker.errors import APIError, DockerException
    from requests.exceptions import RequestException

    try:
        yield
    except APIError as error:
        raise TargetError(f"{reference}: the engine refuses: {error.explanation or error}", "see the engine's own log") from None
    except (DockerException, RequestException, OSError) as error:
        problem, _ = reason(error, "")
        raise TargetError(f"{reference}: the engine was lost: {problem}", LOST) from None


DOCKER = Engine("docker", "image", connect_docker)
