"""A throw-away copy of a container or an image, with some of its settings and files changed: the original is never touched."""

from __future__ import annotations

import io
import secrets
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..error import TargetError
from .address import Address
from .container import ContainerTarget
from .deadline import Deadline
from .engine import Engine, speaking
from .host_config import entries_of, variables_in
from .image import LABEL, LASTING, ImageTarget
from .interruption import make, orderly_end
from .scheme import ROWS

if TYPE_CHECKING:
    from docker import APIClient

KEPT = (
    *(
        "CgroupParent",
        "Binds",
        "Mounts",
        "Tmpfs",
        "VolumesFrom",
        "Memory",
        "MemorySwap",
        "NanoCpus",
        "CpuQuota",
        "CpuPeriod",
        "CpuShares",
    ),
    *("CpusetCpus", "CpusetMems", "PidsLimit", "Ulimits", "ShmSize", "ReadonlyRootfs", "SecurityOpt", "CapAdd", "CapDrop"),
    *("Privileged", "Devices", "DeviceRequests", "Runtime", "UsernsMode", "GroupAdd", "Sysctls", "Init", "OomScoreAdj"),
)
"""What a copy has of its original's HostConfig: all that decides what a program in it may do, but for network and names."""
COPY_OF = "org.envprobe.copy-of"
"""The label that a snapshot and its containers have: the original's id."""
FOLDER = "/envprobe-copy"
"""Where files are put into a copy."""
COMMIT_S = 120
"""How long an interrupted commit is waited for, so that its image can be removed."""
IDLE = ("sh", "-c", "while :; do sleep 1000; done")
"""What keeps a copy alive in which several programs find each other's files."""


class CopyTarget(ImageTarget):
    """One copy, with `folder` of this machine in it as FOLDER, if any; each program runs in a container of its own."""

    def __init__(
        self, address: Address, deadline: Deadline, engine: Engine, config: Mapping[str, Any], folder: Path | None
    ) -> None:
        super().__init__(Address(address.scheme, address.place), deadline, engine)
        self._settings = {**self._settings, **config, "HostConfig": {**self._host(), **config.get("HostConfig", {})}}
        self._folder = folder

    def _host(self) -> dict[str, Any]:
        host = self._settings["HostConfig"]
        return dict(host) if isinstance(host, dict) else {}

    @contextmanager
    def standing(self) -> Iterator[ContainerTarget]:
        """Give one container that stays, and remove it at the end. Raises TargetError where it cannot be started."""
        name = f"envprobe-{secrets.token_hex(8)}"
        self._settings = {**self._settings, "Labels": {LABEL: "1", LASTING: "1"}}
        with orderly_end(), speaking(self.reference), self._thrown_away(name):
            make(lambda: self._create(name, IDLE))
            make(lambda: self._client.start(name))
            scheme = next(row.name for row in ROWS if row.tool == self._engine.tool and row.experiments == "engine")
            with ContainerTarget(Address(scheme, name), self.deadline, self._engine) as target:
                target.pythons = self.pythons
                yield target

    def _create(self, name: str, argv: Sequence[str]) -> None:
        super()._create(name, argv)
        if self._folder is not None:
            from docker.errors import APIError

            try:
                self._client.put_archive(name, "/", _packed(self._folder))
            except APIError as error:
                raise TargetError(f"{self.reference}: files cannot be put into a copy: {error.explanation}") from None


def _packed(folder: Path) -> bytes:
    """Return a folder as a tar archive whose members lie in FOLDER, readable by anybody."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(folder, FOLDER.lstrip("/"), filter=_readable)
    return packed.getvalue()


def _readable(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.mode |= 0o555 if member.isdir() else 0o444
    return member


@contextmanager
def snapshot(client: APIClient, reference: str, container: str) -> Iterator[str]:
    """Give the id of an image of a container as it is now, its changed files too, and remove it; the container runs on."""
    with speaking(reference):
        original = client.inspect_container(container)["Id"]
        made = client.commit(container, pause=False, changes=[f"LABEL {LABEL}=1 {COPY_OF}={original}"])
    image = str(made["Id"])
    try:
        yield image
    finally:
        _remove_image(client, image)


@contextmanager
def layer_kept(client: APIClient, reference: str, container: Mapping[str, Any], image: Mapping[str, Any]) -> Iterator[str]:
    """Give the id of an image of a container's files with its image's settings; an image that is made on top keeps it.

    What the container alone was given, its variables and its command, may be secret and is not in it: of variables the names are,
    without values. Raises TargetError where an engine puts them in all the same.
    """
    base, own = image.get("Config") or {}, container["Config"].get("Env") or []
    given = [entry for entry in own if entry not in (base.get("Env") or [])]
    conf = {**base, "Env": [*(base.get("Env") or []), *(entry.partition("=")[0] for entry in given)]}
    with speaking(reference):
        made = make(lambda: client.commit(container["Id"], pause=False, conf=conf), COMMIT_S)
    try:
        there = client.inspect_image(made["Id"])
        if any("=" in entry and entry in given for entry in (there.get("Config") or {}).get("Env") or []):
            hint = "name the image in place of the container"
            raise TargetError(f"{reference}: this engine would keep its variables in an image, and they may be secret", hint)
        yield str(made["Id"])
    finally:
        _remove_image(client, str(made["Id"]))


def _remove_image(client: APIClient, image: str) -> None:
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    with suppress(DockerException, RequestException, OSError):
        client.remove_image(image, force=True)


def config_of(container: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a copy is created with so that a program in it has what the original's has."""
    config, host = container["Config"], container["HostConfig"]
    kept = {name: host[name] for name in KEPT if host.get(name) is not None}
    return {
        "User": config.get("User") or "",
        "WorkingDir": config.get("WorkingDir") or "",
        "Env": config.get("Env") or [],
        "HostConfig": kept,
    }


def changed(config: Mapping[str, Any], variables: Mapping[str, str | None], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return a create document with variables and its HostConfig changed.

    None takes a variable away: one of the image's is then named without `=`.
    """
    listed = entries_of({**variables_in(config.get("Env") or ()), **variables})
    return {**config, "Env": listed, "HostConfig": {**config.get("HostConfig", {}), **settings}}
