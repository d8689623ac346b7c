"""`image://REFERENCE`: a throw-away container of an image, removed whatever happens."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..error import TargetError, UsageError
from ..fact import Section
from ..suggestion import did_you_mean
from . import safe_path, stream
from .address import Address
from .container_change import untouched
from .deadline import Deadline
from .engine import Engine, is_loss, is_missing, packer_of, reason, refused, speaking
from .interruption import make, orderly_end, undone
from .outside import container_section, image_section, mounts
from .packed import Packer
from .protocol import Capture, Completed, Inspection
from .state import not_startable

if TYPE_CHECKING:
    from docker import APIClient

LABEL = "org.envprobe.throwaway"
LASTING = "org.envprobe.experiment"
"""The label of a container in which an experiment runs, for as long as that takes."""
LEFTOVER_AGE_S = 3600
LASTING_AGE_S = 30 * 24 * 3600
WAIT_S = 10
UNDO_S = 15
"""For removing the container, after the deadline too."""


class ImageTarget:
    """A container for each program that is run: created with the program as its entry point, attached to, started, removed.

    It has no network, which the probe does not need and which takes longer to make than all the rest. The image is never
    pulled. Options, as `docker run` has them: `gpus` (`all`, a number, `device=0,1`), `env` (`NAME=VALUE`, or
    `NAME` for its value here; repeatable), `cpuset`.
    """

    def __init__(self, address: Address, deadline: Deadline, engine: Engine) -> None:
        address.allow_options("gpus", "env", "cpuset")
        if not address.place:
            raise UsageError(f"{address.reference}: no image", "write image://NAME:TAG")
        self.reference = address.reference
        self.deadline = deadline
        self.pythons: tuple[str, ...] = ("python3", "python")
        self.context: dict[str, object] = {"options": address.shown_options} if address.options else {}
        self._name = address.place
        self._settings = settings(address, os.environ)
        self._engine = engine
        self._stack = ExitStack()
        self._container: dict[str, Any] = {}
        self._is_asked_for = False

    def __enter__(self) -> ImageTarget:
        with ExitStack() as stack:
            stack.enter_context(orderly_end())
            self._client: APIClient = stack.enter_context(self._engine.connect(self.reference, self.deadline))
            self._image = self._inspect_image()
            self._remove_leftovers()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def run(self, argv: Sequence[str], stdin: bytes, timeout_s: float, limit_bytes: int) -> Completed:
        """Run a program in a container of its own, as the image's user and in its folder, instead of its entry point."""
        name = f"envprobe-{secrets.token_hex(8)}"  # known before it exists, so that it can be removed whatever happens
        with orderly_end(), speaking(self.reference), self._thrown_away(name):
            make(lambda: self._create(name, argv))
            return self._run(name, argv[0], stdin, timeout_s, limit_bytes)

    @contextmanager
    def _thrown_away(self, name: str) -> Iterator[None]:
        """Remove a container at the end, and say how to where that cannot be known to be done."""

        def remove() -> None:
            self.deadline.grant(UNDO_S)
            if problem := self._remove(name):
                raise TargetError(f"{self.reference}: {problem}", f"when it answers again: {self._engine.tool} rm -f {name}")

        with undone(remove):
            yield

    def _create(self, name: str, argv: Sequence[str]) -> None:
        config: Any = self._image.get("Config") or {}
        given = self._settings["Env"]
        ours = safe_path.beside({setting.partition("=")[0] for setting in [*(config.get("Env") or []), *given]})
        variables = [*given, *(f"{name}={value}" for name, value in ours.items())]
        program = {"Entrypoint": [argv[0]], "Cmd": list(argv[1:])}
        made = {**self._settings, "Env": variables, "Image": self._image["Id"], **program}
        self._is_asked_for = True
        try:
            self._client.create_container_from_config(made, name)
        except Exception as error:  # one of the library's, which is loaded for that alone
            self._is_asked_for = refused(error) is None  # the engine's own word: nothing was made
            raise
        self._is_asked_for = False

    def _run(self, name: str, program: str, stdin: bytes, timeout_s: float, limit_bytes: int) -> Completed:
        capture = Capture(limit_bytes)
        try:
            ended = stream.talk(self._start(name), stdin, capture, timeout_s)
        except Exception as error:  # one of the library's, which is loaded for that alone
            refusal = refused(error)
            if refusal is None:
                raise
            raise not_startable(self.reference, program, str(refusal.explanation)) from None
        if not ended:
            return capture.completed(137, timed_out=not capture.full)
        self._client.wait(name, timeout=WAIT_S)
        self._container = self._client.inspect_container(name)
        state = self._container["State"]
        if state.get("OOMKilled"):
            raise TargetError(
                f"{self.reference}: ran out of memory while the probe ran, and was killed",
                "the machine has too little of it; leave out what needs it: --no-benchmark",
            )
        return capture.completed(int(state["ExitCode"]), timed_out=False)

    def _start(self, name: str) -> object:
        """Start the container and return the socket that was attached before, so that nothing is missed."""
        attached = self._client.attach_socket(name, {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
        try:
            make(lambda: self._client.start(name))
        except BaseException:
            stream.close(attached)
            raise
        return attached

    def outside(self) -> dict[str, Section]:
        """Return `image`, and `container` as `docker run` would have made it; that one only after a program was run."""
        sections = {"image": image_section(self._image, self._name)}
        if self._container:
            sections["container"] = container_section(as_docker_run(self._container), [])
        return sections

    def made(self) -> Inspection | None:
        """Return None: we made the container, and it is gone."""
        return None

    @contextmanager
    def packer(self) -> Iterator[Packer]:
        """Give what packs files of the image: those of a container that is never started."""
        name = f"envprobe-{secrets.token_hex(8)}"
        with orderly_end(), self._thrown_away(name):
            with speaking(self.reference):
                make(lambda: self._create(name, ["true"]))
                container = self._client.inspect_container(name)
            yield packer_of(self._client, container, self.reference)

    @property
    def image_reference(self) -> str:
        """Nothing: it is no container that was made of an image."""
        return ""

    @property
    def launch(self) -> dict[str, Any]:
        """Nothing: the probe is the container's main process."""
        return {}

    @property
    def image_id(self) -> str:
        """The id that the reference has now."""
        return str(self._image["Id"])

    def unchanged(self, places: Sequence[str]) -> bool:
        """Say whether none of these places lies in one of the image's volumes: nothing else can differ."""
        return untouched([], [mount["destination"] for mount in mounts(self._container)], places)

    def _inspect_image(self) -> dict[str, object]:
        with speaking(self.reference):
            try:
                document: dict[str, object] = self._client.inspect_image(self._name)
            except Exception as error:  # one of the library's, which is loaded for that alone
                if not is_missing(error):
                    raise
                raise TargetError(
                    f"{self.reference}: there is no such image here, and envprobe never pulls", self._what_next()
                ) from None
        return document

    def _what_next(self) -> str:
        listed: list[dict[str, Any]] = self._client.images()
        known = [tag for image in listed for tag in image.get("RepoTags") or []]
        tool = self._engine.tool
        there = did_you_mean(self._name, known, 3) or f"{tool} images shows those that are here"
        return f"{tool} pull {self._name}\n{there}"

    def _remove(self, name: str) -> str:
        """Remove a container if it was made. Return why nobody knows that it is gone; empty where it is."""
        try:
            make(lambda: self._client.remove_container(name, force=True, v=True))
        except Exception as error:  # one of the library's, which is loaded for that alone
            if is_missing(error):  # it was not made, or somebody removed it
                return "the engine has not said whether it made the container" if self._is_asked_for else ""
            if not is_loss(error):
                raise
            return f"the engine does not remove the container: {reason(error, '')[0]}"
        return ""

    def _remove_leftovers(self) -> None:
        """Remove what a killed envprobe left behind; younger ones may belong to another one that runs now."""
        with speaking(self.reference):
            for entry in self._client.containers(all=True, filters={"label": LABEL}):
                if is_leftover(entry, time.time()):
                    self._remove_leftover(entry["Id"])

    def _remove_leftover(self, container: str) -> None:
        try:
            self._client.remove_container(container, force=True, v=True)
        except Exception as error:  # one of the library's, which is loaded for that alone
            if refused(error) is None:  # else somebody else is removing it
                raise


def is_leftover(entry: Mapping[str, Any], now_s: float) -> bool:
    """Say whether a listed throw-away container is older than any probe, or experiment, may take."""
    limit_s = LASTING_AGE_S if LASTING in (entry.get("Labels") or {}) else LEFTOVER_AGE_S
    return now_s - float(entry["Created"]) > limit_s


def settings(address: Address, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the Engine's create document for a throw-away container, without image and program. Raises UsageError.

    `environ` are the variables of whoever asks: `env=NAME` is NAME with its value there, as for `docker run`.
    """
    host: dict[str, object] = {"NetworkMode": "none", "LogConfig": {"Type": "none"}}
    if cpuset := address.option("cpuset"):
        host["CpusetCpus"] = cpuset
    if gpus := address.option("gpus"):
        host["DeviceRequests"] = [_gpu_request(address, gpus)]
    return {
        "Env": [_variable(address, setting, environ) for setting in address.options.get("env", [])],
        "Labels": {LABEL: "1"},
        "Healthcheck": {"Test": ["NONE"]},
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "OpenStdin": True,
        "StdinOnce": True,
        "Tty": False,
        "HostConfig": host,
    }


def _variable(address: Address, setting: str, environ: Mapping[str, str]) -> str:
    name, equals, _ = setting.partition("=")
    if not name:
        raise UsageError(f"{address.reference}: env= without a name", "write env=NAME=VALUE, or env=NAME for its value here")
    if equals:
        return setting
    if name not in environ:
        raise UsageError(f"{address.reference}: env={name}: not set here", f"export {name}=VALUE, or write env={name}=VALUE")
    return f"{name}={environ[name]}"


def _gpu_request(address: Address, gpus: str) -> dict[str, object]:
    request: dict[str, object] = {"Driver": "", "Capabilities": [["gpu"]]}
    if gpus == "all":
        return {**request, "Count": -1}
    if gpus.isdecimal():
        return {**request, "Count": int(gpus)}
    key, _, devices = gpus.partition("=")
    if key != "device" or not devices:
        raise UsageError(f"{address.reference}: gpus={gpus}: write all, a number of GPUs, or device=0,1")
    return {**request, "DeviceIDs": devices.split(",")}


def as_docker_run(container: Mapping[str, Any]) -> dict[str, object]:
    """Return the inspect document with the throw-away's own network put back to what `docker run` makes."""
    return {**container, "HostConfig": {**container["HostConfig"], "NetworkMode": "default"}}
