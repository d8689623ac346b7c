"""`local://` on this machine's interpreters, and programs that misbehave."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from envprobe.error import ProbeError, TargetError
from envprobe.probing.collect import Options, collect
from envprobe.targets import process
from envprobe.targets.protocol import NoProgram
from tests.real.guest import QUICK, container
from tests.support import engine

pytestmark = pytest.mark.real

PYTHONS = sorted(Path.home().glob(".pyenv/versions/*/bin/python"))


def scripted(tmp_path: Path, script: str) -> str:
    """Return the reference of an interpreter that is a shell script."""
    python = tmp_path / "python3"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    return f"local://{python}"


def test_this_interpreter_is_the_default():
    """`local://` asks the interpreter that envprobe runs in."""
    fingerprint = collect("local://", QUICK)
    assert fingerprint.get("python.version").value == ".".join(map(str, sys.version_info[:3]))
    assert fingerprint.context["target"] == {"reference": "local://", "python": sys.executable}
    assert not {"image", "container"} & set(fingerprint.sections)


@pytest.mark.parametrize("python", PYTHONS, ids=lambda path: path.parts[-3])
def test_every_interpreter_here_answers(python):
    """Python 3.6 and newer answer; Python 2.7 says in one sentence that it is too old."""
    release = python.parts[-3]
    if release.startswith("2."):
        with pytest.raises(ProbeError, match=r"needs Python 3\.6 or newer, and this is Python 2\.7") as caught:
            collect(f"local://{python}", QUICK)
        assert "\n" not in caught.value.message
    else:
        assert collect(f"local://{python}", QUICK).get("python.version").value == release


def test_an_interpreter_is_found_on_path_and_in_a_virtual_environment(tmp_path):
    """`local://python3` is looked up on PATH; a virtual environment's folder stands for its interpreter."""
    assert collect(f"local://{Path(sys.executable).name}", QUICK).get("python.implementation").value == "cpython"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    assert collect(f"local://{tmp_path}/venv", QUICK).get("python.kind").value == "venv"


def test_a_script_that_starts_a_python_elsewhere_is_asked_like_one(tmp_path):
    """A launcher of two lines, as for srun or apptainer, is a target: what lies behind it is found, not what lies here."""
    with container(engine.tiny_image()) as name:
        there = collect(scripted(tmp_path, f'exec docker exec -i {name} python3 "$@"'), QUICK).sections
        seen_from_outside = collect(f"docker://{name}", QUICK).sections
    assert there == {section: facts for section, facts in seen_from_outside.items() if section not in ("image", "container")}


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("python9.9", "no python9.9 on PATH"),
        ("/nowhere/python3", "there is no /nowhere/python3"),
        ("/etc/passwd", "not executable"),
    ],
)
def test_an_interpreter_that_is_not_there_is_said(place, said):
    """A mistyped interpreter is an error that names it."""
    with pytest.raises(TargetError, match=said):
        collect(f"local://{place}", QUICK)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 3", "status 3 and no answer and said nothing"),
        ("echo broken pipe dream >&2; exit 1", "broken pipe dream"),
        ("printf '\\033]0;owned\\007\\033[2J' >&2; exit 1", r"\x1b]0;owned"),
        ("kill -SEGV $$", "SIGSEGV"),
        ("kill -9 $$", "was killed"),
        ("exec sleep 1000", "no answer in time"),
        ("exec cat /dev/zero", "more than is read"),
        ("exec cat /dev/zero >&2", "more than is read"),
        ("exec 1>&- 2>&-; exec sleep 1000", "no answer in time"),
        ('exec "$REAL" "$@" | head -c 300', "no answer"),
    ],
    ids=[
        "fails",
        "complains",
        "escapes",
        "crashes",
        "is killed",
        "hangs",
        "floods",
        "floods stderr",
        "is silent",
        "dies half-way",
    ],
)
def test_an_interpreter_that_misbehaves_is_named_with_its_last_words(tmp_path, monkeypatch, script, said):
    """Whatever a guest does instead of answering ends in one clear error, and nothing of it is left running."""
    monkeypatch.setenv("REAL", sys.executable)
    with pytest.raises(ProbeError) as caught:
        collect(scripted(tmp_path, script), Options(benchmark="off", integrity=False, timeout_s=3))
    assert said in caught.value.message
    assert caught.value.hint
    assert "\x1b" not in caught.value.message


def test_noise_around_the_answer_is_ignored(tmp_path, monkeypatch):
    """A sitecustomize or wrapper that prints 20 MB before and more after does not hide the answer."""
    monkeypatch.setenv("REAL", sys.executable)
    script = 'head -c 20000000 /dev/zero; "$REAL" "$@"; printf "\\377\\376 bye"; echo bye >&2'
    assert collect(scripted(tmp_path, script), QUICK).get("python.implementation").value == "cpython"


def test_stdin_that_nobody_reads_does_not_hang():
    """A program that ends without reading megabytes of stdin ends the run."""
    assert process.run(["true"], b"x" * (4 << 20), 30, 1000).returncode == 0


def test_stdin_and_output_pass_each_other():
    """Megabytes in and out at once do not wait for each other."""
    data = os.urandom(4 << 20)
    assert process.run(["cat"], data, 30, 1 << 30).stdout == data


def test_what_a_program_leaves_running_is_ended(tmp_path):
    """A background child that holds the program's outputs open neither delays the end nor outlives it."""
    os.mkfifo(tmp_path / "alive")
    reading = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    completed = process.run(["sh", "-c", f"sleep 1000 9> {tmp_path}/alive & echo done"], b"", 60, 1000)
    assert (completed.stdout, completed.timed_out) == (b"done\n", False)
    os.set_blocking(reading, True)
    assert os.read(reading, 1) == b""  # the end: nobody has the pipe open for writing any more
    os.close(reading)


def test_a_program_for_another_machine_is_no_program(tmp_path):
    """A file that this machine cannot execute is said to be that."""
    (tmp_path / "python3").write_bytes(b"\x7fELFnot really")
    (tmp_path / "python3").chmod(0o755)
    with pytest.raises(NoProgram, match="cannot be run"):
        process.run([str(tmp_path / "python3")], b"", 10, 1000)


@pytest.mark.skipif(os.geteuid() != 0, reason="chroot needs root")
def test_without_proc_dev_and_tmp_python_answers(tmp_path):
    """The probe answers where there is no /proc, no /dev and no /tmp, and says what it could not look up."""
    from tests.real.guest import container, docker
    from tests.support.engine import tiny_image

    root = tmp_path / "root"
    root.mkdir()
    with container(tiny_image(), verb="create") as name:
        archive = tmp_path / "root.tar"
        docker("export", "-o", str(archive), name)
    subprocess.run(["tar", "-C", root, "-xf", archive], check=True)
    for name in ("tmp", "proc", "dev"):
        shutil.rmtree(root / name)
    reference = scripted(tmp_path, f'exec chroot {root} /usr/bin/python3 "$@"')
    assert collect(reference, QUICK).get("python.version").value.startswith("3.9.")
