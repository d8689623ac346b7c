"""`envprobe up` on a real engine: from nothing to a notebook's cell, found again, taken away, and every way in which it fails."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.engine import standin_image, tiny_image
from tests.support.kernel_client import ask, execute
from tests.support.project import OWNER, Project, interrupt

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.real
PLAIN = "envprobe-test/python:3.9.2"
JUPYTER_BY_NAME = "envprobe-test/python-jupyter:3.9.2"
"""The same, which by its name has Jupyter and has none."""
KERNEL = {"name": "python3", "display_name": "Python 3"}
AARCH64 = 183
"""The number of that processor in the head of a program."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project whose image has no Jupyter, after its first `envprobe up`; the image with Jupyter is built once."""
    made = Project(tmp_path_factory.mktemp("up"), standin_image())
    try:
        done = made.type("up", "--no-check")
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"{made.url}\n"
        yield made
    finally:
        made.remove()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Project]:
    """A project of a small image that starts nothing, and was not started yet."""
    subprocess.run(["docker", "tag", tiny_image(), PLAIN], check=True)
    made = Project(tmp_path, PLAIN, start="plain")
    yield made
    made.remove()


def test_a_cell_is_executed_with_the_token_alone(project: Project) -> None:
    """Jupyter answers whoever has the token, and refuses all others."""
    assert ask(project.url, "api/contents") == 403
    assert ask(project.url, "api/kernels", "wrong", "POST", {}) == 403
    code = "import os; open('made.txt', 'w').write('by a cell'); print(6 * 7, os.getcwd(), os.getuid(), os.environ['HOME'])"
    assert execute(project.url, project.token_file, code) == f"42 /tf/notebooks {OWNER} /home/work\n"
    made = project.folder / "made.txt"
    assert made.read_text() == "by a cell" and made.stat().st_uid == OWNER


def test_a_browser_is_let_in_by_the_link(project: Project, browser: Browser) -> None:
    """Without the token it is asked for one; with it, it shows the work folder, and a notebook's cell is executed there."""
    cell = {"cell_type": "code", "source": "print(6 * 7)", "metadata": {}, "outputs": [], "execution_count": None}
    notebook = project.folder / "seen.ipynb"
    notebook.write_text(json.dumps({"cells": [cell], "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 4}))
    page = browser.new_context().new_page()
    for path in ("", "notebooks/seen.ipynb", "tree"):
        page.goto(f"{project.url}{path}")
        page.locator("#password_input").wait_for()
    page.goto(f"{project.url}?token={project.token_file.read_text()}")
    page.get_by_text("seen.ipynb").wait_for()
    assert "token" not in page.url
    page.goto(f"{project.url}notebooks/seen.ipynb")
    page.locator("#kernel_indicator_icon.kernel_idle_icon").wait_for(state="attached", timeout=60_000)
    page.locator(".CodeMirror").first.click()
    page.keyboard.press("Shift+Enter")
    page.locator(".output_area pre").get_by_text("42").wait_for(timeout=60_000)
    page.context.close()


def test_the_token_is_in_a_file_alone(project: Project) -> None:
    """Neither the engine nor the list of processes shows it; the file is its owner's."""
    token = project.token_file.read_text()
    assert stat.S_IMODE(project.token_file.stat().st_mode) == 0o600 and project.token_file.stat().st_uid == OWNER
    shown = subprocess.run(["docker", "inspect", project.name], capture_output=True, text=True).stdout
    shown += subprocess.run(["docker", "top", project.name], capture_output=True, text=True).stdout
    shown += project.type("logs").stdout
    assert "jupyter-notebook" in shown and token not in shown


@pytest.mark.parametrize(("text", "mode", "said"), [("", 0o600, "everybody"), ("a\n", 0o600, "newline"), ("a", 0o644, "others")])
def test_a_token_that_was_spoiled_is_refused(project: Project, text: str, mode: int, said: str) -> None:
    """What runs stays as it is, and its file is named with what to type."""
    before, running = project.token_file.read_text(), project.container["Id"]
    try:
        project.token_file.write_text(text)
        project.token_file.chmod(mode)
        done = project.type("up", "--no-check")
        assert done.returncode == 2 and said in done.stderr and "envprobe up --recreate" in done.stderr
        assert done.stdout == "" and project.container["Id"] == running
    finally:
        project.token_file.write_text(before)
        project.token_file.chmod(0o600)


def test_the_added_image_is_started_as_its_base(project: Project) -> None:
    """What is added changes no setting: neither the build's command nor a proxy or a certificate stays in it."""
    images = [standin_image(), project.container["Image"]]
    done = subprocess.run(["docker", "image", "inspect", *images], check=True, capture_output=True, text=True)
    base, added = (image["Config"] for image in json.loads(done.stdout))
    for name in ("Entrypoint", "Cmd", "Env", "WorkingDir", "ExposedPorts"):
        assert (added[name] or None) == (base[name] or None) if name in base else True
    shown = subprocess.run(
        ["docker", "run", "--rm", images[1], "ls", "/run", "/etc/apt/apt.conf.d"], capture_output=True, text=True
    )
    assert shown.returncode == 0 and "envprobe" not in shown.stdout


def test_up_again_finds_what_runs(project: Project) -> None:
    """It is the same container, stopped or not; status says where it is."""
    before = project.container["Id"]
    assert project.type("up", "--no-check").stdout == f"{project.url}\n"
    subprocess.run(["docker", "stop", "-t", "1", project.name], check=True, capture_output=True)
    assert project.type("status").returncode == 1
    assert project.type("up", "--no-check").stdout == f"{project.url}\n"
    assert project.container["Id"] == before
    status = project.type("status")
    assert status.returncode == 0 and f"127.0.0.1:{project.port}" in status.stdout


def test_a_shell_is_opened_as_the_user(project: Project) -> None:
    """With a name, in the work folder, and with the command's own status."""
    done = project.type("shell", "--", "sh", "-c", "whoami; pwd; exit 7")
    assert (done.returncode, done.stdout) == (7, "work\n/tf/notebooks\n")


def test_files_survive_down_and_up(project: Project) -> None:
    """The container goes, with its token; what was written stays on both sides."""
    project.type("shell", "--", "sh", "-c", "echo kept >kept.txt; echo kept >~/kept.txt")
    old = project.token_file.read_text()
    assert "your files stay" in project.type("down").stderr
    assert project.container is None and not project.token_file.exists()
    assert project.type("down").returncode == 0
    assert project.type("up", "--no-check").returncode == 0
    assert project.type("shell", "--", "sh", "-c", "cat kept.txt ~/kept.txt").stdout == "kept\nkept\n"
    assert project.token_file.read_text() != old


def test_other_settings_are_shown_and_made_when_asked_for(project: Project) -> None:
    """Nobody's kernel is lost by a changed line."""
    before = project.container["Id"]
    project.configure(image=standin_image(), memory="3g")
    done = project.type("up", "--no-check")
    assert done.returncode == 2 and f"memory_bytes: 0 there, {3 << 30} now" in done.stderr and "--recreate" in done.stderr
    assert project.container["Id"] == before
    assert project.type("up", "--no-check", "--recreate").returncode == 0
    assert project.container["Id"] != before and project.container["HostConfig"]["Memory"] == 3 << 30


def test_the_verdict_is_that_of_the_baseline(plain: Project) -> None:
    """What was recorded of it reproduces, its id is on the label, and a changed environment differs."""
    assert "nothing was compared" in plain.type("up").stderr
    assert plain.type("record", f"docker://{plain.name}", "--name", "std").returncode == 0
    done = plain.type("up", "--recreate")
    assert done.returncode == 0 and "REPRODUCES" in done.stdout
    labels = plain.container["Config"]["Labels"]
    assert labels["org.envprobe.baseline"] == "std" and labels["org.envprobe.fingerprint"].startswith("sha256:")
    (plain.folder / "baselines" / "std.json").unlink()
    (plain.folder / "requirements.txt").write_text("numpy==1.22.4\n")
    assert plain.type("record", "--requirements", "requirements.txt", "--name", "std").returncode == 0
    done = plain.type("up")
    assert done.returncode == 1 and "numpy" in done.stdout and "is running" in done.stderr


def test_who_holds_the_port_is_named(project: Project, tmp_path: Path) -> None:
    """A container by its name, a process by its number; the next free port is offered."""
    other = Project(tmp_path, standin_image())
    other.port = project.port
    other.configure(image=standin_image())
    done = other.type("up")
    assert done.returncode == 2 and f"port {project.port}: taken by container {project.name}" in done.stderr
    with socket.create_server(("127.0.0.1", 0)) as wire:
        done = other.type("up", "--port", str(wire.getsockname()[1]))
    assert done.returncode == 2 and "(process " in done.stderr and "up --port " in done.stderr
    assert other.container is None and not other.state.exists()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_start_leaves_nothing(plain: Project, number: int, status: int) -> None:
    """Interrupted while Jupyter keeps it waiting, it takes away the container and the token."""
    slow = plain.folder / "bin" / "jupyter"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 1000\n")
    slow.chmod(0o755)
    subprocess.run(["docker", "tag", PLAIN, JUPYTER_BY_NAME], check=True)
    plain.configure(image=JUPYTER_BY_NAME, mounts=[{"source": "bin", "target": "/usr/local/bin"}])
    process = plain.start("up")
    while plain.container is None or not plain.container["State"]["Running"]:
        assert process.poll() is None
    assert interrupt(process, number) == status
    assert plain.container is None and not plain.token_file.exists()


def test_programs_for_another_processor_are_named(plain: Project) -> None:
    """What only a kernel of another family can start ends at once, with the words that show it."""
    other = plain.folder / "bin" / "jupyter"
    other.parent.mkdir()
    other.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(9) + (2).to_bytes(2, "little") + AARCH64.to_bytes(2, "little") + bytes(44))
    other.chmod(0o755)
    subprocess.run(["docker", "tag", PLAIN, JUPYTER_BY_NAME], check=True)
    mounts = [{"source": "bin", "target": "/usr/local/bin"}, {"source": "bin/jupyter", "target": "/bin/sh"}]
    plain.configure(image=JUPYTER_BY_NAME, mounts=mounts)
    done = plain.type("up")
    assert done.returncode == 2 and "another processor" in done.stderr and "{{.Architecture}}" in done.stderr
    assert plain.container is None and not plain.token_file.exists()


def test_what_ends_at_once_says_its_last_words(plain: Project) -> None:
    """An image that lacks what is started is named with what the engine says, and nothing stays."""
    subprocess.run(["docker", "tag", PLAIN, JUPYTER_BY_NAME], check=True)
    plain.configure(image=JUPYTER_BY_NAME)
    done = plain.type("up")
    assert done.returncode == 2 and "jupyter" in done.stderr
    assert plain.container is None and not plain.token_file.exists()


def test_an_image_that_is_missing_is_pulled_when_asked_for(plain: Project) -> None:
    """Without a terminal nobody can be asked; a registry that does not answer is named with the settings that matter."""
    plain.configure(image="127.0.0.1:1/team/train:1.4.0", start="plain")
    done = plain.type("up")
    assert done.returncode == 2 and "envprobe up --pull" in done.stderr
    done = plain.type("up", "--pull")
    assert done.returncode == 2 and "cannot be pulled" in done.stderr and "daemon.json" in done.stderr


def test_a_container_of_somebody_else_is_left_alone(plain: Project) -> None:
    """A name that is taken is no reason to remove what has it, with --recreate neither."""
    subprocess.run(["docker", "create", "--name", plain.name, PLAIN, "true"], check=True, capture_output=True)
    for words in (("up",), ("up", "--recreate"), ("down",), ("logs",)):
        done = plain.type(*words)
        assert done.returncode == 2 and "did not make" in done.stderr
    assert plain.container is not None


def test_a_gpu_that_is_not_here_is_diagnosed(plain: Project) -> None:
    """Before anything is pulled or made."""
    done = plain.type("up", "tensorflow/tensorflow:2.9.0-gpu", "--plain", "--gpu", "--pull")
    if done.returncode == 2 and "driver" not in done.stderr:  # a machine with a GPU gets as far as the pull
        assert "cannot be pulled" in done.stderr
    else:
        assert done.returncode == 2 and "the NVIDIA driver is not loaded" in done.stderr
    assert plain.container is None


def test_podman_starts_it_too(podman_image: str, tmp_path: Path) -> None:
    """With the caller's files and number, found again and taken away."""
    subprocess.run(["podman", "tag", podman_image, f"localhost/{PLAIN}"], check=True)
    project = Project(tmp_path, f"localhost/{PLAIN}", "my digits", start="plain", engine="podman")
    try:
        done = project.type("up", "--no-check")
        assert done.returncode == 0, done.stderr
        done = project.type("shell", "--", "sh", "-c", "id -u; echo made >made.txt")
        assert (done.returncode, done.stdout) == (0, f"{OWNER}\n"), done.stderr
        assert (project.folder / "made.txt").stat().st_uid == OWNER
        assert "is running" in project.type("up", "--no-check").stderr
        assert "your files stay" in project.type("down").stderr
    finally:
        subprocess.run(["podman", "rm", "-f", project.name], capture_output=True)


def test_packages_are_added_or_refused_with_pips_words(plain: Project) -> None:
    """An image without pip says so; no build container stays."""
    plain.configure(image=PLAIN, start="plain", packages=["pandas==1.4.2"])
    done = plain.type("up")
    assert done.returncode == 2 and "pip" in done.stderr
    building = ["docker", "ps", "-aq", "--filter", "name=envprobe-build", "--filter", f"ancestor={PLAIN}"]
    assert subprocess.run(building, capture_output=True, text=True).stdout == "" and plain.container is None
