"""Interrupt envprobe at random and aimed moments: nothing is left behind, no file is half-written, and the status says what happened.

    python -m tests.signals [NAME…] [--rounds 500] [--seed 1]

A random moment lies within the time that the command takes undisturbed; an aimed one is when the engine is asked for something: it
is held back until the signal was sent. Needs a Docker engine. docs/security.md has the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.real.guest import container, docker, processes_in
from tests.support.engine import tiny_image
from tests.support.slow_engine import slow_engine

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
QUICK = ("--no-benchmark", "--no-integrity")
EARLY_S = 0.15
"""Python itself takes this long to begin, and ends in its own ways until then: by the signal, or with 1 and a traceback."""
END_S = 60


class Command(NamedTuple):
    """What is interrupted."""

    name: str
    arguments: tuple[str, ...]
    statuses: tuple[int, ...]
    """Of its undisturbed end."""
    held: tuple[bytes, ...] = ()
    """Requests to the engine at which a signal is aimed."""
    ends: bool = True


class Desk(NamedTuple):
    """Where the commands run: a folder, a container and an image of its own."""

    folder: Path
    container: str
    image: str


def commands(desk: Desk) -> list[Command]:
    """Return what is tried; REPORT and the like lie in the desk's folder."""
    throwaway = (b"/containers/create", b"/attach", b"/start HTTP", b"/wait", b"DELETE /")
    execs = (b"/exec HTTP", b"/start HTTP", b"/json HTTP")
    image, running = f"image://{desk.image}", f"docker://{desk.container}"
    experiment = ("--", "sh", "-c", "sleep 0.3; echo 1 > out.json")
    return [
        Command("probe image", ("probe", image, *QUICK, "--output", "fp.json"), (0,), throwaway),
        Command("probe container", ("probe", running, *QUICK, "--output", "fp.json"), (0,), execs),
        Command("record", ("record", image, *QUICK, "--output", "base.json", "--update"), (0,), throwaway),
        Command("check image", ("check", image, *QUICK, "--baseline", "./kept.json", "--also", "junit=j.xml"), (0, 1), throwaway),
        Command("run", ("run", *QUICK, "--outputs", "out.json", "--output", "run.json", "--update", *experiment), (0,)),
        Command("run in container", ("run", running, *QUICK, "--output", "run.json", "--update", *experiment), (0,), execs),
        Command("attach", ("attach", "kept.json", "report.md"), (0,)),
        Command("serve", ("serve", ".", "--port", "0"), (), ends=False),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    source, faults = random.Random(options.seed), 0
    with tempfile.TemporaryDirectory() as place, container(tiny_image()) as name:
        own = f"envprobe-signals-{name[-8:]}:1"
        docker("commit", name, own)
        try:
            desk = Desk(Path(place) / "desk", name, own)
            prepare(desk)
            chosen = [one for one in commands(desk) if not options.names or one.name in options.names]
            print(
                "| command | signals | of them aimed | interrupted | ended before | faults |\n|---|---|---|---|---|---|",
                flush=True,
            )
            for command in chosen:
                faults += try_out(command, desk, options.rounds // len(chosen), source)
        finally:
            docker("rmi", "-f", own, check=False)
    print(f"\n{faults} faults")
    return 1 if faults else 0


def prepare(desk: Desk) -> None:
    """Write what the commands read."""
    desk.folder.mkdir()
    (desk.folder / "tmp").mkdir()
    (desk.folder / "report.md").write_text("# Report\n" * 2000)
    process = start(Command("", ("record", f"image://{desk.image}", *QUICK, "--output", "kept.json"), (0,)), desk, {})
    assert process.wait(END_S) == 0, process.stderr.read() if process.stderr else ""


def try_out(command: Command, desk: Desk, rounds: int, source: random.Random) -> int:
    """Interrupt a command again and again, print its row, and return how many faults there were."""
    began = time.monotonic()
    undisturbed = start(command, desk, {})
    if command.ends:
        undisturbed.wait(END_S)
    else:
        time.sleep(1)
        undisturbed.kill()
        undisturbed.wait()
    usual_s, counts = time.monotonic() - began, Counter[str]()
    for index in range(rounds):
        number = SIGNALS[index % len(SIGNALS)]
        is_aimed = bool(command.held) and index % 2 == 1
        before = state(desk)
        try:
            if is_aimed:
                moment, process = aimed(command, desk, number, source)
            else:
                moment, process = at_random(command, desk, number, source.uniform(0, usual_s * 1.1))
            said = process.communicate(timeout=END_S)[1].decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            process.kill()
            said = "it did not end"
        faults = [*judge(command, number, process.returncode, said, moment), *left_behind(desk, before)]
        counts.update(signals=1, aimed=is_aimed, faults=bool(faults))
        counts["before" if process.returncode in command.statuses else "interrupted"] += 1
        for fault in faults:
            print(f"{command.name}, {number.name} {moment}: {fault}", file=sys.stderr, flush=True)
    figures = " | ".join(str(counts[name]) for name in ("signals", "aimed", "interrupted", "before", "faults"))
    print(f"| {command.name} | {figures} |", flush=True)
    return counts["faults"]


def start(command: Command, desk: Desk, variables: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start envprobe in the desk's folder; signals reach it even where they are ignored here."""

    def listen() -> None:
        for number in SIGNALS:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

    return subprocess.Popen(
        [Path(sys.executable).with_name("envprobe"), *command.arguments],
        cwd=desk.folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "TMPDIR": str(desk.folder / "tmp"), **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=listen,
    )


def at_random(command: Command, desk: Desk, number: signal.Signals, moment_s: float) -> tuple[str, subprocess.Popen[bytes]]:
    process = start(command, desk, {})
    time.sleep(moment_s)
    process.send_signal(number)
    return f"after {moment_s:.3f} s", process


def aimed(command: Command, desk: Desk, number: signal.Signals, source: random.Random) -> tuple[str, subprocess.Popen[bytes]]:
    held = source.choice(command.held)
    with slow_engine(held) as engine:
        process = start(command, desk, {"DOCKER_HOST": engine.host})
        engine.arrived.wait(END_S)
        process.send_signal(number)
        time.sleep(source.uniform(0, 0.2))
        engine.let_go()
        process.wait(END_S)
    return f"at {held.decode()}", process


def judge(command: Command, number: signal.Signals, status: int | None, said: str, moment: str) -> list[str]:
    """Return what is wrong with how it ended."""
    is_early = moment.startswith("after ") and float(moment.split()[1]) < EARLY_S and "KeyboardInterrupt" in said
    expected = {128 + number, -number, *command.statuses, *([1] if is_early else [])}
    faults = [] if status in expected else [f"status {status}: {said[-300:]}"]
    if "Traceback" in said and not is_early:
        faults.append(f"a traceback: {said[-300:]}")
    return faults


def state(desk: Desk) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in desk.folder.iterdir() if path.is_file()}


def left_behind(desk: Desk, before: dict[str, bytes]) -> list[str]:
    """Return what is there and should not be: containers, processes, temporary and half-written files."""
    made = [one for one in docker("ps", "-aq", "--filter", f"ancestor={desk.image}").split() if one]
    faults = [f"a container: {one}" for one in made]
    if made:
        docker("rm", "-f", *made, check=False)
    running = [line for line in processes_in(desk.container) if line != "sleep infinity" and not line.startswith("[")]  # ended
    faults += [f"a process in the container: {line}" for line in running]
    for path in (desk.folder / "tmp").iterdir():
        faults.append(f"a temporary file: {path.name}")
        shutil.rmtree(path, ignore_errors=True)
    whole: dict[str, Callable[[bytes], object]] = {".json": json.loads, ".md": lambda data: data.index(b"# Report")}
    for path in desk.folder.iterdir():
        data = path.read_bytes() if path.is_file() else b""
        if path.name.startswith(".") or path.suffix == ".partial":
            faults.append(f"a file: {path.name}")
            path.unlink()
        elif path.suffix in whole and path.name != "out.json" and data != before.get(path.name):
            try:
                whole[path.suffix](data)
            except ValueError as error:
                faults.append(f"{path.name}: {error}")
    return faults


if __name__ == "__main__":
    sys.exit(main())
