"""The reference page names what the collectors record."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from envprobe.policy import SECTIONS
from envprobe.probing import bundle
from envprobe.probing.collect import Options, collect
from probes.collectors.cpu import collect as cpu
from probes.collectors.cuda import collect as cuda
from probes.collectors.environment import collect as environment
from probes.collectors.gpu import collect as gpu
from probes.collectors.numerics import collect as numerics
from probes.collectors.ospackages import collect as ospackages
from probes.collectors.system import collect as system
from probes.isa import X86_CLASSES

from .fake import facts
from .machine import Machine, sample

PAGE = (Path(__file__).parent.parent.parent / "docs" / "facts.md").read_text("utf-8")


def named(section: str) -> str:
    """Return the page's text about one section."""
    return PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    site = "/usr/lib/python3/site-packages"
    return Machine(
        tmp_path,
        {
            "/etc/os-release": "ID=debian\nVERSION_ID=12\n",
            "/proc/cpuinfo": sample("cpuinfo-epyc.txt"),
            "/var/lib/dpkg/status": sample("dpkg-status.txt"),
            "/usr/bin/nvidia-smi": "",
            "/proc/driver/nvidia/version": "",
            site + "/tensorflow/python/platform/build_info.py": sample("build_info-2.9.0.txt"),
            site + "/torch/version.py": "cuda = '12.1'\n",
            "/usr/local/cuda/bin/nvcc": "",
            "/usr/local/cuda/lib64/libcudart.so.11.2.152": "",
        },
        environ={"PATH": "/usr/bin", "LANG": "C"},
        path=(site,),
        programs={"nvidia-smi": (0, sample("nvidia-smi-mig.xml"), "")},
    )


@pytest.mark.parametrize(
    ("section", "collector"), [("system", system), ("cpu", cpu), ("gpu", gpu), ("cuda", cuda), ("numerics", numerics)]
)
def test_every_recorded_fact_is_on_the_page(machine: Machine, section: str, collector: object) -> None:
    """A fact that the page does not name is one that nobody can look up."""
    machine.line = {"sources": bundle.sources()}
    document = facts(collector, machine, hash_key="00")
    text = named(section)
    for key in (*document["known"], *document["absent"], *document["unknown"]):
        name = re.sub(r"^\d+\.", "N.", key)
        name = "disk.LIBRARY" if name.startswith("disk.") else name
        assert f"`{name}`" in text or f"`.{name.rpartition('.')[2]}`" in text, key


def test_every_fact_of_this_python_is_on_the_page() -> None:
    """What is recorded of the interpreter and its packages has its row, too."""
    options = Options(benchmark="off", integrity=False, sections=("python", "packages"))
    for section, facts_of in collect("local://", options).sections.items():
        for key in facts_of.known:
            name = re.sub(r"^pth\..*", "pth.NAME", key) if section == "python" else f"NAME.{key.rpartition('.')[2]}"
            assert f"`{name}`" in named(section), key


def test_sections_and_dispatch_classes_are_on_the_page(machine: Machine) -> None:
    """The page has a part for every collector of the machine and lists every class."""
    assert facts(ospackages, machine)["known"] and facts(environment, machine)["known"]
    elsewhere = ("image", "container", "trace", "run", "outputs")  # docs/targets.md, docs/numerics.md, docs/experiments.md
    assert [section for section in SECTIONS if section not in elsewhere and not named(section).strip()] == []
    assert all(f"`{name}`" in named("cpu") for name, _ in X86_CLASSES)
