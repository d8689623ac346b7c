"""The line by which a report quotes what it observed, without attaching anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from ..fingerprint import Fingerprint
    from ..runs import Run


class Quote(msgspec.Struct, frozen=True):
    """Called, gives the line that `attach` would write for an environment or a run."""

    observed: Fingerprint | Run

    def __call__(self) -> str:
        from ..fingerprint import Fingerprint
        from .published import without_context
        from .record import Record

        if isinstance(self.observed, Fingerprint):
            return str(Record(fingerprint=without_context(self.observed)).line)
        from .published import record_of

        return str(record_of(self.observed).line)
