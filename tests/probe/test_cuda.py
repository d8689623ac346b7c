"""CUDA as built and as on disk, and what the two together mean."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from probes.collectors.cuda import collect as cuda
from tests.support.engine import wheel_folder

from .fake import facts
from .machine import Machine, sample

SITE = "/usr/lib/python3/site-packages"
BUILD_INFO = {SITE + "/tensorflow/python/platform/build_info.py": sample("build_info-2.9.0.txt")}
TOOLKIT = "/usr/local/cuda-11.2/targets/x86_64-linux/lib"
MULTIARCH = "/usr/lib/x86_64-linux-gnu"
CUDNN_PARTS = ("", "_ops_infer", "_ops_train", "_cnn_infer", "_cnn_train", "_adv_infer", "_adv_train")
STUB = "/usr/local/cuda-11.2/lib64/stubs"


def machine(root: Path, files: dict[str, str], **environ: str) -> Machine:
    return Machine(root, files, environ=environ, path=(SITE,))


def cudnn(folder: str, version: str) -> dict[str, str]:
    return {f"{folder}/libcudnn{part}.so.{version}": "" for part in CUDNN_PARTS}


def cache(*paths: str) -> str:
    """Return what of a loader cache matters here: its strings, between other bytes."""
    return "glibc-ld.so.cache1.1\0\1\2" + "".join(f"{path.rsplit('/', 1)[1]}\0{path}\0" for path in paths)


def diagnoses(document: dict[str, dict[str, str]]) -> dict[str, str]:
    return {key: value for key, value in document["known"].items() if key.startswith("diagnosis.")}


def test_trap_2_built_is_read_from_the_wheel_and_never_called_loaded(tmp_path: Path) -> None:
    """TensorFlow's build info is the same in the CPU image; it fills `built` and nothing else."""
    known = facts(cuda, machine(tmp_path, BUILD_INFO))["known"]
    assert (known["built.tensorflow.cuda"], known["built.tensorflow.cudnn"]) == ("11.2", "8")
    assert known["built.tensorflow.is_cuda_build"] is True
    assert {key.partition(".")[0] for key in known} == {"built"}


def test_trap_8_compiled_gpu_targets_are_recorded(tmp_path: Path) -> None:
    """A card newer than the list runs code that its driver compiles, so the list is part of the numerics."""
    known = facts(cuda, machine(tmp_path, BUILD_INFO))["known"]
    assert known["built.tensorflow.compute_capabilities"] == ["sm_35", "sm_50", "sm_60", "sm_70", "sm_75", "compute_80"]


def test_torch_states_its_cuda_too(tmp_path: Path) -> None:
    """PyTorch's version.py holds annotated assignments and a class of its own making."""
    text = (
        "from typing import Optional\n__all__ = ['cuda']\n__version__ = '2.2.0+cu121'\ndebug = False\n"
        "cuda: Optional[str] = '12.1'\ngit_version = str(1)\nhip: Optional[str] = None\n"
    )
    known = facts(cuda, machine(tmp_path, {SITE + "/torch/version.py": text}))["known"]
    assert (known["built.torch.cuda"], known["built.torch.debug"]) == ("12.1", False)
    assert "built.torch.hip" not in known


@pytest.mark.parametrize(
    "text", ["import os; os.abort()", "build_info = __import__('os').abort()", "build_info = [", "build_info = 1", "\0"]
)
def test_trap_40_a_build_info_is_never_executed(tmp_path: Path, text: str) -> None:
    """A file in a writable site-packages is read as literals; code in it is a reason, not a run."""
    document = facts(cuda, machine(tmp_path, {next(iter(BUILD_INFO)): text}))
    assert "build_info.py" in document["unknown"]["built.tensorflow"]


def test_trap_24_nothing_is_imported(tmp_path: Path) -> None:
    """Looking leaves no framework and no library in the process that looks."""
    facts(cuda, machine(tmp_path, {**BUILD_INFO, SITE + "/tensorflow/__init__.py": "raise SystemExit"}))
    assert "tensorflow" not in sys.modules


def test_trap_3_every_cudnn_file_is_listed(tmp_path: Path) -> None:
    """libcudnn 8 is a shim: its six sub-libraries are facts of their own."""
    known = facts(cuda, machine(tmp_path, cudnn(MULTIARCH, "8.1.0")))["known"]
    listed = {key for key in known if key.startswith("disk.cudnn")}
    assert listed == {f"disk.cudnn{part}" for part in CUDNN_PARTS}
    assert known["disk.cudnn"] == [{"version": "8.1.0", "place": MULTIARCH}]


def test_trap_4_every_copy_is_listed_with_its_folder(tmp_path: Path) -> None:
    """Which copy is loaded the disk cannot tell: all are listed, a file reached by two names once."""
    host = machine(
        tmp_path, {TOOLKIT + "/libcudart.so.11.2.152": "", "/opt/other/libcudart.so.11.0.221": ""}, LD_LIBRARY_PATH="/opt/other:"
    )
    host.link(TOOLKIT + "/libcudart.so.11.0", "libcudart.so.11.2.152")
    host.link("/usr/local/cuda", "cuda-11.2")
    host.link("/usr/local/cuda-11.2/lib64", "targets/x86_64-linux/lib")
    assert facts(cuda, host)["known"]["disk.cudart"] == [
        {"version": "11.0.221", "place": "/opt/other"},
        {"version": "11.2.152", "place": TOOLKIT},
    ]


def test_trap_23_condas_libraries_are_seen(tmp_path: Path) -> None:
    """conda's cudatoolkit has no pip metadata; it lies in the environment's lib."""
    known = facts(cuda, machine(tmp_path, {"/opt/conda/lib/libcudart.so.11.2.152": ""}, CONDA_PREFIX="/opt/conda"))["known"]
    assert known["disk.cudart"] == [{"version": "11.2.152", "place": "/opt/conda/lib"}]


def test_a_wheels_library_has_its_packages_version(tmp_path: Path) -> None:
    """nvidia-* wheels keep only the soname; the RECORD that lists the file gives the version."""
    known = facts(
        cuda,
        machine(
            tmp_path,
            {
                SITE + "/nvidia/cuda_runtime/lib/libcudart.so.11.0": "",
                SITE
                + "/nvidia_cuda_runtime_cu11-11.7.99.dist-info/RECORD": "nvidia/cuda_runtime/lib/libcudart.so.11.0,sha256=x,1\n",
                SITE
                + "/nvidia_cuda_runtime_cu12-12.1.105.dist-info/RECORD": "nvidia/cuda_runtime/lib/libcudart.so.12,sha256=x,1\n",
            },
        ),
    )["known"]
    assert [copy["version"] for copy in known["disk.cudart"]] == ["11.7.99"]


def test_a_cudnn_without_a_version_in_its_name_has_its_headers(tmp_path: Path) -> None:
    """cudnn_version.h beside the library states what the soname does not."""
    header = "#define CUDNN_MAJOR 8\n#define CUDNN_MINOR 5\n#define CUDNN_PATCHLEVEL 0\n"
    known = facts(
        cuda,
        machine(tmp_path, {SITE + "/nvidia/cudnn/lib/libcudnn.so.8": "", SITE + "/nvidia/cudnn/include/cudnn_version.h": header}),
    )["known"]
    assert [copy["version"] for copy in known["disk.cudnn"]] == ["8.5.0"]


def test_folders_of_the_loaders_configuration_are_searched(tmp_path: Path) -> None:
    """ld.so.conf and what it includes count, also where no cache was made."""
    known = facts(
        cuda,
        machine(
            tmp_path,
            {
                "/etc/ld.so.conf": "include /etc/ld.so.conf.d/*.conf\n",
                "/etc/ld.so.conf.d/nccl.conf": "/opt/nccl/lib # theirs\n",
                "/opt/nccl/lib/libnccl.so.2.8.4": "",
            },
        ),
    )["known"]
    assert known["disk.nccl"] == [{"version": "2.8.4", "place": "/opt/nccl/lib"}]


def test_trap_5_a_stub_libcuda_is_a_diagnosis(tmp_path: Path) -> None:
    """The official GPU image puts the linker's stub into the loader's cache: without --gpus nothing else is there."""
    files = {STUB + "/libcuda.so": "", "/etc/ld.so.cache": cache(STUB + "/libcuda.so.1")}
    host = machine(tmp_path, files)
    host.link(STUB + "/libcuda.so.1", "libcuda.so")
    document = facts(cuda, host)
    assert "stub of libcuda" in diagnoses(document)["diagnosis.stub-libcuda"]
    assert document["known"]["disk.libcuda"] == [{"version": "stub", "place": STUB}]


def test_a_real_libcuda_in_front_of_the_stub_is_fine(tmp_path: Path) -> None:
    """With --gpus the driver's own library comes first, and the stub behind it is harmless."""
    files = {
        STUB + "/libcuda.so": "",
        MULTIARCH + "/libcuda.so.460.32.03": "",
        "/etc/ld.so.cache": cache(MULTIARCH + "/libcuda.so.1", STUB + "/libcuda.so.1"),
    }
    host = machine(tmp_path, files)
    host.link(STUB + "/libcuda.so.1", "libcuda.so")
    host.link(MULTIARCH + "/libcuda.so.1", "libcuda.so.460.32.03")
    document = facts(cuda, host)
    assert "diagnosis.stub-libcuda" in document["absent"]
    assert {"version": "460.32.03", "place": MULTIARCH} in document["known"]["disk.libcuda"]


def test_trap_7_nvcc_is_a_fact_and_not_the_cuda_in_use(tmp_path: Path) -> None:
    """A stray toolkit's compiler says nothing about what a framework loads."""
    host = machine(
        tmp_path,
        {
            **BUILD_INFO,
            "/usr/local/bin/nvcc": "#!/bin/sh\n",
            "/usr/local/cuda-13.0/bin/nvcc": "",
            "/usr/local/cuda-13.0/version.json": '{"cuda": {"name": "CUDA SDK", "version": "13.0.0"}}',
        },
        PATH="/usr/local/bin:/usr/bin",
    )
    host.link("/usr/local/cuda", "cuda-13.0")
    document = facts(cuda, host)
    assert document["known"]["nvcc"] == {"place": "/usr/local/cuda-13.0", "version": "13.0.0"}
    assert [key for key, value in document["known"].items() if "13.0" in str(value)] == ["nvcc"]
    assert diagnoses(document) == {}


def test_trap_7_no_nvcc_is_absent(tmp_path: Path) -> None:
    """A runtime image has no compiler, and CUDA works without."""
    assert "nvcc" in facts(cuda, machine(tmp_path, {TOOLKIT + "/libcudart.so.11.2.152": ""}))["absent"]


def test_a_cpu_image_where_a_gpu_is_asked_for_is_a_diagnosis(tmp_path: Path) -> None:
    """The image without -gpu holds the same wheel and no CUDA library: with a GPU in sight that is the wrong tag."""
    asked = facts(cuda, machine(tmp_path / "asked", BUILD_INFO, NVIDIA_VISIBLE_DEVICES="all"))
    there = facts(cuda, machine(tmp_path / "there", {**BUILD_INFO, "/dev/nvidia0": ""}))
    assert "tensorflow is built with CUDA 11.2" in diagnoses(asked)["diagnosis.cpu-image"]
    assert "a GPU is there" in diagnoses(there)["diagnosis.cpu-image"]


@pytest.mark.parametrize("environ", [{}, {"NVIDIA_VISIBLE_DEVICES": "void"}, {"NVIDIA_VISIBLE_DEVICES": ""}])
def test_a_cpu_image_on_a_cpu_machine_is_no_finding(tmp_path: Path, environ: dict[str, str]) -> None:
    """Everyone who trains without a GPU has this; a warning there would be noise."""
    assert diagnoses(facts(cuda, machine(tmp_path, BUILD_INFO, **environ))) == {}


def test_a_cpu_image_beside_somebody_elses_gpu_is_no_finding(tmp_path: Path) -> None:
    """Every container of a GPU machine sees its driver's version; nobody asked for the GPU here."""
    assert diagnoses(facts(cuda, machine(tmp_path, {**BUILD_INFO, "/proc/driver/nvidia/version": ""}))) == {}


def test_a_gpu_image_without_its_gpu_is_a_diagnosis(tmp_path: Path) -> None:
    """`docker run` without --gpus on a GPU machine trains on the CPU without a word."""
    files = {**BUILD_INFO, TOOLKIT + "/libcudart.so.11.2.152": "", "/proc/driver/nvidia/version": ""}
    assert "no GPU was passed" in diagnoses(facts(cuda, machine(tmp_path / "without", files)))["diagnosis.gpu-not-passed"]
    assert diagnoses(facts(cuda, machine(tmp_path / "with", {**files, "/dev/nvidia0": ""}))) == {}


def test_mixed_cudnn_in_one_folder_and_in_several(tmp_path: Path) -> None:
    """Files of one soname and several versions are found together by chance alone."""
    one = {**cudnn(MULTIARCH, "8.1.0"), MULTIARCH + "/libcudnn_ops_infer.so.8.5.0": ""}
    several = {**cudnn(MULTIARCH, "8.1.0"), **cudnn("/usr/local/cuda-11.2/lib64", "8.5.0")}
    assert "8.1.0, 8.5.0 in one folder" in diagnoses(facts(cuda, machine(tmp_path / "one", one)))["diagnosis.mixed-cudnn"]
    assert "in 2 folders" in diagnoses(facts(cuda, machine(tmp_path / "several", several)))["diagnosis.mixed-cudnn"]


def test_two_generations_of_cudnn_side_by_side_are_fine(tmp_path: Path) -> None:
    """cuDNN 8 and 9 have different sonames: each framework loads its own."""
    files = {**cudnn(MULTIARCH, "8.9.7"), MULTIARCH + "/libcudnn.so.9.1.0": ""}
    assert diagnoses(facts(cuda, machine(tmp_path, files))) == {}


def test_other_files_are_no_libraries(tmp_path: Path) -> None:
    """Static archives, debug files and look-alikes are not listed."""
    names = ("libcudart_static.a", "libcudart.so.11.2.152.debug", "libcudadebugger.so.1", "libcudnn.so.8.1.0.bak", "libcuda.conf")
    assert facts(cuda, machine(tmp_path, {f"{TOOLKIT}/{name}": "" for name in names}))["known"] == {}


@pytest.mark.real
def test_a_real_nvidia_wheel(tmp_path: Path) -> None:
    """nvidia-cuda-runtime-cu11 from PyPI, unpacked: its library is found with its package's version, and never opened."""
    [wheel] = wheel_folder("nvidia-cuda-runtime-cu11==11.7.99").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / SITE.lstrip("/"))
    known = facts(cuda, machine(tmp_path, {}))["known"]
    assert [copy["version"] for copy in known["disk.cudart"]] == ["11.7.99"]
    assert "libcudart" not in Path("/proc/self/maps").read_text()
