"""Every engine that a fleet can be asked through, one row each; completion, help and docs ask the row.

A new engine is a file under `engines/` with its `members`, and a row here. Pure, and quick to load.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..error import UsageError
from ..suggestion import did_you_mean

if TYPE_CHECKING:
    from ..fingerprint import Fingerprint
    from ..probing.collect import Options
    from .unreachable import UnreachableMember


class FleetMember(NamedTuple):
    """A member that can be asked."""

    name: str
    """As the engine calls it, whatever the member says of itself."""
    ask: Callable[[Options, Fingerprint | None], Fingerprint]
    """Probes it. The fingerprint is one that it may have, for what need not be asked again. Raises EnvprobeError."""


class AnsweredMember(NamedTuple):
    """A member that was asked in another run: nobody is asked again."""

    name: str
    answers: tuple[Fingerprint, ...]
    """One for each time that it was asked then."""
    burned: Mapping[str, Sequence[Fingerprint]] | None = None
    """And for each run on one of its cores, by that; None where it was not burned in."""


Members: TypeAlias = Sequence["FleetMember | AnsweredMember | UnreachableMember"]
"""All members of an engine: those that it knows to be out of reach stand among them."""


class EngineRow(NamedTuple):
    """What stands before the colon of `--on`, and all that differs from one engine to another."""

    name: str
    form: str
    """How it is written: `ssh:HOSTS`."""
    summary: str
    """Where the members are, in a few words: for help and docs."""
    module: str
    """A module of `engines/`. Imported when it is wanted: its client may take a second to load."""
    parallel: int = 32
    """How many members are asked at a time, where nobody says otherwise."""
    extra: str = ""
    """The extra of the distribution that brings the client; empty where none is needed."""
    runs_an_image: bool = False
    """Whether it starts something itself, in the image that the baseline was recorded of."""
    is_asked: bool = True
    """Whether members are there to compute anything; what was collected is only read."""

    def members(self, place: str, known: Fingerprint | None = None) -> AbstractContextManager[Members]:
        """Give the members while the engine is held; on leaving, all that was made there is gone.

        `known` is the baseline's fingerprint, where there is one.
        """
        try:
            module = import_module(f".engines.{self.module}", __package__)
        except ImportError as error:
            from ..installation import installing  # asks what is installed

            raise UsageError(f"{self.name}: needs {error.name}, which is not installed", installing(self.extra)) from None
        opened: AbstractContextManager[Members] = module.members(place, *([known] if self.runs_an_image else []))
        return opened


ROWS = (
    EngineRow(
        "file",
        "file:FOLDER",
        "fingerprints that were collected, a file each, or the spool of another run",
        "file",
        4,
        is_asked=False,
    ),
    EngineRow("ssh", "ssh:HOSTS", "hosts, or a file of them: a list, an OpenSSH config, an Ansible inventory", "ssh"),
    EngineRow("slurm", "slurm:[PARTITION][/PYTHON]", "the nodes of a Slurm partition, or of the whole cluster", "slurm", 64),
    EngineRow("dask", "dask:ADDRESS", "the hosts of a Dask cluster, by its scheduler", "dask", 32, "dask"),
    EngineRow("ray", "ray:ADDRESS", "the nodes of a Ray cluster", "ray", 32, "ray"),
    EngineRow(
        "kubernetes",
        "kubernetes:[CONTEXT/NAMESPACE]",
        "the nodes of a cluster, a Job on each; with ?pods=SELECTOR pods that run there",
        "kubernetes",
        32,
        "kubernetes",
        runs_an_image=True,
    ),
    EngineRow(
        "docker-contexts", "docker-contexts:TARGET", "one target, such as image://NAME, on each Docker context", "docker_contexts"
    ),
)
ENGINES = {row.name: row for row in ROWS}


class EngineReference(NamedTuple):
    """`--on`, taken apart."""

    row: EngineRow
    place: str
    """What stands behind the colon."""

    @property
    def reference(self) -> str:
        """As it was typed."""
        return f"{self.row.name}:{self.place}"


def parse(reference: str) -> EngineReference:
    """Take `NAME:PLACE` apart. Raises UsageError with the engines that there are."""
    name, _, place = reference.strip().partition(":")
    if name not in ENGINES or not reference.isprintable():
        close = did_you_mean(name, ENGINES)
        forms = ", ".join(row.form for row in ROWS)
        raise UsageError(f"{reference.partition('@')[0]!r}: no such engine" + (f"; {close}" if close else ""), f"one of {forms}")
    return EngineReference(ENGINES[name], place)
