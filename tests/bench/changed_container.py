"""Run the benchmark in a throw-away container of the stand-in with one thing changed."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from envprobe.numerics.trace import Trace, read_trace
from envprobe.probing import bundle
from tests.bench.switch_table import Edit, Switch
from tests.support import engine

OVERLAY = "/overlay"
NONCE = "envprobe-switch"
QEMU = "qemu-x86_64-static"
"""Debian's package qemu-user-static."""
WRAPPER = """#!/bin/sh
exec /qemu -cpu {cpu} -0 /emulated /usr/bin/python3 "$@"
"""
"""The interpreter as the probe starts it, and starts it again for the benchmark: by this name."""
CPUS = Path(__file__).with_name("cpus.c")


def answer(switch: Switch, mode: str = "quick", keep: bool = False) -> dict[str, Any]:
    """Run the benchmark in a container with one thing changed, removed afterwards unless `keep`; return the probe's answer."""
    removed = () if keep else ("--rm",)
    command = ["docker", "run", *removed, "--interactive", "--network=none", *_options(switch), engine.standin_image()]
    interpreter = "/emulated" if switch.cpu else "python3"
    program = [interpreter, "-B", "-c", bundle.stub()]
    done = subprocess.run([*command, *program], input=bundle.line(request(mode)), capture_output=True)
    if NONCE.encode() not in done.stdout:
        raise RuntimeError(f"{switch.name}: no answer, status {done.returncode}: {done.stderr.decode()[-1000:]}")
    return unframed(done.stdout)


def request(mode: str) -> dict[str, Any]:
    """Return the request for nothing but the benchmark."""
    return {"nonce": NONCE, "timeout_s": 310, "sections": ["numerics"], "benchmark": mode}


def unframed(printed: bytes) -> dict[str, Any]:
    """Return the answer in what a probe printed."""
    payload = printed.partition(f"\n{NONCE} ".encode())[2].partition(b"\n")[2].partition(f"\n{NONCE} end".encode())[0]
    found: dict[str, Any] = json.loads(payload)
    return found


def trace_of(found: Mapping[str, Any]) -> Trace:
    """Return the trace in an answer."""
    if "trace" not in found:
        raise RuntimeError(f"no benchmark: {found['sections']['numerics']}")
    return read_trace(found["trace"], "the probe's answer")


def _options(switch: Switch) -> list[str]:
    """Return the options of `docker run` that make the change."""
    options = [word for name, value in switch.variables.items() for word in ("--env", f"{name}={value}")]
    options += switch.options
    if switch.wheels:
        options += ["--volume", f"{engine.wheel_overlay(*switch.wheels)}:{OVERLAY}:ro", "--env", f"PYTHONPATH={OVERLAY}"]
    if switch.keras_json is not None:
        options += [*_mounted(json.dumps(dict(switch.keras_json)), "/keras/keras.json"), "--env", "KERAS_HOME=/keras"]
    for file in dict.fromkeys(edit[0] for edit in switch.edits):
        options += _mounted(_edited(file, switch.edits), file)
    if switch.cpu:
        options += ["--volume", f"{_program(QEMU)}:/qemu:ro", *_mounted(WRAPPER.format(cpu=switch.cpu), "/emulated", mode=0o755)]
    if switch.cpus:
        options += [
            "--volume",
            f"{_pretending()}:/cpus.so:ro",
            "--env",
            "LD_PRELOAD=/cpus.so",
            "--env",
            f"PRETEND_CPUS={switch.cpus}",
        ]
    return options


def _edited(file: str, edits: tuple[Edit, ...]) -> str:
    text = _installed(file)
    for _, old, new in (edit for edit in edits if edit[0] == file):
        if old not in text:
            raise RuntimeError(f"{file}: there is no {old!r}")
        text = text.replace(old, new, 1)
    return text


def _mounted(text: str, inside: str, mode: int = 0o644) -> list[str]:
    file = engine.cache_folder() / f"mount-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    file.write_text(text)
    file.chmod(mode)
    return ["--volume", f"{file}:{inside}:ro"]


@cache
def _installed(file: str) -> str:
    command = ["docker", "run", "--rm", "--network=none", engine.standin_image(), "cat", file]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _program(name: str) -> str:
    found = shutil.which(name)
    return found if found is not None else engine.missing(f"{name} is not installed")


@cache
def _pretending() -> Path:
    """Return the compiled library that pretends another number of CPUs."""
    library = engine.cache_folder() / f"cpus-{hashlib.sha256(CPUS.read_bytes()).hexdigest()[:12]}.so"
    if not library.exists():
        command = [_program("gcc"), "-shared", "-fPIC", "-O1", "-o", str(library), str(CPUS)]
        subprocess.run(command, check=True)
    return library
