"""What is expected and what was observed, asked fact by fact, whether the baseline was recorded or declared."""

from __future__ import annotations

import msgspec

from ..baseline import Baseline, Provenance
from ..baseline.declaration import Declaration
from ..fact import ABSENT, Fact, Known
from ..fingerprint import Fingerprint


class BothSides(msgspec.Struct, frozen=True):
    """The two sides of a comparison."""

    expected: Baseline | Fingerprint
    observed: Fingerprint

    @property
    def recorded(self) -> Fingerprint | None:
        """What was recorded of the expected side; None where somebody declared it."""
        return self.expected.fingerprint if isinstance(self.expected, Baseline) else self.expected

    def wanted(self, path: str) -> Fact:
        """Return what is expected of a fact; of a declared one the text of its declaration, such as `==1.22.4`."""
        if self.recorded is not None:
            return self.recorded.get(path)
        declared = self._declared(path)
        return ABSENT if declared is None else Known(declared.describe())

    def version(self, name: str) -> Fact:
        """Return the version in which a package is expected, the observed one where none is pinned."""
        path = f"packages.{name}.version"
        if self.recorded is not None:
            return self.recorded.get(path)
        declared = self._declared(path)
        pinned = declared.pinned() if declared is not None else None
        return self.observed.get(path) if pinned is None else Known(pinned)

    def _declared(self, path: str) -> Declaration | None:
        """Return what is declared of a fact, as it holds for what was observed."""
        declared = self.expected.declared.get(path) if isinstance(self.expected, Baseline) else None
        return None if declared is None else declared.here(self.observed)

    @property
    def indexes(self) -> list[str]:
        """The indexes that a declaring document names in the place of the public one."""
        made = self.expected.provenance if isinstance(self.expected, Baseline) else Provenance()
        return [url for url in made.indexes if url not in made.extra_indexes]

    @property
    def extra_indexes(self) -> list[str]:
        """The indexes that it names beside the usual one."""
        return self.expected.provenance.extra_indexes if isinstance(self.expected, Baseline) else []
