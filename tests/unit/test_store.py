"""Where baselines lie, and files that are written whole or not at all."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from envprobe import store
from envprobe.baseline import Baseline, to_json
from envprobe.baseline.declaration import Declaration
from envprobe.error import DocumentError, StoreError

BASELINE = Baseline(name="team", kind="declared", declared={"python.version": Declaration(specifier=">=3.8")})


def names(folder: Path) -> list[str]:
    """Return what lies in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def file_size_limit(limit_bytes: int) -> Iterator[None]:
    """Let writes fail beyond a size, as a full disk or a quota does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_name_is_looked_for_in_the_folder_and_then_among_the_shipped(tmp_path: Path) -> None:
    """A project's own baseline comes first, one that ships with envprobe after it."""
    assert store.find("tensorflow-2.9.0", tmp_path).parent == store.shipped()
    (tmp_path / "tensorflow-2.9.0.json").write_bytes(to_json(BASELINE))
    assert store.find("tensorflow-2.9.0", tmp_path) == tmp_path / "tensorflow-2.9.0.json"


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    """A separator or .json makes it a path, relative to where the command runs."""
    file = tmp_path / "elsewhere" / "b.json"
    store.save(file, to_json(BASELINE), replace=False)
    assert store.load(str(file), tmp_path) == BASELINE
    with pytest.raises(StoreError, match=r"gone\.json: no such baseline file"):
        store.find(str(tmp_path / "gone.json"), tmp_path)


def test_a_missing_baseline_says_what_there_is_and_how_to_record_it(tmp_path: Path) -> None:
    """The next step is in the error: a close name, or the command that records it."""
    store.save(tmp_path / "team-a.json", to_json(BASELINE), replace=False)
    with pytest.raises(StoreError) as caught:
        store.find("team-b", tmp_path)
    assert "no baseline named 'team-b'" in caught.value.message
    assert caught.value.hint == "did you mean team-a?"
    with pytest.raises(StoreError) as caught:
        store.find("zzz", tmp_path)
    assert "there are envprobe-host, standin-tensorflow-2.9.0, team-a, tensorflow-2.9.0" in caught.value.hint


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "-rf", "a b", "a\x1b[2J", "a\n", "ä", "x" * 101, "a:b"])
def test_what_is_no_name_is_refused(name: str, tmp_path: Path) -> None:
    """A name cannot leave the folder, hide in it, look like an option or act on a terminal."""
    for use in (store.find, store.path_of):
        with pytest.raises(StoreError, match="is not a name of a baseline") as caught:
            use(name, tmp_path)
        assert caught.value.message.isprintable()


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../b", "sub/x"])
def test_a_name_with_a_separator_is_never_saved_into_the_folder(name: str, tmp_path: Path) -> None:
    """Only a name becomes a file of the folder."""
    with pytest.raises(StoreError):
        store.path_of(name, tmp_path)


def test_an_unreadable_baseline_is_a_sentence(tmp_path: Path) -> None:
    """A damaged file names itself and its fault."""
    (tmp_path / "half.json").write_bytes(to_json(BASELINE)[:100])
    with pytest.raises(DocumentError, match=r"half\.json: not JSON"):
        store.load("half", tmp_path)
    (tmp_path / "big.json").write_bytes(b'{"schema": "' + b"x" * store.LIMIT_BYTES + b'"}')
    with pytest.raises(DocumentError, match=r"big\.json: more than .* bytes"):
        store.load("big", tmp_path)


def test_a_list_of_packages_is_told_how_it_becomes_a_baseline(tmp_path: Path) -> None:
    """Who names requirements where a baseline belongs gets the command that declares one."""
    (tmp_path / "my pins.txt").write_text("six==1.16.0\n")
    (tmp_path / "pins.txt").write_text("six==1.16.0\n")
    with pytest.raises(DocumentError) as caught:
        store.load(str(tmp_path / "pins.txt"), tmp_path)
    assert f"envprobe record --requirements {tmp_path}/pins.txt --name pins; then check with --baseline pins" in caught.value.hint
    with pytest.raises(DocumentError) as caught:
        store.load(str(tmp_path / "my pins.txt"), tmp_path)
    assert "--name" not in caught.value.hint


def test_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    """Saving over a baseline needs a word; the old one stays."""
    file = tmp_path / "b.json"
    store.save(file, b"old", replace=False)
    with pytest.raises(StoreError, match="exists already"):
        store.save(file, b"new", replace=False)
    assert file.read_bytes() == b"old"
    store.save(file, b"new", replace=True)
    assert file.read_bytes() == b"new"
    assert names(tmp_path) == ["b.json"]


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """When the space runs out half-way, the old content is there and no rubbish beside it."""
    file = tmp_path / "b.json"
    store.save(file, b"old", replace=False)
    with file_size_limit(1000), pytest.raises(StoreError, match="cannot be written: File too large") as caught:
        store.save(file, b"x" * 5000, replace=True)
    assert caught.value.hint == "nothing was changed"
    assert file.read_bytes() == b"old"
    assert names(tmp_path) == ["b.json"]


def test_a_writer_that_meets_another_says_so_and_changes_nothing(tmp_path: Path) -> None:
    """Two recordings at once: one wins, the other is told."""
    file = tmp_path / "b.json"
    store.save(file, b"old", replace=False)
    with (tmp_path / ".b.json.lock").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="another envprobe is writing it"):
            store.save(file, b"new", replace=True)
    assert file.read_bytes() == b"old"
    store.save(file, b"new", replace=True)
    assert file.read_bytes() == b"new"


def test_of_many_writers_each_either_wins_or_is_told(tmp_path: Path) -> None:
    """The file is always one writer's whole content, and exactly one first writer succeeds."""
    file = tmp_path / "b.json"
    barrier = threading.Barrier(8)
    won: list[int] = []

    def write(number: int) -> None:
        barrier.wait()
        try:
            store.save(file, str(number).encode() * 10_000, replace=False)
        except StoreError:
            return
        won.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert file.read_bytes() == str(won[0]).encode() * 10_000
    assert names(tmp_path) == ["b.json"]


def test_modes_and_links_stay(tmp_path: Path) -> None:
    """A replaced file keeps its permissions, and a link keeps pointing where it points."""
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    store.save(link, b"new", replace=True)
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    """`--output /dev/null` must not make a file of /dev/null, least of all as root."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    store.save(pipe, b"report", replace=False)
    assert os.read(reader, 100) == b"report"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("place", ["", "file/below"])
def test_where_nothing_can_be_written_the_error_says_why(place: str, tmp_path: Path) -> None:
    """A folder in the place of the file, or a file in the place of a folder."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError) as caught:
        store.save(tmp_path / place, b"x", replace=True)
    assert "cannot be written" in caught.value.message


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    """The first recording needs no preparation."""
    store.save(tmp_path / "a" / "b" / "c.json", b"x", replace=False)
    assert (tmp_path / "a" / "b" / "c.json").read_bytes() == b"x"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_a_file_is_written_leaves_the_old_one_and_nothing_beside_it(
    number: signal.Signals, tmp_path: Path
) -> None:
    """Neither the lock nor a part of the new file stays."""
    path = tmp_path / "run.json"
    path.write_text("old")

    def make() -> bytes:
        signal.raise_signal(number)
        return b"new"

    with pytest.raises((SystemExit, KeyboardInterrupt)):
        store.change(path, make)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"run.json": "old"}
