"""The GPU: what NVML says (a compiled test double), what nvidia-smi says (captured), and what their failures mean."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from envprobe.probing import bundle
from probes.collectors.gpu import collect as gpu
from probes.host import Host
from probes.nvidiasmi import read_log

from .fake import facts
from .machine import SAMPLES, Machine, sample

DRIVER_FILE = "/proc/driver/nvidia/version"
DRIVER_TEXT = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  460.32.03  Sun Dec 27 19:00:34 UTC 2020\nGCC version:  gcc 9.3.0\n"
KEY = "00" * 32
NVML_MISSING = (3, "", "")


@pytest.fixture(scope="session")
def double(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a libnvidia-ml.so.1 that is a test double."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc to compile the test double")
    folder = tmp_path_factory.mktemp("nvidia")
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-Wall", "-Werror", "-o", folder / "libnvidia-ml.so.1", SAMPLES / "fake_nvidia.c"], check=True
    )
    return folder


class RealPrograms(Machine):
    """A machine of files whose programs really run, beside the test double."""

    double: Path
    switches: dict[str, str]

    def run(self, argv: list[str], timeout_s: float = 10, stdin: bytes | None = None, **ignored: object) -> Any:
        if argv[0].endswith("nvidia-smi"):
            return super().run(argv, timeout_s)
        environ = {**os.environ, "LD_LIBRARY_PATH": str(self.double), **self.switches}
        return Host.run(self, argv, timeout_s=min(timeout_s, float(self.switches.get("LIMIT", 15))), environ=environ)


def real(root: Path, double: Path, files: tuple[str, ...] = (DRIVER_FILE,), **switches: str) -> RealPrograms:
    machine = RealPrograms(root, dict.fromkeys(files, DRIVER_TEXT), environ={"PATH": "/usr/bin"})
    machine.line = {"sources": bundle.sources()}
    machine.double, machine.switches = double, switches
    return machine


def smi(root: Path, answer: object) -> Machine:
    return Machine(
        root,
        {DRIVER_FILE: DRIVER_TEXT, "/usr/bin/nvidia-smi": ""},
        environ={"PATH": "/usr/bin"},
        programs={"nvidia-smi": answer, Path(sys.executable).name: NVML_MISSING},
    )


def test_trap_9_a_mig_slice_and_an_unlike_card(tmp_path: Path, double: Path) -> None:
    """Two unlike cards stay two; what may not be asked is unknown with NVML's words; a slice is told from its card."""
    document = facts(gpu, real(tmp_path, double), hash_key=KEY)
    known = document["known"]
    assert (known["source"], known["driver"], known["driver_cuda"], known["count"]) == ("nvml", "460.32.03", "11.2", 2)
    assert (known["0.name"], known["1.name"]) == ("NVIDIA A100-SXM4-40GB", "Tesla V100-SXM2-16GB")
    assert (known["0.compute_capability"], known["1.compute_capability"]) == ("8.0", "7.0")
    assert document["unknown"] == {"0.memory_bytes": "NVML: Insufficient Permissions"}
    assert known["1.memory_bytes"] == 16 << 30
    assert known["0.mig_devices"] == [{"name": "NVIDIA A100-SXM4-40GB MIG 1g.5gb", "memory_bytes": 5100273664}]
    assert (known["0.mig"], known["0.ecc"], known["0.persistence"]) == ("enabled", "enabled", "enabled")
    assert "1.mig" in document["absent"]


def test_trap_42_no_uuid_and_nothing_volatile(tmp_path: Path, double: Path) -> None:
    """A UUID appears only as a hash under the caller's key; two looks are equal although free memory moved."""
    keyed, again = (facts(gpu, real(tmp_path, double), hash_key=KEY) for _ in range(2))
    plain = facts(gpu, real(tmp_path, double), hash_key=None)
    other = facts(gpu, real(tmp_path, double), hash_key="11" * 32)
    assert keyed == again
    assert "feba7e40" not in str(keyed) + str(plain)
    assert keyed["known"]["0.uuid"].startswith("hmac-sha256:")
    assert keyed["known"]["0.uuid"] not in (keyed["known"]["1.uuid"], other["known"]["0.uuid"])
    assert "0.uuid" not in plain["known"] and "0.uuid" not in plain["absent"]


@pytest.mark.parametrize(
    ("switches", "reason"),
    [
        ({"FAKE_ABORT": "1"}, "nvml: ended by signal 6"),
        ({"FAKE_INIT": "18"}, "Driver/library version mismatch"),
        ({"FAKE_INIT": "9"}, "NVML: Driver Not Loaded"),
        ({"FAKE_HANG": "1", "LIMIT": "0.5"}, "nvml: did not answer"),
    ],
)
def test_a_library_that_dies_or_hangs_is_a_fact(tmp_path: Path, double: Path, switches: dict[str, str], reason: str) -> None:
    """A driver that cannot be asked leaves its reason; the version that the kernel module states is still known."""
    document = facts(gpu, real(tmp_path, double, **switches))
    assert reason in document["unknown"]["*"]
    assert document["known"] == {"source": "kernel", "driver": "460.32.03"}


def test_trap_6_cuda_version_of_nvidia_smi_is_the_drivers_maximum(tmp_path: Path) -> None:
    """The "CUDA Version" of nvidia-smi is recorded as what the driver supports, and as nothing else."""
    document = facts(gpu, smi(tmp_path, (0, sample("nvidia-smi-mig.xml"), "")), hash_key=KEY)
    known = document["known"]
    assert (known["source"], known["driver"], known["driver_cuda"]) == ("nvidia-smi", "535.129.03", "12.2")
    assert [key for key, value in known.items() if value == "12.2"] == ["driver_cuda"]
    assert (known["0.mig"], known["1.memory_bytes"]) == ("enabled", 16 << 30)
    assert document["unknown"]["0.memory_bytes"] == "nvidia-smi: Insufficient Permissions"
    assert known["0.mig_devices"] == [{"memory_bytes": 4864 << 20}]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (subprocess.TimeoutExpired("nvidia-smi", 15), "nvidia-smi: did not answer within 15 s"),
        ((9, "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", ""), "exit status 9: NVIDIA-SMI"),
        ((-11, "", ""), "ended by signal 11"),
        ((0, "<html/>", ""), "the document is a html"),
        ((0, "", ""), "no element found"),
    ],
)
def test_trap_10_an_nvidia_smi_that_fails_is_unknown_not_absent(tmp_path: Path, answer: Any, reason: str) -> None:
    """A driver is loaded and nobody answers for it: that is neither no GPU nor an empty list."""
    document = facts(gpu, smi(tmp_path, answer))
    assert reason in document["unknown"]["*"]
    assert "count" not in document["absent"] and "count" not in document["known"]


def test_trap_10_nvidia_smi_without_a_loaded_driver_is_not_run(tmp_path: Path) -> None:
    """As root the real one would create /dev/nvidiactl; that it is installed and would fail is unknown, not absent."""
    machine = Machine(tmp_path, {"/usr/bin/nvidia-smi": ""}, environ={"PATH": "/usr/bin"})
    document = facts(gpu, machine)
    assert machine.ran == []
    assert "no NVIDIA driver is loaded" in document["unknown"]["count"]
    assert document["absent"] == []


def test_no_nvidia_at_all_is_absent(tmp_path: Path) -> None:
    """A plain CPU machine has no driver and no devices, and nothing is run to find that out."""
    machine = Machine(tmp_path, environ={"PATH": "/usr/bin"})
    assert facts(gpu, machine) == {"known": {}, "absent": ["count", "driver"], "unknown": {}}
    assert machine.ran == []


def test_a_container_into_which_no_gpu_was_passed_has_none(tmp_path: Path) -> None:
    """On a GPU machine every container sees /proc/driver/nvidia; without the library and a device there is no GPU in it."""
    machine = Machine(tmp_path, {DRIVER_FILE: DRIVER_TEXT}, programs={Path(sys.executable).name: NVML_MISSING})
    document = facts(gpu, machine)
    assert document == {"known": {"count": 0, "driver": "460.32.03", "source": "kernel"}, "absent": [], "unknown": {}}


def test_a_library_that_is_missing_beside_a_device_is_unknown(tmp_path: Path) -> None:
    """A device without a library to ask about it cannot be counted."""
    programs = {Path(sys.executable).name: NVML_MISSING}
    machine = Machine(tmp_path, {DRIVER_FILE: DRIVER_TEXT, "/dev/nvidia0": ""}, programs=programs)
    assert "libnvidia-ml.so.1 is not here" in facts(gpu, machine)["unknown"]["*"]


def test_no_visible_device_is_a_count_of_zero(tmp_path: Path, double: Path) -> None:
    """A driver without a device for this container is told from no driver."""
    assert facts(gpu, real(tmp_path, double, FAKE_GPUS="0"))["known"]["count"] == 0


@pytest.mark.parametrize("text", ["<nvidia_smi_log/>", "<nvidia_smi_log><gpu/></nvidia_smi_log>"])
def test_a_log_with_parts_missing_is_read(text: str) -> None:
    """Drivers differ in what their log holds; what is not there is null, not a crash."""
    assert read_log(text)["driver"] is None
