"""A container by its name: whether it is there, a file of it, and away with it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..error import TargetError
from ..targets.interruption import make
from ..targets.packed import unpack

if TYPE_CHECKING:
    from docker import APIClient

LIMIT_BYTES = 1 << 20
"""For a file, /etc/passwd of a large site among them."""


def found(client: APIClient, name: str) -> dict[str, Any] | None:
    """Return a container's inspect document; None where there is none of that name."""
    from docker.errors import NotFound

    try:
        container: dict[str, Any] = client.inspect_container(name)
    except NotFound:
        return None
    return container


def read_text(client: APIClient, name: str, path: str) -> str | None:
    """Return the text of a container's file; None where none is there, or a link, a folder, or more than is read."""
    from docker.errors import NotFound

    with suppress(NotFound, TargetError):
        files = unpack(client.get_archive(name, path)[0], LIMIT_BYTES)
        return next((data.decode("utf-8", "replace") for data in files.values()), None)
    return None


def remove(client: APIClient, name: str) -> None:
    """Remove a container if it is there. Raises TargetError where nobody knows that it is gone."""
    from docker.errors import DockerException, NotFound
    from requests.exceptions import RequestException

    try:
        make(lambda: client.remove_container(name, force=True, v=True))
    except NotFound:
        return
    except (DockerException, RequestException, OSError) as error:
        raise TargetError(
            f"{name}: the engine does not remove it: {error}", f"when it answers again: docker rm -f {name}"
        ) from None
