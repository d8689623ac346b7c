"""Measure which numeric switch moves which record of the benchmark, on the stand-in image; the table of docs/numerics.md.

    python tests/bench/switches.py [SWITCH ...] [--write]

Each switch is one throw-away container with one thing changed; its trace is compared with that of an unchanged one. The table
goes to stdout; `--write` puts it into docs/numerics.md, and what moved into tests/data/switches.json, from which the tests of
envprobe.pattern learn. About 4 s a switch, and once the download of foreign wheels.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from envprobe.numerics.comparison import Divergence, compare, diverging
from envprobe.numerics.trace import Trace, read_trace
from envprobe.probing import bundle
from tests.support import engine

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "numerics.md"
MOVED = ROOT / "tests" / "data" / "switches.json"
MARKS = ("<!-- switches: begin -->", "<!-- switches: end -->")
KERAS = "/usr/local/lib/python3.9/dist-packages/keras"
OVERLAY = "/overlay"
NONCE = "envprobe-switch"


class Switch(NamedTuple):
    """One thing that is changed in an otherwise unchanged container."""

    name: str
    variables: Mapping[str, str] = MappingProxyType({})
    options: tuple[str, ...] = ()
    """Further options of `docker run`."""
    wheels: tuple[str, ...] = ()
    """Requirements that are put in front of the image's own packages."""
    edit: tuple[str, str, str] | None = None
    """An installed file, a text in it, and what that becomes."""
    keras_json: Mapping[str, Any] | None = None


def _tensorflow(version: str, minor: str) -> Switch:
    return Switch(
        f"TensorFlow {version}",
        wheels=(f"tensorflow=={version}", f"keras=={minor}.0", f"tensorflow-estimator=={minor}.0"),
    )


UNCHANGED = Switch("unchanged")
SWITCHES = (
    Switch("repeated"),
    Switch("hash seed", {"PYTHONHASHSEED": "77"}),
    Switch("CPU quota", options=("--cpus=1",)),
    Switch("another user, folder and host name", {"HOME": "/tmp"}, ("--user=1234:1234", "--workdir=/var", "--hostname=other")),
    Switch("inter-op threads 1", {"TF_NUM_INTEROP_THREADS": "1"}),
    Switch("oneDNN off", {"TF_ENABLE_ONEDNN_OPTS": "0"}),
    Switch("oneDNN ISA AVX512_CORE", {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"}),
    Switch("oneDNN ISA AVX2", {"ONEDNN_MAX_CPU_ISA": "AVX2"}),
    Switch("oneDNN ISA AVX", {"ONEDNN_MAX_CPU_ISA": "AVX"}),
    Switch("oneDNN ISA SSE41", {"ONEDNN_MAX_CPU_ISA": "SSE41"}),
    Switch("oneDNN off, ISA AVX2", {"TF_ENABLE_ONEDNN_OPTS": "0", "ONEDNN_MAX_CPU_ISA": "AVX2"}),
    Switch("one CPU", options=("--cpuset-cpus=0",)),
    Switch("intra-op threads 1", {"TF_NUM_INTRAOP_THREADS": "1"}),
    Switch("intra-op threads 4", {"TF_NUM_INTRAOP_THREADS": "4"}),
    Switch("intra-op threads 16", {"TF_NUM_INTRAOP_THREADS": "16"}),
    Switch("XLA auto-jit", {"TF_XLA_FLAGS": "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit"}),
    Switch("keras.json float64", keras_json={"floatx": "float64"}),
    Switch("keras.json float16", keras_json={"floatx": "float16"}),
    Switch("keras.json channels_first", keras_json={"image_data_format": "channels_first"}),
    Switch("keras.json epsilon", keras_json={"epsilon": 1e-3}),
    Switch("numpy 1.20.3", wheels=("numpy==1.20.3",)),
    Switch("numpy 1.21.6", wheels=("numpy==1.21.6",)),
    Switch("numpy 1.23.5", wheels=("numpy==1.23.5",)),
    Switch("numpy 1.26.4", wheels=("numpy==1.26.4",)),
    Switch("OpenBLAS kernel Sandybridge", {"OPENBLAS_CORETYPE": "Sandybridge"}),
    Switch("OpenBLAS threads 1", {"OPENBLAS_NUM_THREADS": "1"}),
    Switch("numpy without AVX512", {"NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"}),
    Switch("glibc without FMA", {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable"}),
    Switch("Adam epsilon", edit=(f"{KERAS}/optimizers/optimizer_v2/adam.py", "epsilon=1e-7,", "epsilon=1e-6,")),
    Switch(
        "initializer scale",
        edit=(
            f"{KERAS}/initializers/initializers_v2.py",
            "scale /= max(1., (fan_in + fan_out) / 2.)",
            "scale /= max(1., (fan_in + fan_out) / 2.2)",
        ),
    ),
    _tensorflow("2.8.4", "2.8"),
    _tensorflow("2.9.3", "2.9"),
    _tensorflow("2.10.1", "2.10"),
    _tensorflow("2.11.1", "2.11"),
)
BY_NAME = {switch.name: switch for switch in SWITCHES}


def answer(switch: Switch, mode: str = "quick", keep: bool = False) -> dict[str, Any]:
    """Run the benchmark in a container with one thing changed, removed afterwards unless `keep`; return the probe's answer."""
    removed = () if keep else ("--rm",)
    command = ["docker", "run", *removed, "--interactive", "--network=none", *_options(switch), engine.standin_image()]
    done = subprocess.run([*command, "python3", "-B", "-c", bundle.stub()], input=bundle.line(request(mode)), capture_output=True)
    if NONCE.encode() not in done.stdout:
        raise RuntimeError(f"{switch.name}: no answer, status {done.returncode}: {done.stderr.decode()[-1000:]}")
    return unframed(done.stdout)


def request(mode: str) -> dict[str, Any]:
    """Return the request for nothing but the benchmark."""
    return {"nonce": NONCE, "timeout_s": 180, "sections": ["numerics"], "benchmark": mode}


def unframed(printed: bytes) -> dict[str, Any]:
    """Return the answer in what a probe printed."""
    payload = printed.partition(f"\n{NONCE} ".encode())[2].partition(b"\n")[2].partition(f"\n{NONCE} end".encode())[0]
    found: dict[str, Any] = json.loads(payload)
    return found


def trace_of(found: Mapping[str, Any]) -> Trace:
    """Return the trace in an answer."""
    return read_trace(found["trace"], "the probe's answer")


def _options(switch: Switch) -> list[str]:
    """Return the options of `docker run` that make the change."""
    options = [word for name, value in switch.variables.items() for word in ("--env", f"{name}={value}")]
    options += switch.options
    if switch.wheels:
        options += ["--volume", f"{engine.wheel_overlay(*switch.wheels)}:{OVERLAY}:ro", "--env", f"PYTHONPATH={OVERLAY}"]
    if switch.keras_json is not None:
        options += [*_mounted(json.dumps(dict(switch.keras_json)), "/keras/keras.json"), "--env", "KERAS_HOME=/keras"]
    if switch.edit is not None:
        file, old, new = switch.edit
        text = _installed(file)
        if old not in text:
            raise RuntimeError(f"{file}: there is no {old!r}")
        options += _mounted(text.replace(old, new, 1), file)
    return options


def _mounted(text: str, inside: str) -> list[str]:
    file = engine.cache_folder() / f"mount-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    file.write_text(text)
    return ["--volume", f"{file}:{inside}:ro"]


@cache
def _installed(file: str) -> str:
    command = ["docker", "run", "--rm", "--network=none", engine.standin_image(), "cat", file]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def row(name: str, expected: Trace, observed: Trace) -> str:
    """Return the table's line for one switch."""
    found, moved = compare(expected, observed), diverging(expected, observed)
    stages = Counter(item.stage for item in moved if item.part == "training")
    told = ", ".join(f"{stage} {count}" for stage, count in stages.items())
    guessed = found.guesses[0].switch if found.guesses else ""
    return f"| {name} | {found.verdict} | {_first(moved)} | {_canaries(moved)} | {told} | {guessed} |"


def _first(moved: list[Divergence]) -> str:
    if not moved:
        return ""
    first = moved[0]
    apart = first.how if first.how != "bits" else f"{first.relative:.0e}"
    return f"{first.part}/{first.stage}/{first.tensor}, {apart}"


def _canaries(moved: list[Divergence]) -> str:
    return ", ".join(f"{item.stage}/{item.tensor}" for item in moved if item.part in ("host", "operation"))


HEAD = (
    "| changed | verdict | first divergence, scaled error | canaries that moved | records of the training run | first guess |\n"
    "|---|---|---|---|---|---|"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("switch", nargs="*", choices=[*BY_NAME, []], help="all of them by default")
    parser.add_argument("--write", action="store_true", help="replace the table in docs/numerics.md and tests/data/switches.json")
    options = parser.parse_args()
    reference = trace_of(answer(UNCHANGED))
    lines, moved = [HEAD], {}
    print(HEAD)
    for name in options.switch or BY_NAME:
        observed = trace_of(answer(BY_NAME[name]))
        lines.append(row(name, reference, observed))
        moved[name] = list(
            dict.fromkeys((item.part, item.stage, item.tensor, item.how) for item in diverging(reference, observed))
        )
        print(lines[-1], flush=True)
    if options.write:
        _write_table("\n".join(lines))
        told = ",\n".join(f"{json.dumps(name)}: {json.dumps(items)}" for name, items in moved.items())
        MOVED.write_text(f"{{\n{told}\n}}\n")
    return 0


def _write_table(table: str) -> None:
    begin, end = MARKS
    text = DOCUMENT.read_text()
    found = re.subn(f"{begin}.*{end}", lambda _: f"{begin}\n{table}\n{end}", text, flags=re.DOTALL)
    if found[1] != 1:
        raise RuntimeError(f"{DOCUMENT.name}: no marks {begin} … {end}")
    DOCUMENT.write_text(found[0])


if __name__ == "__main__":
    sys.exit(main())
