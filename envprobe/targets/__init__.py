"""Where a program can run: `local://`, `docker://`, `image://`, `ssh://`, `podman://`, `podman+image://`."""

from __future__ import annotations

from collections.abc import Callable

from ..error import UsageError
from .protocol import Address, Completed, NoProgram, Target

__all__ = ["FILE", "SCHEMES", "Address", "Completed", "NoProgram", "Target", "open_target", "parse"]

# Each scheme's module is imported when it is wanted: `local://` has no use for sockets and TLS.


def _local(address: Address) -> Target:
    from .local import LocalTarget

    return LocalTarget(address)


def _docker(address: Address) -> Target:
    from .container import ContainerTarget
    from .engine import DOCKER

    return ContainerTarget(address, DOCKER)


def _image(address: Address) -> Target:
    from .engine import DOCKER
    from .image import ImageTarget

    return ImageTarget(address, DOCKER)


def _podman(address: Address) -> Target:
    from .container import ContainerTarget
    from .podman import PODMAN

    return ContainerTarget(address, PODMAN)


def _podman_image(address: Address) -> Target:
    from .image import ImageTarget
    from .podman import PODMAN

    return ImageTarget(address, PODMAN)


def _ssh(address: Address) -> Target:
    from .ssh import SshTarget

    return SshTarget(address)


SCHEMES: dict[str, Callable[[Address], Target]] = {
    "local": _local,
    "docker": _docker,
    "image": _image,
    "podman": _podman,
    "podman+image": _podman_image,
    "ssh": _ssh,
}
FILE = "file"  # read by probing/collect.py: nothing can be run in it
FORMS = {
    "local": "local://[PYTHON]",
    "docker": "docker://CONTAINER",
    "image": "image://REFERENCE",
    "podman": "podman://CONTAINER",
    "podman+image": "podman+image://REFERENCE",
    "ssh": "ssh://[USER@]HOST[:PORT][/PYTHON]",
    FILE: "file://PATH",
}


def open_target(reference: str) -> Target:
    """Return the target that a reference names; nothing is contacted before it is entered. Raises UsageError."""
    address = parse(reference)
    if address.scheme == FILE:
        raise UsageError(f"{reference}: a file is read, nothing can be run in it", "name a machine or a container instead")
    return SCHEMES[address.scheme](address)


def parse(reference: str) -> Address:
    """Take a reference apart. Raises UsageError, with the schemes that exist and the closest one."""
    text = reference.strip()
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in FORMS:
        raise UsageError(f"{reference!r}: {_complaint(scheme, separator)}", "a target is one of " + ", ".join(FORMS.values()))
    if not text.isprintable():
        raise UsageError(f"{reference!r}: a target's reference holds no control characters")
    if scheme == FILE:
        return Address(scheme, rest)
    place, question_mark, query = rest.partition("?")
    return Address(scheme, place, _options(text, query) if question_mark else {})


def _options(text: str, query: str) -> dict[str, list[str]]:
    from urllib.parse import parse_qs

    try:
        return parse_qs(query, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        raise UsageError(f"{text}: {query!r} is not NAME=VALUE, joined by '&'") from None


def _complaint(scheme: str, separator: str) -> str:
    if not separator:
        return f"not a target; did you mean docker://{scheme} or image://{scheme}?" if scheme else "an empty target"
    from ..suggestion import did_you_mean

    close = did_you_mean(f"{scheme}://", [f"{form}://" for form in FORMS])
    return f"no such scheme {scheme!r}" + (f"; {close}" if close else "")
