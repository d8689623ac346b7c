"""What real engines and containers do when they fail, and what is said then."""

from __future__ import annotations

import gc
import signal
import socket
from collections.abc import Iterator

import pytest

from envprobe.error import ProbeError, TargetError
from envprobe.probing.collect import Options, collect
from envprobe.targets.image import LABEL
from tests.real.guest import QUICK, Collecting, ScriptedPython, collecting_process, container, docker, processes_in
from tests.support.engine import nopython_image, private_engine, tiny_image

pytestmark = pytest.mark.real

HANG = "exec sleep 1000"
SHORT = Options(benchmark="off", integrity=False, timeout_s=3)


@pytest.fixture(scope="module")
def image() -> str:
    return tiny_image()


def failure(reference: str, options: Options = QUICK) -> TargetError | ProbeError:
    """Return the one error that collecting ends with; it always says what to do next."""
    with pytest.raises((TargetError, ProbeError)) as caught:
        collect(reference, options)
    assert caught.value.message.startswith(reference.partition("?")[0])
    assert caught.value.hint
    return caught.value


# -- no engine, no container, no Python --------------------------------------------------------------------------------


def test_no_engine(tmp_path, monkeypatch):
    """Without an engine the error names the socket that was tried and how to start one."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    for reference in ("docker://trainer", "image://lab:1.0.0"):
        error = failure(reference)
        assert f"no engine at unix://{tmp_path}/docker.sock (DOCKER_HOST): there is no such socket" in error.message
        assert "start it" in error.hint


def test_an_engine_that_nobody_listens_for(monkeypatch):
    """A host where nothing listens is said to be that."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{free.getsockname()[1]}")
        assert "nothing listens there" in failure("docker://trainer").message


def test_no_such_container_and_no_such_image(image):
    """A name that the engine does not know is told with the command that shows those it knows."""
    assert "docker ps -a" in failure("docker://envprobe-no-such").hint
    assert "docker pull envprobe-no-such:1" in failure("image://envprobe-no-such:1").hint


def test_no_python(image):
    """A container and an image without Python say so; no shell is needed to find out."""
    bare = nopython_image()
    with container(bare, "-e", "PATH=/bin") as name:
        for reference in (f"docker://{name}", f"image://{bare}"):
            error = failure(reference)
            assert "no Python in it" in error.message
            assert "3.6" in error.hint
    assert not throwaways(bare)


# -- not running -------------------------------------------------------------------------------------------------------


def test_a_stopped_container_is_not_started(image):
    """A stopped container stays stopped, and both ways on are told."""
    with container(image, command=["false"]) as name:
        docker("wait", name)
        error = failure(f"docker://{name}")
        assert "is stopped (exit status 1)" in error.message
        assert f"docker start {name}" in error.hint
        assert f"image://{image}" in error.hint
        assert docker("inspect", "-f", "{{.State.Status}}", name) == "exited"


def test_a_container_that_was_never_started(image):
    """A container that was only created says that."""
    with container(image, verb="create") as name:
        assert "was never started" in failure(f"docker://{name}").message


def test_a_container_whose_own_command_ends_at_once_cannot_be_started_for_the_probe(image):
    """`?start=yes` on a container that does not stay up says so."""
    with container(image, verb="create", command=["false"]) as name:
        assert "is stopped" in failure(f"docker://{name}?start=yes").message


def test_a_paused_container(image):
    """A paused container says how to go on."""
    with container(image) as name:
        docker("pause", name)
        assert f"docker unpause {name}" in failure(f"docker://{name}").hint
        docker("unpause", name)


def test_a_restarting_container(image):
    """A container that dies again and again is told with its exit status."""
    with container(image, "--restart", "always", command=["sh", "-c", "exit 3"]) as name:
        # The engine waits longer after each attempt; after five it is down for seconds.
        while docker("inspect", "-f", "{{.State.Status}} {{.RestartCount}}", name) < "restarting 5":
            pass
        error = failure(f"docker://{name}")
        assert "restarting again and again (exit status 3)" in error.message


# -- lost while the probe runs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("kill",), "is stopped (exit status 137), since the probe began"),
        (("rm", "-f"), "was removed while the probe ran"),
        (("restart", "-t", "0"), "the probe "),  # "was restarted while the probe ran", or caught while it was stopped
    ],
    ids=["killed", "removed", "restarted"],
)
def test_a_container_that_goes_away_under_the_probe(image, tmp_path, command, said):
    """A container that is killed, removed or restarted under the probe is named with what became of it."""
    scripted = ScriptedPython(tmp_path, HANG, announces=True)
    with container(image, *scripted.options) as name:
        collecting = Collecting(f"docker://{name}")
        scripted.wait_until_begun()
        docker(*command, name)
        assert said in collecting.error().message


def test_a_container_that_is_paused_under_the_probe(image, tmp_path):
    """A container that is paused under the probe is told at the time limit."""
    scripted = ScriptedPython(tmp_path, HANG, announces=True)
    with container(image, *scripted.options) as name:
        collecting = Collecting(f"docker://{name}", SHORT)
        scripted.wait_until_begun()
        docker("pause", name)
        error = collecting.error()
        docker("unpause", name)
    assert "is paused, since the probe began" in error.message


EAT_MEMORY = "exec /usr/bin/python3 -c 'x = []\nwhile True: x.append(bytearray(1 << 20))'"


def test_a_probe_that_runs_out_of_memory(image, tmp_path):
    """When only the probe is killed for want of memory, memory is named, though the engine does not say so."""
    scripted = ScriptedPython(tmp_path, EAT_MEMORY)
    with container(image, *scripted.options, "--memory", "64m", "--memory-swap", "64m") as name:
        error = failure(f"docker://{name}")
        assert docker("inspect", "-f", "{{.State.Running}}", name) == "true"
    assert "killed" in error.message
    assert "memory" in error.hint


def test_a_container_that_runs_out_of_memory(image, tmp_path):
    """When the container itself dies for want of memory, the engine's word is passed on."""
    # The container's own program waits until the probe's speaks to it, and then eats.
    eater = "open('/scripted/begun').read()\nx = []\nwhile True: x.append(bytearray(1 << 20))"
    scripted = ScriptedPython(tmp_path, HANG, announces=True)
    options = (*scripted.options, "--memory", "64m", "--memory-swap", "64m")
    with container(image, *options, command=["/usr/bin/python3", "-c", eater]) as name:
        assert "ran out of memory while the probe ran" in failure(f"docker://{name}").message


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # the library's own, when a connection is refused
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_engine_that_dies_under_the_probe(image, tmp_path, monkeypatch):
    """An engine that goes away in the middle is a target error, not a stack of libraries; restarted, it serves again."""
    with private_engine(live_restore=True) as engine:
        engine.load(image)
        scripted = ScriptedPython(tmp_path, HANG, announces=True)
        engine.docker("run", "-d", "--network", "none", "--name", "trainer", *scripted.options, image, "sleep", "infinity")
        monkeypatch.setenv("DOCKER_HOST", engine.host)
        collecting = Collecting("docker://trainer")
        scripted.wait_until_begun()
        engine.kill()
        error = collecting.error()
        assert isinstance(error, TargetError)
        assert error.message.startswith("docker://trainer: ")
        assert "docker version" in error.hint or "start it" in error.hint
        engine.start()
        docker("exec", "trainer", "rm", "/scripted/python3", host=engine.host)
        assert collect("docker://trainer", QUICK).get("python.version").value == "3.9.2"
        del collecting, error
        gc.collect()


# -- a guest that misbehaves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (HANG, "no answer in time"),
        ("exec cat /dev/zero", "more than is read"),
        ("echo 'Fatal Python error: no module encodings' >&2; exit 1", "| Fatal Python error: no module encodings"),
        ("kill -9 $$", "was killed"),
        ('/usr/bin/python3 "$@" | head -c 400', "no answer"),
        ("printf '\\033[2Jowned'; exit 2", r"\x1b[2Jowned"),
    ],
    ids=["hangs", "floods", "complains", "is killed", "dies half-way", "escapes"],
)
def test_a_python_that_misbehaves_in_a_container(image, tmp_path, script, said):
    """Whatever a guest does instead of answering ends in one clear error, and no process of it stays in the container."""
    scripted = ScriptedPython(tmp_path, script)
    with container(image, *scripted.options) as name:
        error = failure(f"docker://{name}", SHORT)
        assert processes_in(name) == ["sleep infinity"]
    assert isinstance(error, ProbeError)
    assert said in error.message
    assert "\x1b" not in error.message


# -- interrupted -------------------------------------------------------------------------------------------------------


def throwaways(image: str) -> list[str]:
    """Return the throw-away containers of an image; other test runs may have theirs on the same engine."""
    return docker("ps", "-aq", "--filter", f"label={LABEL}", "--filter", f"ancestor={image}").split()


@pytest.fixture(scope="module")
def hanging_image(image) -> Iterator[str]:
    """An image whose python3 hangs."""
    with container(image) as name:
        script = "mkdir -p /usr/local/bin; cd /usr/local/bin; printf '#!/bin/sh\\nexec sleep 1000' > python3; chmod 755 python3"
        docker("exec", name, "sh", "-ec", script)
        docker("commit", name, "envprobe-test/hanging:1.0.0")
    yield "envprobe-test/hanging:1.0.0"
    docker("rmi", "-f", "envprobe-test/hanging:1.0.0")


def test_a_probe_of_an_image_that_hangs_leaves_no_container(hanging_image):
    """At the time limit the throw-away container is removed."""
    assert "no answer in time" in failure(f"image://{hanging_image}", SHORT).message
    assert not throwaways(hanging_image)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_probe_of_an_image_leaves_no_container(hanging_image, number):
    """Ctrl-C, a terminated process and a closed terminal remove the throw-away container."""
    process = collecting_process(f"image://{hanging_image}")
    while not any("sleep 1000" in processes_in(name) for name in throwaways(hanging_image)):
        assert process.poll() is None
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == (-number if number == signal.SIGINT else 128 + number)
    assert not throwaways(hanging_image)


def test_an_interrupted_probe_of_a_container_leaves_no_process(image, tmp_path):
    """Ctrl-C ends what was started in the user's container, and the container runs on."""
    scripted = ScriptedPython(tmp_path, HANG, announces=True)
    with container(image, *scripted.options) as name:
        process = collecting_process(f"docker://{name}")
        scripted.wait_until_begun()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGINT
        assert processes_in(name) == ["sleep infinity"]
