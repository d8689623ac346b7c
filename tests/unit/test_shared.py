"""URLs wherever a path is taken: told apart from paths, read bounded, written once, and never silently over another's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from envprobe import cli, shared, store
from envprobe.baseline import Baseline, to_json
from envprobe.command.beside_image import oci_url
from envprobe.error import StoreError
from envprobe.fingerprint import to_json as fingerprint_json
from envprobe.shared import url_of
from tests.support.sample import fingerprint


@pytest.fixture(autouse=True)
def _empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    yield
    memory.store.clear()


@pytest.mark.parametrize(
    "url",
    [
        "s3://bucket/lab/tf.json",
        "https://host/tf.json",
        "memory://tf.json",
        "oci://127.0.0.1:5000/team/image@sha256:" + "0" * 64,
        "git+ssh://host/r.git#baselines/tf.json@main",
        "git+file:///srv/r.git#tf.json",
    ],
)
def test_a_url_survives_being_a_path(url: str) -> None:
    """What an option makes a path of is the same URL."""
    assert url_of(url) == url_of(Path(url)) == url


@pytest.mark.parametrize(
    "path", ["tf", "tf.json", "/srv/tf.json", "./s3/tf.json", "a:b", "file://x.json", "docker://x", "C:/x", "s3:", "S3://b/x"]
)
def test_a_path_stays_one(path: str) -> None:
    """Nothing else is looked for on a network."""
    assert url_of(path) == ""


def test_a_baseline_is_recorded_and_checked_by_url(capsys: pytest.CaptureFixture[str]) -> None:
    """`--output`, `--baseline` and `diff` take one; it is not written over unasked."""
    Path("me.json").write_bytes(fingerprint_json(fingerprint()))
    record = ["record", "file://me.json", "--output", "memory://lab/tf.json", "--no-benchmark"]
    assert cli.main(record) == 0
    assert cli.main(record) == 2
    assert "exists already" in capsys.readouterr().err
    assert cli.main([*record, "--update"]) == 0
    assert cli.main(["check", "file://me.json", "--baseline", "memory://lab/tf.json", "--no-benchmark"]) == 0
    assert cli.main(["diff", "memory://lab/tf.json", "me.json", "--no-benchmark"]) == 0
    assert cli.main(["show", "memory://lab/tf.json"]) == 0
    assert "baseline tf (recorded)" in capsys.readouterr().out


def test_a_report_is_written_by_url() -> None:
    """`--output` and `--also` of a check, as a file would be."""
    Path("me.json").write_bytes(fingerprint_json(fingerprint()))
    assert (
        cli.main(["diff", "me.json", "me.json", "--no-benchmark", "--also", "html=memory://r.html", "--output", "memory://r.txt"])
        == 0
    )
    assert shared.fetch("memory://r.txt", 1 << 20).startswith(b"REPRODUCES")
    assert b"<html" in shared.fetch("memory://r.html", 1 << 20)


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "empty"), (b"{", "not JSON"), (b'"' + b"a" * (65 << 20) + b'"', "more than"), (b"{}", "schema")]
)
def test_what_another_put_there_is_read_as_carefully_as_a_file(
    data: bytes, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bounded, and refused with the URL."""
    store.save(Path("memory://tf.json"), data, replace=False)
    assert cli.main(["check", "--baseline", "memory://tf.json"]) == 2
    err = capsys.readouterr().err
    assert words in err and "memory://tf.json" in err


def test_what_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, and the URL."""
    assert cli.main(["check", "--baseline", "memory://nowhere.json"]) == 2
    assert "memory://nowhere.json: there is no such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "url",
    [
        "oci://x",
        "oci://host/repo",
        "oci://host/repo@sha256:0",
        "git+ssh://host/r.git",
        "git+file:///r#../../etc/passwd",
        "git+ssh://h/r#-x",
    ],
)
def test_a_url_that_names_nothing_is_refused(url: str) -> None:
    """Before anything is contacted, with the form that it has."""
    with pytest.raises(StoreError):
        shared.fetch(url, 100)


def test_nothing_is_written_to_the_web() -> None:
    """An https:// URL is read."""
    with pytest.raises(StoreError, match="nothing can be written"):
        shared.put("https://host/x.json", b"", replace=True)


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("tensorflow/tensorflow:2.9.0", "oci://docker.io/tensorflow/tensorflow@sha256:1"),
        ("ubuntu:20.04", "oci://docker.io/library/ubuntu@sha256:1"),
        ("127.0.0.1:5000/team/tf:1", "oci://127.0.0.1:5000/team/tf@sha256:1"),
        ("ghcr.io/team/tf@sha256:1", "oci://ghcr.io/team/tf@sha256:1"),
    ],
)
def test_an_image_s_short_name_is_its_registry_s(name: str, url: str) -> None:
    """As engines complete it."""
    assert oci_url(name, "sha256:1") == url


def test_an_image_is_asked_for_where_there_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    """`--baseline image` of a machine says what it needs; a recorded baseline of that name wins."""
    assert cli.main(["check", "local://", "--baseline", "image"]) == 2
    assert "runs no image" in capsys.readouterr().err
    Path("baselines").mkdir()
    Path("baselines/image.json").write_bytes(to_json(Baseline(name="image", kind="recorded", fingerprint=fingerprint())))
    Path("me.json").write_bytes(fingerprint_json(fingerprint()))
    assert cli.main(["check", "file://me.json", "--baseline", "image", "--no-benchmark"]) == 0
