"""What is said of outputs when they are recorded."""

from __future__ import annotations

import msgspec

from envprobe.experiment.outputs import only_hashed
from tests.support.run_sample import described


def test_what_was_recorded_by_its_bytes_alone_is_said_with_what_changes_that() -> None:
    """The reason once for all outputs that share it, and what to install or to declare; nothing of those that were read."""
    weights = msgspec.structs.replace(described("w.h5"), note="h5py is not installed", hint="pip install h5py")
    other = msgspec.structs.replace(weights, name="v.h5")
    opaque = msgspec.structs.replace(described("model.bin"), type="bytes")
    archive = msgspec.structs.replace(described("a.npz"), unread={"notes": "it is no array"})
    words = list(only_hashed([weights, other, opaque, archive, described("metrics.json")]))
    assert words[0] == "w.h5, v.h5: recorded by the bytes alone, because h5py is not installed; pip install h5py"
    assert words[1].startswith("model.bin: recorded by the bytes alone, because nothing reads such files; ")
    assert words[1].endswith('"model.bin" = {bytes = true}')
    assert words[2] == "a.npz: notes: recorded by the bytes alone, because it is no array"
