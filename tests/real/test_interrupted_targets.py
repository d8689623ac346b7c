"""Signals and time limits while an engine is slow, or frozen: what was asked for is taken away again, and nobody waits for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.guest import container, docker, processes_in
from tests.support.engine import tiny_image
from tests.support.slow_engine import slow_engine

pytestmark = pytest.mark.real

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ENOUGH_S = 50
"""Far more than a time limit of two seconds and what is granted for taking things away, and less than the library's own minute."""


def envprobe(host: str, *arguments: str) -> subprocess.Popen[str]:
    """Start envprobe with an engine; Ctrl-C reaches it even where it is ignored for the tests."""
    command = [sys.executable, "-m", "envprobe", *arguments]
    return subprocess.Popen(
        command,
        env={**os.environ, "DOCKER_HOST": host},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def interrupt(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Send a signal, and return when it was taken: from then on envprobe ignores a second one."""
    process.send_signal(number)
    mask = 1 << (number - 1)
    while process.poll() is None:
        status = Path(f"/proc/{process.pid}/status").read_text()
        ignored = next(line for line in status.splitlines() if line.startswith("SigIgn"))
        if int(ignored.split()[1], 16) & mask:
            return


@pytest.fixture(scope="module")
def image() -> str:
    return tiny_image()


@pytest.fixture
def own(image: str) -> Iterator[str]:
    """An image that nobody else makes a container of."""
    with container(image, verb="create") as name:
        own = f"{image.partition(':')[0]}-{name}"
        docker("commit", name, own)
    yield own
    for left in made_of(own):
        docker("rm", "-f", left)
    docker("rmi", "-f", own)


def made_of(image: str) -> list[str]:
    """Return the containers of an image that no test named."""
    names = docker("ps", "-a", "--filter", f"ancestor={image}", "--format", "{{.Names}}").split()
    return [name for name in names if not name.startswith("envprobe-test-")]


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("held", [b"/containers/create", b"/start HTTP", b"DELETE /"])
def test_a_signal_while_the_container_is_made_leaves_none(own, number, held):
    """Whatever the engine is asked for while a signal comes, the throw-away container is removed when it is there."""
    with slow_engine(held) as engine:
        process = envprobe(engine.host, "probe", f"image://{own}", "--no-benchmark", "--no-integrity")
        assert engine.arrived.wait(ENOUGH_S)
        interrupt(process, number)
        engine.let_go()
        process.communicate(timeout=ENOUGH_S)
    assert process.returncode == (130 if number == signal.SIGINT else 128 + number)
    assert made_of(own) == []


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_a_program_is_started_leaves_none(image, tmp_path, number):
    """An experiment that the engine starts a moment after Ctrl-C is ended: the container would compute on for nobody."""
    with container(image) as name, slow_engine(b"/start HTTP") as engine:
        command = ("run", f"docker://{name}", "--no-benchmark", "--no-integrity", "--output", str(tmp_path / "run.json"))
        process = envprobe(engine.host, *command, "--", "sleep", "1234")
        # the probe's own start is the first that is held; the experiment's would be the next
        assert engine.arrived.wait(ENOUGH_S)
        interrupt(process, number)
        engine.let_go()
        process.communicate(timeout=ENOUGH_S)
        assert process.returncode == (130 if number == signal.SIGINT else 128 + number)
        assert processes_in(name) == ["sleep infinity"]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_a_container_is_started_stops_it(image, number):
    """A container that was stopped is stopped again, though the engine starts it after the signal."""
    with container(image, "--init", verb="create") as name, slow_engine(b"/start HTTP") as engine:
        process = envprobe(engine.host, "probe", f"docker://{name}?start=yes", "--no-benchmark", "--no-integrity")
        assert engine.arrived.wait(ENOUGH_S)
        interrupt(process, number)
        engine.let_go()
        process.communicate(timeout=ENOUGH_S)
        assert docker("inspect", "-f", "{{.State.Running}}", name) == "false"


@pytest.mark.parametrize("held", [b"/images/", b"/containers/json", b"/containers/create", b"/attach", b"/start HTTP", b"/wait"])
def test_a_frozen_engine_does_not_outlast_the_time_limit(own, held):
    """Wherever an engine stops answering, `--timeout` ends the wait, and what may be left there is told with its removal."""
    with slow_engine(held) as engine:
        arguments = ("probe", f"image://{own}", "--no-benchmark", "--no-integrity", "--timeout", "2")
        process = envprobe(engine.host, *arguments)
        _, said = process.communicate(timeout=ENOUGH_S)
    assert process.returncode == 2
    assert "in time" in said or "has not said" in said
    for name in made_of(own):
        assert f"docker rm -f {name}" in said


def test_a_frozen_engine_does_not_outlast_the_time_limit_of_a_container(image):
    """The same in a running container."""
    with container(image) as name, slow_engine(b"/exec") as engine:
        process = envprobe(engine.host, "probe", f"docker://{name}", "--no-benchmark", "--timeout", "2")
        _, said = process.communicate(timeout=ENOUGH_S)
    assert process.returncode == 2
    assert "no answer in time" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_front_of_a_frozen_engine_ends(own, number):
    """It ends though the engine is silent, with the status of the signal and what removes what the engine may still make."""
    with slow_engine(b"/containers/create") as engine:
        process = envprobe(engine.host, "probe", f"image://{own}", "--no-benchmark", "--no-integrity")
        assert engine.arrived.wait(ENOUGH_S)
        interrupt(process, number)
        _, said = process.communicate(timeout=ENOUGH_S)
    assert process.returncode == 128 + number
    assert "docker rm -f envprobe-" in said
