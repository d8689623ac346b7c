"""A trained model: a Keras, HDF5 or safetensors file, or the folder of a SavedModel. A file beside it carries the record.

The model is never opened as one and never written to. The record names the digest of its bytes, so a signature covers that too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from ..document import read_json
from ..error import UsageError
from ..fact import canonical
from ..records.link import Link
from ..records.record import Record, SignedRecord
from ..runs import Run
from . import Carrier, Written, json, model_content
from .carried import Carried
from .file import Format, ReportFile

SUFFIX: Final = ".envprobe.json"
"""Of the file beside the model."""
MEMBER = "model"
"""Of that file: the model's digest, for whoever reads it without envprobe. What counts is the record."""


def open_carrier(name: str) -> Carrier:
    """Open a model. Raises DocumentError where it, or the record beside it, cannot be read."""
    return ModelFile(Path(name))


def sidecar(model: Path) -> Path:
    """Return where the record of a model lies."""
    whole = model if model.name else model.absolute()
    return whole.with_name(whole.name + SUFFIX)


class ModelFile(ReportFile):
    """A model and the file beside it."""

    can_link = False

    def __init__(self, model: Path) -> None:
        self._content = model_content.measure(model)
        super().__init__(sidecar(model), Format(json.find, self._put), absent=b"{}\n")
        self.name, self.folder, self.file = str(model), self._path.parent, model

    def bound(self, record: Record) -> Record:
        """Return the record of this very model. Raises UsageError where it is another one's."""
        output = record.outputs.get(Path(self.name).name)
        is_other_file = output is not None and self._content.kind == model_content.FILE and output.digest != self._content.digest
        if is_other_file or (record.model is not None and record.model != self._content):
            raise UsageError(
                f"{self.name}: its content is not what was recorded of it: {self._content.digest}",
                "attach the run that wrote this model",
            )
        return msgspec.structs.replace(record, model=self._content)

    def change(
        self,
        edit: Callable[[Carried | None], SignedRecord],
        *,
        shorten: Callable[[SignedRecord], Link] | None = None,
        run: Run | None = None,
        copy: Path | None = None,
    ) -> Written:
        """Write the file beside the model. Raises EnvprobeError, for a copy too."""
        if copy is not None:
            raise UsageError(f"{self.name}: a model is not copied", f"leave --output out: the record goes into {self._path}")
        return super().change(edit, shorten=shorten, run=run)._replace(place=self.name)

    def faults(self, record: Record) -> list[str]:
        """Return how the model differs from the one that the record is of."""
        if record.model is None:
            return [f"the record in {self._path} is of no model"]
        if record.model != self._content:
            return [f"the model's content is {self._content.digest}, the record is of {record.model.digest}"]
        said = read_json(self._data, str(self._path)).get(MEMBER)
        return [] if said == msgspec.to_builtins(self._content) else [f"{self._path}: {MEMBER} is not what the record says"]

    def _put(self, report: bytes, record: Carried, where: str) -> bytes:
        said = {MEMBER: msgspec.to_builtins(self._content)}
        return json.put(msgspec.json.format(canonical(said), indent=1) + b"\n", record, where)
