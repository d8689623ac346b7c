"""Find a container engine and speak to it through the docker library, with errors that say what to do next.

The library is imported only when an engine is wanted: it takes longer to load than all the rest of envprobe.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from ..error import EnvprobeError, TargetError
from .deadline import Deadline
from .outside import is_mounted
from .packed import Packer

if TYPE_CHECKING:
    from docker import APIClient
    from docker.errors import APIError

REQUEST_TIMEOUT_S = 60
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


Connect: TypeAlias = "Callable[[str, Deadline], AbstractContextManager[APIClient]]"


class Engine(msgspec.Struct, frozen=True):
    """A kind of engine, for hints and for connecting."""

    tool: str
    """The command that its users know."""
    image_scheme: str
    connect: Connect
    """Connects on behalf of a target's reference; every request ends by the deadline."""


@contextmanager
def connect(reference: str, endpoint: Endpoint, start_hint: str, remote_socket: str, deadline: Deadline) -> Iterator[APIClient]:
    """Connect to one engine, through an ssh tunnel where its URL asks for one. Raises TargetError."""
    if endpoint.url.startswith("ssh://"):
        from .tunnel import Tunnel

        with ExitStack() as stack:
            url = stack.enter_context(Tunnel(endpoint.url, remote_socket, deadline))
            there = Endpoint(url, endpoint.url)
            yield stack.enter_context(connect(reference, there, start_hint, remote_socket, deadline))
        return
    client = _open(reference, endpoint, start_hint, deadline)
    try:
        yield client
    finally:
        client.close()


def _open(reference: str, endpoint: Endpoint, start_hint: str, deadline: Deadline) -> APIClient:
    from docker import APIClient
    from docker.errors import DockerException, InvalidVersion

    class Client(APIClient):
        def send(self, request: Any, **settings: Any) -> Any:
            # Some of the library's calls have no time limit, such as that which attaches; the others take one each.
            seconds = deadline.left_s(REQUEST_TIMEOUT_S)
            return super().send(request, **{**settings, "timeout": min(settings.get("timeout") or seconds, seconds)})

        def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
            # REQUESTS_CA_BUNDLE, which companies set for the web, would displace the engine's own authority (psf/requests#3829).
            return super().merge_environment_settings(url, proxies, stream, self.verify if verify is None else verify, cert)

        def _retrieve_server_version(self) -> object:
            # The library asks for GET /version, for which dockerd runs runc and docker-init: 10 ms. A ping has it in a header.
            answer = self.get(f"{self.base_url}/_ping", timeout=self.timeout)
            return answer.headers.get("Api-Version") or super()._retrieve_server_version()  # type: ignore[misc]

    try:
        _require_listener(endpoint.url, deadline)
        return Client(base_url=endpoint.url, tls=endpoint.tls, version="auto", timeout=REQUEST_TIMEOUT_S)
    except InvalidVersion as error:
        raise TargetError(f"{reference}: the engine at {endpoint} is too old: {error}", "upgrade the engine there") from None
    except (DockerException, OSError, ValueError) as error:  # ValueError: an engine that is not one answers with no JSON
        problem, hint = reason(error, start_hint)
        raise TargetError(f"{reference}: no engine at {endpoint}: {problem}", hint) from None


def _require_listener(url: str, deadline: Deadline) -> None:
    """Connect to a Unix socket once, because the library leaves its own open when that fails. Raises OSError."""
    scheme, _, path = url.partition("://")
    if scheme in ("unix", "http+unix"):
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(deadline.left_s(REQUEST_TIMEOUT_S))
            wire.connect(path)


def listens(url: str, deadline: Deadline) -> bool:
    """Tell whether somebody listens at a Unix socket."""
    try:
        _require_listener(url, deadline)
    except OSError:
        return False
    return True


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
        return "no answer in time", "the engine hangs or is not reachable; does `docker version` answer?"
    said = root.strerror if isinstance(root, OSError) else str(root)
    return said or str(root) or type(root).__name__, "does `docker version` answer?"


@contextmanager
def speaking(reference: str) -> Iterator[None]:
    """Turn what the library raises while the engine is spoken to into a TargetError."""
    try:
        yield
    except EnvprobeError:
        raise
    except Exception as error:  # one of the library's, which is loaded for that alone
        refusal = refused(error)
        if refusal is not None:
            said = refusal.explanation or refusal
            raise TargetError(f"{reference}: the engine refuses: {said}", "see the engine's own log") from None
        if not is_loss(error):
            raise
        problem, _ = reason(error, "")
        raise TargetError(f"{reference}: the engine was lost: {problem}", LOST) from None


def packer_of(client: APIClient, container: Mapping[str, Any], reference: str) -> Packer:
    """Return what packs files of an inspected container, whether it runs or not; what is mounted into it is not looked at."""

    def pack(path: str) -> Iterable[bytes] | None:
        if is_mounted(container, path):
            raise TargetError(f"{reference}: {path} lies on a mount")
        with speaking(reference):
            try:
                pieces: Iterable[bytes] = client.get_archive(container["Id"], path)[0]
            except Exception as error:  # one of the library's, which is loaded for that alone
                if not is_missing(error):
                    raise
                return None
        return _speaking_all_the_while(pieces, reference)

    return pack


def _speaking_all_the_while(pieces: Iterable[bytes], reference: str) -> Iterator[bytes]:
    with speaking(reference):
        yield from pieces


def refused(error: BaseException) -> APIError | None:
    """Return an error that is the engine's own word, or None. The library is imported where something went wrong, not before."""
    from docker.errors import APIError

    return error if isinstance(error, APIError) else None


def is_missing(error: BaseException) -> bool:
    """Tell whether an error says that the engine has no such thing."""
    from docker.errors import NotFound

    return isinstance(error, NotFound)


def is_loss(error: BaseException) -> bool:
    """Tell whether an error says that the engine is not there, or no more."""
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    return isinstance(error, (DockerException, RequestException, OSError))
