"""The processor: what numeric libraries dispatch on, and how many CPUs there really are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from probes import affinity
from probes.collectors.cpu import collect as cpu
from probes.isa import dispatch_class, numeric_flags

from .fake import facts
from .machine import Machine, sample

AVX2 = ("sse4_1", "avx", "fma", "avx2")
AVX512 = (*AVX2, "avx512f", "avx512bw", "avx512dq", "avx512vl")


def machine(root: Path, cpuinfo: str, architecture: str = "x86_64") -> Machine:
    return Machine(root, {"/proc/cpuinfo": cpuinfo}, architecture=architecture)


def test_an_epyc_is_read_from_proc(tmp_path: Path) -> None:
    """Two equal cores are one model; only the flags that numeric libraries test are listed."""
    known = facts(cpu, machine(tmp_path, sample("cpuinfo-epyc.txt")))["known"]
    assert (known["vendor"], known["model"], known["dispatch"]) == ("AuthenticAMD", "AMD EPYC", "x86-64:avx512_core_bf16")
    assert "avx512_vnni" in known["isa"]
    assert "svm" not in known["isa"] and "rdrand" not in known["isa"]
    assert known["affinity"] == 4


@pytest.mark.parametrize(
    ("name", "model", "dispatch"),
    [("cpuinfo-graviton2.txt", "Neoverse-N1", "aarch64:asimd"), ("cpuinfo-graviton3.txt", "Neoverse-V1", "aarch64:sve_256_bf16")],
)
def test_an_arm_processor_is_named_by_its_part(tmp_path: Path, name: str, model: str, dispatch: str) -> None:
    """Arm's cpuinfo has codes in place of names, and no flag tells how long a vector is."""
    host = machine(tmp_path, sample(name), "aarch64")
    host.add("/proc/sys/abi/sve_default_vector_length", "32\n")
    known = facts(cpu, host)["known"]
    assert (known["vendor"], known["model"], known["dispatch"]) == ("ARM", model, dispatch)


def test_unlike_cores_share_only_what_both_have(tmp_path: Path) -> None:
    """A thread may run on any core: the class is that of the flags which all cores have."""
    big = "vendor_id: GenuineIntel\nmodel name: Big\nflags: sse4_1 avx fma avx2 avx_vnni\n"
    little = "vendor_id: GenuineIntel\nmodel name: Little\nflags: sse4_1 avx fma avx2\n"
    known = facts(cpu, machine(tmp_path, big + "\n" + little))["known"]
    assert (known["model"], known["dispatch"]) == ("Big + Little", "x86-64:avx2")


@pytest.mark.parametrize(
    ("flags", "name"),
    [
        (("sse2",), "sse2"),
        (("sse4_1",), "sse41"),
        (("sse4_1", "avx"), "avx"),
        (("sse4_1", "avx", "avx2"), "avx"),
        (AVX2, "avx2"),
        ((*AVX2, "avx512f"), "avx2"),
        (AVX512, "avx512_core"),
        ((*AVX512, "avx512_vnni"), "avx512_core_vnni"),
        ((*AVX512, "avx512_vnni", "avx512_bf16"), "avx512_core_bf16"),
        ((*AVX512, "avx512_vnni", "avx512_bf16", "amx_tile", "amx_int8", "amx_bf16"), "avx512_core_amx"),
    ],
)
def test_trap_31_dispatch_class_is_onednns(flags: tuple[str, ...], name: str) -> None:
    """oneDNN's default in TensorFlow 2.9 depends on the class, so two CPU generations must differ in it."""
    assert dispatch_class("x86_64", flags) == "x86-64:" + name


def test_another_architecture_is_its_own_class() -> None:
    """No rule is invented for what is not known here."""
    assert dispatch_class("riscv64", ("rv64gc",)) == "riscv64"
    assert numeric_flags("riscv64", ("rv64gc",)) == []


def test_caches_are_in_bytes(tmp_path: Path) -> None:
    """Eigen blocks its matrix products by the sizes of the data caches; the instruction cache does not matter."""
    host = machine(tmp_path, sample("cpuinfo-epyc.txt"))
    for index, (kind, level, size) in enumerate(
        [("Data", 1, "48K"), ("Instruction", 1, "32K"), ("Unified", 2, "1024K"), ("Unified", 3, "32M")]
    ):
        for leaf, value in (("type", kind), ("level", level), ("size", size)):
            host.add(f"/sys/devices/system/cpu/cpu0/cache/index{index}/{leaf}", f"{value}\n")
    assert facts(cpu, host)["known"]["caches"] == {"l1d": 48 << 10, "l2": 1 << 20, "l3": 32 << 20}


def test_without_proc_nothing_is_made_up(tmp_path: Path) -> None:
    """A target without /proc and /sys leaves reasons in place of facts."""
    document = facts(cpu, Machine(tmp_path))
    assert set(document["unknown"]) == {"vendor", "model", "isa", "dispatch", "caches", "quota"}
    assert document["known"] == {"affinity": 4}


@pytest.mark.parametrize("text", ["", "processor: 0\n", "\0\0", "flags:\n\n", "vendor_id\t: X\nflags\t:\n"])
def test_a_strange_cpuinfo_is_unknown(tmp_path: Path, text: str) -> None:
    """A sandbox's empty or cut cpuinfo gives no empty list of flags."""
    document = facts(cpu, machine(tmp_path, text))
    assert "isa" in document["unknown"] and "dispatch" in document["unknown"]


@pytest.mark.parametrize(
    ("family", "lists"), [("x86_64", "Features\t: fp asimd aes"), ("aarch64", "flags\t\t: fpu sse2 avx2 fma")]
)
def test_the_list_of_an_emulators_host_is_no_answer(tmp_path: Path, family: str, lists: str) -> None:
    """An amd64 container on Apple silicon, or an arm64 one on a PC, sees the other's cpuinfo: isa and dispatch are unknown."""
    document = facts(cpu, machine(tmp_path, f"processor\t: 0\nCPU implementer\t: 0x41\n{lists}\n", family))
    assert not {"isa", "dispatch"} & set(document["known"])
    for name in ("isa", "dispatch"):
        assert f"programs are for {family}" in document["unknown"][name]


def test_the_kernel_says_how_many_cpus_where_python_does_not() -> None:
    """PyPy has no os.sched_getaffinity: the mask that the kernel shows is the same number."""
    assert affinity.allowed(Path(affinity.STATUS).read_text()) == affinity.cpus() == len(os.sched_getaffinity(0))
    assert affinity.allowed("Cpus_allowed:\tff,00000000,0000000f\n") == 12
    with pytest.raises(ValueError, match="does not list"):
        affinity.allowed("Name:\tpython\n")
