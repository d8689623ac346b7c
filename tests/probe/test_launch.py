"""What is measured must be what runs: the main process of a container, behind inits, shells and launchers."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes.launch import Unreadable, listed, of_login, of_main_process

from .fake import FakeHost

CONFIGURED = {"PATH": "/usr/bin", "HOME": "/root"}


class Processes(FakeHost):
    """A machine with some processes."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.add_program("/usr/bin/python3")

    def add_program(self, path: str) -> None:
        place = Path(self.locate(path))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("")
        place.chmod(0o755)

    def start(self, pid: int, parent: int, *words: str, exe: str = "", state: str = "S", **environ: str) -> None:
        """Add a process that runs `words` with the configured variables and these."""
        folder = Path(self.locate(f"/proc/{pid}"))
        folder.mkdir(parents=True)
        (folder / "stat").write_text(f"{pid} (a ) name) {state} {parent} 1 1")
        (folder / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in words))
        block = {**CONFIGURED, "SECRET_TOKEN": "hunter2", **environ}
        (folder / "environ").write_bytes(b"".join(f"{name}={value}\0".encode() for name, value in block.items()))
        (folder / "exe").symlink_to(exe or words[0])
        (folder / "cwd").symlink_to("/work")


@pytest.fixture
def host(tmp_path: Path) -> Processes:
    return Processes(tmp_path)


def test_the_command_itself_is_what_runs(host: Processes) -> None:
    """`exec` leaves one process, whose variables are those that its shell exported."""
    host.start(1, 0, "sleep", "infinity", OMP_NUM_THREADS="1")
    found = of_main_process(host, 1)
    assert found.environ == {"HOME": "/root", "OMP_NUM_THREADS": "1"}
    assert (found.who, found.python) == ("the container's main process 1 (sleep)", "/usr/bin/python3")


def test_no_other_name_is_looked_at() -> None:
    """A secret beside the listed variables is not even kept."""
    assert listed(b"SECRET_TOKEN=hunter2\0TZ=UTC\0PATH=/bin\0odd") == ({"TZ": "UTC"}, "/bin")


@pytest.mark.parametrize(
    "starters",
    [
        [("/sbin/docker-init", "--", "sh")],
        [("tini", "--", "sh")],
        [("dumb-init", "sh"), ("/bin/sh", "-c", "export X; python3 train.py; true")],
        [("/bin/bash", "/start.sh"), ("mpirun", "-n", "1", "python3"), ("/bin/sh", "-c", "…")],
        [("/opt/conda/bin/python", "/opt/conda/bin/conda", "run", "-n", "x"), ("/bin/bash", "/tmp/x")],
        [("/usr/bin/python3", "/usr/bin/supervisord", "-n")],
        [("-bash",)],
    ],
    ids=lambda starters: starters[0][0],
)
def test_what_only_starts_and_waits_is_followed(host: Processes, starters: list[tuple[str, ...]]) -> None:
    """Inits, shells and launchers keep the variables that they began with; what they exported is in the process below."""
    for depth, words in enumerate(starters):
        host.start(1 if depth == 0 else 10 + depth, 0 if depth == 0 else 1 if depth == 1 else 9 + depth, *words)
    last = 1 if len(starters) == 1 else 9 + len(starters)
    host.start(40, last, "/usr/bin/python3", "train.py", TF_ENABLE_ONEDNN_OPTS="0")
    host.start(41, last, "gone", state="Z")
    host.start(50, 0, "python3", "-B", "-c", "…", OMP_NUM_THREADS="7")
    assert of_main_process(host, 1).environ["TF_ENABLE_ONEDNN_OPTS"] == "0"


def test_what_a_program_starts_is_not_what_runs(host: Processes) -> None:
    """A training that runs git or workers is itself what runs."""
    host.start(1, 0, "/usr/bin/python3", "train.py", OMP_NUM_THREADS="1")
    host.start(9, 1, "git", "log", OMP_NUM_THREADS="8")
    assert of_main_process(host, 1).environ["OMP_NUM_THREADS"] == "1"


def test_an_idle_shell_is_what_runs(host: Processes) -> None:
    """A container of the image's own `bash` runs nothing else."""
    host.start(1, 0, "bash")
    assert of_main_process(host, 1).who == "the container's main process 1 (bash)"


def test_a_python_counts_before_what_keeps_a_container_up(host: Processes) -> None:
    """`start.sh` that trains in the background and tails a log runs the training."""
    host.start(1, 0, "/bin/sh", "/start.sh")
    host.start(7, 1, "tail", "-f", "/dev/null")
    host.start(8, 1, "/usr/bin/python3", "train.py", TZ="CET")
    assert of_main_process(host, 1).environ["TZ"] == "CET"


def test_programs_that_differ_leave_it_unknown(host: Processes) -> None:
    """Which of two trainings is meant nobody can say, only in what they differ."""
    host.start(1, 0, "/bin/sh", "/start.sh")
    host.start(7, 1, "/usr/bin/python3", "a.py", TZ="UTC")
    host.start(8, 1, "/usr/bin/python3", "b.py", TZ="CET")
    with pytest.raises(Unreadable, match=r"process 7 \(python3\).*process 8 \(python3\).*variables differ: TZ"):
        of_main_process(host, 1)


def test_what_cannot_be_read_is_unknown(host: Processes) -> None:
    """Another user's process keeps its variables to itself; so does a container that shares its processes."""
    host.start(1, 0, "sleep", "infinity")
    (Path(host.root) / "proc/1/environ").unlink()
    with pytest.raises(Unreadable, match=r"main process 1 \(sleep\) cannot be read"):
        of_main_process(host, 1)
    with pytest.raises(Unreadable, match="shares its processes"):
        of_main_process(host, None)


@pytest.mark.parametrize(
    ("word", "path", "exe", "python"),
    [
        ("python", "/opt/venv/bin:/usr/bin", "/opt/venv/bin/python", "/opt/venv/bin/python"),
        ("/opt/venv/bin/python", "/usr/bin", "/opt/venv/bin/python", "/opt/venv/bin/python"),
        ("python", "/usr/bin", "/usr/bin/python3", "/usr/bin/python3"),
        ("sleep", "/opt/venv/bin:/usr/bin", "/bin/sleep", "/opt/venv/bin/python3"),
        ("sleep", "/nowhere", "/bin/sleep", ""),
    ],
)
def test_the_interpreter_is_that_of_what_runs(host: Processes, word: str, path: str, exe: str, python: str) -> None:
    """It is the running one, by the path of its virtual environment; else the first on the PATH of what runs."""
    host.add_program("/opt/venv/bin/python")
    host.add_program("/opt/venv/bin/python3")
    host.start(1, 0, word, "x", exe=exe, PATH=path)
    assert of_main_process(host, 1).python == python


def test_a_login_gets_what_its_profile_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ssh gives a command none of it; what a profile prints does not matter, and no secret is kept."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in (".profile", ".bash_profile", ".zprofile"):
        (tmp_path / name).write_text("echo welcome\nexport OMP_NUM_THREADS=3 HF_TOKEN=hunter2\n")
    found = of_login(FakeHost())
    assert found is not None
    assert found.environ["OMP_NUM_THREADS"] == "3"
    assert "hunter2" not in repr(found.__dict__)
