"""What this machine and one behind ssh have in common: there is no outside from which they could be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from ..fact import Section
from .address import Address
from .deadline import Deadline
from .packed import Packer
from .protocol import Inspection


class Machine:
    """A target that is neither an image nor a container. Nothing is made in it, so nothing is removed."""

    def __init__(self, address: Address, deadline: Deadline) -> None:
        address.allow_options()
        self.reference = address.reference
        self.deadline = deadline
        self.context: dict[str, object] = {}

    def outside(self) -> dict[str, Section]:
        """Return nothing: there is no image and no container."""
        return {}

    @property
    def launch(self) -> dict[str, Any]:
        """Nothing: a program that is started here has what we have."""
        return {}

    @property
    def image_id(self) -> str:
        """Nothing: there is no image."""
        return ""

    def made(self) -> Inspection | None:
        """Return None: nobody made it with settings."""
        return None

    @contextmanager
    def packer(self) -> Iterator[Packer | None]:
        """Give None: whoever reads files here is on the machine."""
        yield None

    @property
    def image_reference(self) -> str:
        """Nothing: there is no image."""
        return ""

    def unchanged(self, places: Sequence[str]) -> bool:
        """Return False: nobody stands outside to vouch for it."""
        return False

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leave it as it is."""
