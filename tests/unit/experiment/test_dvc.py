from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.error import EnvprobeError, UsageError
from envprobe.experiment import dvc
from envprobe.experiment.datadigest import digest_data, parse_declared
from envprobe.experiment.digestcache import DigestCache

SAMPLES = Path(__file__).parents[2] / "data" / "dvc"
FOLDER, FILE = "md5:56f53202c44b1d44ab525f6bb91335a9.dir", "md5:401b30e3b8b5d629635a5c613cdb7919"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of DVC with its data, on a machine without DVC."""
    shutil.copytree(SAMPLES, tmp_path, dirs_exist_ok=True)
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "data" / "sub").mkdir(parents=True)
    for name, content in (
        ("data/a.txt", "a\n"),
        ("data/l", "a\n"),
        ("data/sub/b.txt", "a\r\nb\n"),
        ("single.csv", "x\n"),
        ("old.csv", "x\n"),
    ):
        (tmp_path / name).write_bytes(content.encode())
    monkeypatch.setenv("PATH", "")
    return tmp_path


def digests(folder: Path, *declared: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the digests of declared data, and what is noted beside them."""
    found = digest_data(declared, folder, DigestCache(None), lambda words: None)
    return {name: value["digest"] for name, value in found.section.known.items()}, found.notes


@pytest.mark.parametrize(
    ("declared", "name", "digest"),
    [
        ("dvc:data", "data", FOLDER),
        ("dvc:data.dvc", "data", FOLDER),
        ("train=dvc:data", "train", FOLDER),
        ("dvc:single.csv", "single.csv", FILE),
        ("dvc:out.json", "out.json", FILE),
        ("dvc:old.csv", "old.csv", "md5-dos2unix:401b30e3b8b5d629635a5c613cdb7919"),
    ],
)
def test_the_digest_is_dvcs(repository: Path, declared: str, name: str, digest: str) -> None:
    """From a `.dvc` file or the lock of a pipeline, by the name of the data; as what it is, and with what nobody looked at."""
    shutil.copy(repository / "single.csv", repository / "out.json")
    found, notes = digests(repository, declared)
    assert found == {name: digest}
    assert "only its size and number of files were looked at: no dvc to ask" in notes[name]


@pytest.mark.parametrize("change", ["a.txt", "new.txt"])
def test_data_that_is_not_what_dvc_says_is_read(repository: Path, change: str) -> None:
    """Another size, or a file more: the digest in the `.dvc` file would be of other data."""
    (repository / "data" / change).write_text("something else")
    found, notes = digests(repository, "dvc:data")
    assert found == digests(repository, "data")[0]
    assert found["data"].startswith("sha256:")
    assert "not what DVC says" in notes["data"]


def test_data_that_was_not_pulled_is_absent(repository: Path) -> None:
    """The `.dvc` file is in git, the data is not here: no experiment has read it."""
    shutil.rmtree(repository / "data")
    assert digest_data(["dvc:data"], repository, DigestCache(None), lambda words: None).section.absent == ["data"]


def test_what_dvc_does_not_track_is_refused(repository: Path) -> None:
    """A slip of the name is not taken for data without a digest."""
    with pytest.raises(UsageError, match=r"tracks nothing|as a whole"):
        digests(repository, "dvc:data/a.txt")


def test_two_stages_that_disagree_are_refused(repository: Path) -> None:
    """Half of a pipeline was run again: which digest is the data's cannot be told."""
    lock = repository / "dvc.lock"
    lock.write_text(
        lock.read_text() + "  u:\n    outs:\n    - {path: out.json, hash: md5, md5: 60b725f10c9c85c70d97880dfe8191b3, size: 2}\n"
    )
    with pytest.raises(UsageError, match="two things"):
        digests(repository, "dvc:out.json")


@given(st.one_of(st.binary(max_size=200), st.text("{}[]:-&*! \nmd5outspath0a", max_size=200).map(str.encode)))
def test_any_file_of_dvc_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """A `.dvc` file is somebody else's: nonsense in it is one sentence."""
    path = tmp_path_factory.getbasetemp() / "any.dvc"
    path.write_bytes(data)
    with pytest.raises(EnvprobeError):
        dvc.find(path)


def test_a_name_of_its_own() -> None:
    """The same data has the same name by its pointer, and a path that begins like the scheme is a path."""
    assert parse_declared("dvc:data.dvc", Path("/w")) == ("data", Path("/w/data.dvc"))
    assert parse_declared("./dvc:data", Path("/w")) == ("./dvc:data", Path("/w/dvc:data"))


@pytest.mark.parametrize(
    ("files", "declared", "digest"),
    [
        ({"x.csv.dvc": "outs:\n- path: x.csv\n  etag: abc-1\n  size: 2\n"}, "dvc:x.csv", "etag:abc-1"),
        ({"x.csv.dvc": "outs:\n- path: x.csv\n  size: 2\n  cloud:\n    s3: {version_id: v7}\n"}, "dvc:x.csv", "version_id:v7"),
        ({"other.dvc": f"outs:\n- path: x.csv\n  md5: {FILE[4:]}\n  hash: md5\n"}, "dvc:x.csv", FILE),
        ({"dvc.lock": f"train:\n  cmd: x\n  outs:\n  - path: x.csv\n    md5: {FILE[4:]}\n    hash: md5\n"}, "dvc:x.csv", FILE),
    ],
)
def test_every_kind_of_pointer_is_said_as_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], declared: str, digest: str
) -> None:
    """A cloud's tag or version, a pointer of another name, and the lock of a release before 2."""
    (tmp_path / ".dvc").mkdir()
    monkeypatch.setenv("PATH", "")
    for name, text in {"x.csv": "x\n", **files}.items():
        (tmp_path / name).write_text(text)
    assert digests(tmp_path, declared)[0] == {"x.csv": digest}


def test_a_folder_whose_files_are_listed_has_dvcs_digest(repository: Path) -> None:
    """That of the same folder with a digest of its own: cloud versioning lists files where DVC else keeps one."""
    rows = [("a.txt", "60b725f10c9c85c70d97880dfe8191b3"), ("l", "60b725f10c9c85c70d97880dfe8191b3")]
    lines = "".join(f"  - relpath: {name}\n    md5: {digest}\n    size: 2\n" for name, digest in rows)
    (repository / "set.dvc").write_text(f"outs:\n- path: set\n  hash: md5\n  files:\n{lines}")
    found = dvc.find(repository / "set")
    assert (found.files, found.digest[:4], found.digest[-4:]) == (2, "md5:", ".dir")


def test_a_file_in_a_tracked_folder_and_no_pointer_are_refused(repository: Path) -> None:
    """With what to declare instead."""
    with pytest.raises(UsageError, match="as a whole"):
        dvc.find(repository / "data" / "a.txt")
    (repository / "config.dvc").write_text("core: {}\n")
    with pytest.raises(UsageError, match="no pointer of DVC"):
        dvc.find(repository / "config.dvc")
