"""Where copies of one target are made: a container or image by its engine, a Python of this machine under other variables."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ..causes.intervention import Intervention
from ..error import TargetError, UsageError
from ..fact import Known
from ..fingerprint import Fingerprint
from ..launched import launched_python, parted
from ..targets.address import Address, parse
from ..targets.copy import FOLDER, CopyTarget, changed, config_of, snapshot
from ..targets.deadline import Deadline
from ..targets.docker import DOCKER
from ..targets.engine import Engine, speaking
from ..targets.image import settings
from ..targets.podman import PODMAN
from ..targets.protocol import Target
from .folders import assemble
from .local import OverlaidTarget
from .overlay import make_overlay, variables

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

ENGINES: Mapping[str, tuple[Engine, bool]] = {
    "docker": (DOCKER, True),
    "podman": (PODMAN, True),
    "image": (DOCKER, False),
    "podman+image": (PODMAN, False),
}
"""Scheme to its engine, and whether a container is named."""
CONTAINERS_SETTING = "a setting of a container is changed in a container alone"
CONTAINERS_CPUS = "the CPUs of a container are a setting of its own"


class Laboratory(Protocol):
    """Makes copies of one target."""

    def copy(self, intervention: Intervention, deadline: Deadline) -> AbstractContextManager[Target]:
        """Give a copy in which an intervention is done. Raises TargetError where it cannot be."""
        ...


@contextmanager
def open_laboratory(reference: str, observed: Fingerprint, deadline: Deadline, here: Path | None = None) -> Iterator[Laboratory]:
    """Give what makes copies of a target as it is now; `here` is a folder of this machine of which each has a copy, to run in.

    Raises UsageError where nobody can copy it, and TargetError.
    """
    address = parse(reference)
    if address.scheme == "local":
        yield _OnThisMachine(address, observed, here)
        return
    if address.scheme not in ENGINES:
        hint = "probe a container, an image or a Python of this machine"
        raise UsageError(f"{reference}: no copy of it can be made, and nothing is tried in place", hint)
    engine, is_container = ENGINES[address.scheme]
    with ExitStack() as stack:
        client = stack.enter_context(engine.connect(address.reference, deadline))
        if is_container:
            with speaking(address.reference):
                config = config_of(client.inspect_container(address.place))
            image = stack.enter_context(snapshot(client, address.reference, address.place))
        else:
            image, config = address.place, settings(address, os.environ)
        yield OnEngine(engine, Address(engine.image_scheme, image), dict(config), observed)


class _OnThisMachine:
    def __init__(self, address: Address, observed: Fingerprint, here: Path | None) -> None:
        self._address, self._observed, self._here = address, observed, here

    @contextmanager
    def copy(self, intervention: Intervention, deadline: Deadline) -> Iterator[Target]:
        if intervention.settings:
            raise TargetError(CONTAINERS_SETTING)
        with tempfile.TemporaryDirectory(prefix="envprobe-copy-") as folder, tempfile.TemporaryDirectory() as made:
            make_overlay(intervention, Path(folder), self._observed)
            given = variables(intervention, folder, os.environ.get("PYTHONPATH", ""))
            if self._here is not None:
                assemble(self._here, intervention.folder, intervention.files, Path(made))
            place = Path(made) if self._here is not None else None
            with OverlaidTarget(self._address, deadline, given, intervention.cpus, place) as target:
                yield target


class OnEngine:
    """Makes copies of an image that are started as `config` says."""

    def __init__(self, engine: Engine, address: Address, config: dict[str, Any], observed: Fingerprint) -> None:
        self._engine, self._address, self._observed = engine, address, observed
        own = {name: _value(observed, name) for name in parted(observed) if name.isidentifier()}
        self._config = changed(config, own, {})
        self._python = launched_python(observed)

    @contextmanager
    def copy(self, intervention: Intervention, deadline: Deadline) -> Iterator[Target]:
        if intervention.cpus:
            raise TargetError(CONTAINERS_CPUS)
        with tempfile.TemporaryDirectory(prefix="envprobe-copy-") as name:
            folder = Path(name)
            has_files = make_overlay(intervention, folder, self._observed)
            before = dict(entry.partition("=")[::2] for entry in self._config["Env"]).get("PYTHONPATH", "")
            config = changed(self._config, variables(intervention, FOLDER, before), intervention.settings)
            with CopyTarget(self._address, deadline, self._engine, config, folder if has_files else None) as target:
                target.pythons = (self._python,) if self._python else target.pythons
                yield target


def _value(observed: Fingerprint, name: str) -> str | None:
    """Return a variable as the main process has it; of one that is no fact nobody knows the value."""
    fact = observed.get(f"environment.{name}")
    return str(fact.value) if isinstance(fact, Known) else None
