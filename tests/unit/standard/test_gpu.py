"""What keeps a container from its GPU, the first of it first."""

from __future__ import annotations

import msgspec
import pytest

from envprobe.error import UsageError
from envprobe.standard.gpu import GpuHost, require

WHOLE = GpuHost(has_driver=True, has_toolkit=True, runtimes=("nvidia", "runc"), gpus=(("NVIDIA A100", (8, 0)),))
IMAGE = "tensorflow/tensorflow:2.9.0-gpu-jupyter"


@pytest.mark.parametrize(
    ("missing", "words", "hint"),
    [
        ({"has_driver": False, "has_toolkit": False}, "driver is not loaded", "nvidia-smi"),
        ({"has_toolkit": False}, "container toolkit is missing", "apt-get install nvidia-container-toolkit"),
        ({"runtimes": ("io.containerd.runc.v2", "runc")}, "does not know", "nvidia-ctk runtime configure"),
    ],
)
def test_what_is_missing_is_named_with_what_brings_it(missing: dict[str, object], words: str, hint: str) -> None:
    """Driver, toolkit, registration: one after the other."""
    with pytest.raises(UsageError) as refused:
        require(msgspec.structs.replace(WHOLE, **missing), IMAGE)
    assert words in refused.value.message and hint in refused.value.hint


@pytest.mark.parametrize(
    ("capability", "words"),
    [((8, 0), ""), ((8, 6), ""), ((3, 0), "will not use it"), ((9, 0), "first start"), ((12, 0), "first start")],
)
def test_a_gpu_without_code_is_named(capability: tuple[int, int], words: str) -> None:
    """TensorFlow 2.9 has code for 3.5 to 8.x; newer ones are compiled at the start."""
    said = require(msgspec.structs.replace(WHOLE, gpus=(("GPU", capability),)), IMAGE)
    assert (words in said[0]) if words else said == []
    assert require(msgspec.structs.replace(WHOLE, gpus=(("GPU", capability),)), "team/train:1.4.0") == []
