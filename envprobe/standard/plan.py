"""The plan: all that decides what a container of the standard environment is, from settings and from who calls. Pure.

Every form of it is rendered from this one value: the engine's own document, `docker run`, Compose, a dev container, a pod.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

import msgspec

from ..error import UsageError
from ..fact import canonical, sha256
from .choice import brings_jupyter, image_of
from .recipe import JUPYTER, ImageRecipe
from .settings import PORT as PUBLISHED
from .settings import EnvironmentSettings, size
from .ssh_server import PORT as SSH_PORT

WORK = "/tf/notebooks"
HOME = "/home/work"
TOKEN = "/run/envprobe/token"  # noqa: S105 - where it lies
KEYS = "/run/envprobe/authorized_keys"
JUPYTER_PORT = 8888
DEFAULT_PORTS = {"jupyter": JUPYTER_PORT, "ssh": SSH_PORT, "plain": 0}
LOOPBACK = "127.0.0.1"
ACCOUNT = "work"
"""The name of the user in the container."""
LABEL = "org.envprobe.environment"
PLAN_LABEL = "org.envprobe.plan"
FOLDER_LABEL = "org.envprobe.folder"
BASELINE_LABEL = "org.envprobe.baseline"
FINGERPRINT_LABEL = "org.envprobe.fingerprint"


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """For whom an environment is started, and where this machine keeps what belongs to it."""

    folder: str
    """The folder of the configuration, absolute: relative sources are relative to it."""
    state: str
    """The folder for its token, its HOME and its keys; it outlives the container."""
    uid: int
    gid: int
    name: str
    """The container's name where the settings have none."""
    is_root: bool = False
    """Whether root types it, whoever it is for."""


class PlannedMount(msgspec.Struct, frozen=True, kw_only=True):
    """A folder or file of this machine in the container."""

    source: str
    target: str
    read_only: bool = False


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A port of the container on this machine."""

    address: str
    here: int
    there: int


class EnvironmentPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A container of the standard environment."""

    name: str
    image: str
    """The pinned image."""
    recipe: ImageRecipe | None
    """What it gets on top; None where it is started as it is."""
    start: str
    variant: str
    engine: str
    user: str
    """`UID:GID`."""
    is_callers: bool
    """Whether that is whoever calls, and no number of the settings."""
    command: tuple[str, ...]
    environment: dict[str, str]
    mounts: tuple[PlannedMount, ...]
    ports: tuple[Published, ...]
    memory_bytes: int = 0
    cpus: float = 0
    shm_bytes: int = 0
    state: str = ""
    """The state folder: no part of what the container is."""
    folder: str = ""
    """The project's folder: no part of it either."""
    keeps_id: bool = False
    """Whether a rootless Podman is to map the caller's number to the same one inside; of Podman alone."""
    labels: dict[str, str] = {}
    """What is written on it beside; no part of it either."""

    @property
    def started_image(self) -> str:
        """What the container is made of."""
        return self.recipe.tag if self.recipe else self.image

    @property
    def port(self) -> Published | None:
        """Where Jupyter or sshd is; None of a plain one."""
        return self.ports[0] if self.start != "plain" else None

    @property
    def settings(self) -> dict[str, object]:
        """All that is compared when it is found again."""
        left_out = ("state", "folder", "labels", "is_callers", "keeps_id")
        return {name: value for name, value in msgspec.to_builtins(self).items() if name not in left_out}

    @property
    def digest(self) -> str:
        """Another digest, another container."""
        return sha256(canonical(self.settings))


def plan_of(settings: EnvironmentSettings, caller: Caller, has_jupyter: bool | None = None) -> EnvironmentPlan:
    """Return the plan. `has_jupyter`: whether the image has it, where somebody looked. Raises UsageError."""
    image = image_of(settings)
    return EnvironmentPlan(
        name=settings.name or caller.name,
        image=image,
        recipe=_recipe(settings, image, has_jupyter),
        start=settings.start,
        variant=settings.variant,
        engine=settings.engine,
        user=settings.user or _own(caller),
        is_callers=not settings.user,
        command=_command(settings),
        environment={"HOME": HOME, **_of_start(settings), **settings.env},
        mounts=tuple(_mounts(settings, caller)),
        ports=tuple(_ports(settings)),
        memory_bytes=size(settings.memory) or 0,
        cpus=settings.cpus,
        shm_bytes=size(settings.shm) or 0,
        state=caller.state,
        folder=caller.folder,
        keeps_id=settings.engine == "podman" and not caller.is_root,
    )


def _own(caller: Caller) -> str:
    if caller.uid == 0:
        raise UsageError(
            f"{caller.folder}: belongs to root, and so would all that is written in the environment",
            f'give it to its user: chown -R UID:GID {caller.folder}; or name one in the settings: user = "1000:1000"',
        )
    return f"{caller.uid}:{caller.gid}"


def _recipe(settings: EnvironmentSettings, image: str, has_jupyter: bool | None) -> ImageRecipe | None:
    known = brings_jupyter(image) if has_jupyter is None else has_jupyter
    own = {pin.partition("==")[0].lower() for pin in settings.packages}
    jupyter = [] if settings.start != "jupyter" or known or "notebook" in own else JUPYTER
    recipe = ImageRecipe(
        base=image,
        packages=(*(pin for pin in jupyter if pin.partition("==")[0] not in own), *settings.packages),
        system_packages=tuple(settings.system_packages),
        has_ssh=settings.start == "ssh",
    )
    return recipe if recipe.steps else None


def _command(settings: EnvironmentSettings) -> tuple[str, ...]:
    if settings.start == "jupyter":
        port = f"--port={JUPYTER_PORT}"
        return ("jupyter", "notebook", f"--notebook-dir={WORK}", "--ip=0.0.0.0", port, "--port-retries=0", "--no-browser")
    return ("envprobe-sshd",) if settings.start == "ssh" else ("sleep", "infinity")


def _of_start(settings: EnvironmentSettings) -> Mapping[str, str]:
    return {"JUPYTER_TOKEN_FILE": TOKEN} if settings.start == "jupyter" else {}


def _mounts(settings: EnvironmentSettings, caller: Caller) -> list[PlannedMount]:
    found = [
        PlannedMount(source=_absolute(settings.folder, caller), target=WORK),
        PlannedMount(source=f"{caller.state}/home", target=HOME),
    ]
    if settings.start == "jupyter":
        found.append(PlannedMount(source=f"{caller.state}/token", target=TOKEN, read_only=True))
    if settings.start == "ssh":
        found.append(PlannedMount(source=f"{caller.state}/authorized_keys", target=KEYS, read_only=True))
    for one in settings.mounts:
        source, target = _absolute(one.source, caller), posixpath.normpath(one.target)
        found.append(PlannedMount(source=source, target=target, read_only=one.read_only))
    targets = [mount.target for mount in found]
    if twice := sorted({target for target in targets if targets.count(target) > 1}):
        raise UsageError(f"{twice[0]}: two mounts lie there", "give one of them another target")
    return found


def _absolute(path: str, caller: Caller) -> str:
    return posixpath.normpath(posixpath.join(caller.folder, posixpath.expanduser(path)))


def _ports(settings: EnvironmentSettings) -> list[Published]:
    found = []
    if there := DEFAULT_PORTS[settings.start]:
        found.append(Published(address=settings.address, here=settings.port or there, there=there))
    for text in settings.ports:
        match = PUBLISHED.fullmatch(text)
        if match is not None:  # read_environment has seen to it
            head = text.rpartition(":")[0].rpartition(":")[0]
            found.append(Published(address=head or LOOPBACK, here=int(match[1]), there=int(match[2])))
    taken = [port.here for port in found]
    if twice := sorted({port for port in taken if taken.count(port) > 1}):
        raise UsageError(f"port {twice[0]}: is asked for twice", "give one of them another number")
    return found
