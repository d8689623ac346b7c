"""What is judged is what runs: a container's main process and a login, not the exec that looks at them."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import envprobe
from envprobe.experiment.running import Plan
from envprobe.fact import ABSENT, Known, Unknown
from envprobe.fingerprint import Fingerprint
from envprobe.policy import Severity
from envprobe.probing.collect import Options, collect
from tests.support import engine

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

LOOK = Options(benchmark="off", integrity=False)
EXPORTS = "export OMP_NUM_THREADS=1 TF_ENABLE_ONEDNN_OPTS=0 HF_TOKEN=hunter2"
ONEDNN = "environment.TF_ENABLE_ONEDNN_OPTS"


@contextmanager
def container(*words: str, options: tuple[str, ...] = (), image: str = "") -> Iterator[str]:
    """Yield the name of a container that runs a command."""
    name = f"envprobe-test-{uuid.uuid4().hex[:12]}"
    started = ["docker", "run", "-d", "--network=none", "--name", name, *options, image or engine.tiny_image(), *words]
    subprocess.run(started, check=True, capture_output=True)
    try:
        yield name
    finally:
        subprocess.run(["docker", "rm", "-f", name], check=True, capture_output=True)


def cli(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "envprobe", *words], capture_output=True, text=True, check=False)


def seen(name: str) -> Fingerprint:
    return collect(f"docker://{name}", LOOK)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), ("sh", "-c", f"{EXPORTS}; exec sleep infinity")),
        (("--init",), ("sh", "-c", f"{EXPORTS}; sleep infinity; true")),
        (("--entrypoint", "sh"), ("-c", f"{EXPORTS}; exec python3 -c 'import time; time.sleep(9999)'")),
    ],
    ids=["exec", "init and a shell that waits", "an entry point that starts Python"],
)
def test_what_a_command_exports_is_judged(options: tuple[str, ...], words: tuple[str, ...]) -> None:
    """An exec has none of what the command or entry point exported; the check sees it, says so, and keeps no secret."""
    with container(*words, options=options) as name:
        found = seen(name)
    assert (found.get(ONEDNN), found.get("environment.OMP_NUM_THREADS")) == (Known("0"), Known("1"))
    assert found.context["launched"]["parts"] == ["OMP_NUM_THREADS", "TF_ENABLE_ONEDNN_OPTS"]
    assert "hunter2" not in json.dumps(found.context) + str(found.sections)


def test_a_container_that_exports_nothing_is_as_its_exec() -> None:
    """Nothing parts, so nothing is said."""
    with container("sleep", "infinity") as name:
        assert "launched" not in seen(name).context


def test_the_virtual_environment_that_runs_is_judged() -> None:
    """Where the command puts another interpreter first on its PATH, that one is asked, and the report names it."""
    made = "mkdir -p /opt/venv/bin && ln -s $(command -v python3) /opt/venv/bin/python3 && echo home = /usr/bin > /opt/venv/pyvenv.cfg"
    with container("sh", "-c", f"{made}; export PATH=/opt/venv/bin:$PATH; exec sleep infinity") as name:
        found = seen(name)
    assert found.get("python.kind") == Known("venv")
    assert found.context["launched"]["python"] == found.context["target"]["python"] == "/opt/venv/bin/python3"


def test_a_process_of_another_user_is_read_all_the_same() -> None:
    """An entry point that gives up root keeps its variables from an exec of root, which becomes that user to read them."""
    become = "import os; os.setgid(1000); os.setuid(1000); os.environ['TZ'] = 'CET'; os.execvp('sleep', ['sleep', '9999'])"
    with container("python3", "-c", become) as name:
        assert seen(name).get("environment.TZ") == Known("CET")


def test_a_main_process_that_nobody_may_read_is_unknown() -> None:
    """A container that shares its processes with another has no main process that could be told: undetermined, not equal."""
    with container("sleep", "infinity") as other, container("sleep", "infinity", options=(f"--pid=container:{other}",)) as name:
        report = envprobe.diff(seen(other), seen(name))
    assert isinstance(report.observed.get(ONEDNN), Unknown)
    assert ("environment.*", Severity.FAIL) in [(item.path, item.severity) for item in report.unknown]


def test_the_report_says_what_was_judged_and_where_to_change_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page names process and variables, and the fix is in the command, for no option of `docker run` takes it away."""
    monkeypatch.chdir(tmp_path)
    with container("sleep", "infinity") as plain, container("sh", "-c", f"{EXPORTS}; exec sleep infinity") as name:
        quick = ("--baseline", "a.json", "--no-benchmark", "--no-integrity")
        cli("record", f"docker://{plain}", "--output", *quick[1:])
        checked = cli("check", f"docker://{name}", *quick)
    shown = " ".join(checked.stdout.split())
    assert checked.returncode == 1
    assert "judged as the container's main process 1 (sleep) has it" in shown
    assert f"in the command or entry point of {name}, which sets it: take away TF_ENABLE_ONEDNN_OPTS" in shown


def test_an_experiment_in_a_container_is_an_exec_itself() -> None:
    """What `run` starts there gets what an exec gets, so that is what is recorded of it."""
    with container("sh", "-c", f"{EXPORTS}; exec sleep infinity") as name:
        run = envprobe.run(f"docker://{name}", plan=Plan(command=["python3", "-c", "pass"]), options=LOOK)
    assert run.environment.get(ONEDNN) == ABSENT
