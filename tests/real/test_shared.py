"""A baseline beside its image in a real registry, and in a real git remote."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from envprobe import cli, shared, store
from envprobe.error import StoreError
from tests.support.cluster import free_ports, until
from tests.support.engine import missing, tiny_image

pytestmark = pytest.mark.real

QUICK = ("--no-benchmark", "--no-integrity")
REGISTRY = """
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {folder}/data}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


USER, PASSWORD = "ana", "correct-horse-7"
HTPASSWD = f"{USER}:$2b$04$S4/RS3.UKcSIublAZ/y.I.OlhcxDu0TLvOOxgpTBzfjeRX/lzCARa\n"
"""What `htpasswd -nbB` makes of the two."""
LOGIN = "auth: {{htpasswd: {{realm: team, path: {folder}/htpasswd}}}}\n"


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """`127.0.0.1:PORT` of Debian's docker-registry, which has no referrers API."""
    with _running(tmp_path_factory.mktemp("registry"), REGISTRY) as place:
        yield place


@contextmanager
def _running(folder: Path, config: str) -> Iterator[str]:
    if shutil.which("docker-registry") is None:
        missing("no docker-registry here; install it")
    (port,) = free_ports(1)
    (folder / "config.yml").write_text(config.format(folder=folder, port=port))
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(["docker-registry", "serve", str(folder / "config.yml")], stdout=log, stderr=log) as process,
    ):
        try:
            until(lambda: process.poll() is not None or _answers(port))
            assert process.poll() is None
            yield f"127.0.0.1:{port}"
        finally:
            process.kill()


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/v2/", timeout=5).status_code in (200, 401)
    except requests.ConnectionError:
        return False


@pytest.fixture
def pushed(registry, tmp_path, monkeypatch):
    """The small image under the registry's name, pushed; without it here afterwards."""
    monkeypatch.chdir(tmp_path)
    name = f"{registry}/team/tiny:1.0.0"
    for words in (("tag", tiny_image(), name), ("push", "-q", name)):
        subprocess.run(["docker", *words], check=True, stdout=subprocess.DEVNULL)
    yield name
    subprocess.run(["docker", "rmi", "-f", name], check=True, stdout=subprocess.DEVNULL)


def test_a_baseline_beside_its_image_is_found_by_the_image_alone(pushed, capsys):
    """Recorded by its tag on one machine, checked by `--baseline image` on another, from a container's own image too."""
    assert cli.main(["check", f"image://{pushed}", "--baseline", "image", *QUICK]) == 2
    assert "has no document of envprobe's" in capsys.readouterr().err
    assert cli.main(["record", f"image://{pushed}", "--output", f"oci://{pushed}", *QUICK]) == 0
    assert cli.main(["check", f"image://{pushed}", "--baseline", "image", *QUICK]) == 0
    assert cli.main(["record", f"image://{pushed}", "--output", f"oci://{pushed}", *QUICK]) == 2
    assert "has a document already" in capsys.readouterr().err
    assert cli.main(["record", f"image://{pushed}", "--output", f"oci://{pushed}", "--update", *QUICK]) == 0
    assert cli.main(["show", f"oci://{pushed}"]) == 0


def test_a_login_is_that_of_docker_and_is_written_nowhere(tmp_path, monkeypatch, capsys):
    """Without one the registry refuses, and says what to type; with it the image's baseline is kept and found."""
    (tmp_path / "htpasswd").write_text(HTPASSWD)
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    login = tmp_path / "docker" / "config.json"
    login.parent.mkdir()
    pair = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "desk" / "state"))
    with _running(tmp_path, REGISTRY + LOGIN) as place:
        name = f"{place}/team/tiny:1.0.0"
        login.write_text(json.dumps({"auths": {place: {"auth": pair}}}))
        try:
            for words in (("tag", tiny_image(), name), ("push", "-q", name)):
                subprocess.run(["docker", *words], check=True, stdout=subprocess.DEVNULL)
            assert cli.main(["record", f"image://{name}", "--output", f"oci://{name}", *QUICK]) == 0
            check = ["check", f"image://{name}", "--baseline", "image", *QUICK]
            for form in ("json", "html", "markdown"):
                assert cli.main([*check, "--format", form, "--output", f"report.{form}"]) == 0
            kept = shared.fetch(f"oci://{name}", 1 << 24)
            login.unlink()
            assert cli.main(check) == 2
        finally:
            subprocess.run(["docker", "rmi", "-f", name], check=True, stdout=subprocess.DEVNULL)
    said = capsys.readouterr()
    assert f"docker login {place}" in said.err
    written = [path.read_bytes() for path in Path().rglob("*") if path.is_file()]
    assert len(written) >= 3
    for text in (kept, *written, said.out.encode(), said.err.encode()):
        assert PASSWORD.encode() not in text and pair.encode() not in text


def test_an_image_that_no_registry_has_says_what_to_do(capsys, tmp_path, monkeypatch):
    """A local image has no digest of a registry."""
    monkeypatch.chdir(tmp_path)
    assert cli.main(["check", f"image://{tiny_image()}", "--baseline", "image", *QUICK]) == 2
    assert "docker push" in capsys.readouterr().err


def test_a_document_about_another_image_is_not_believed(registry, pushed):
    """Whoever may write the fallback tag cannot lend an image another one's baseline."""
    session, base = requests.Session(), f"http://{registry}/v2/team/tiny"
    accept = {"Accept": "application/vnd.docker.distribution.manifest.v2+json"}
    body = session.get(f"{base}/manifests/1.0.0", headers=accept).content
    digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    shared.put(f"oci://{registry}/team/tiny@{digest}", b"{}", replace=True)
    index = session.get(
        f"{base}/manifests/{digest.replace(':', '-')}", headers={"Accept": "application/vnd.oci.image.index.v1+json"}
    )
    other = body.replace(b'"schemaVersion": 2', b'"schemaVersion":  2')
    assert other != body
    kind = {"Content-Type": "application/vnd.docker.distribution.manifest.v2+json"}
    assert session.put(f"{base}/manifests/2", data=other, headers=kind).status_code == 201
    stranger = f"sha256:{hashlib.sha256(other).hexdigest()}"
    kind = {"Content-Type": "application/vnd.oci.image.index.v1+json"}
    assert session.put(f"{base}/manifests/{stranger.replace(':', '-')}", data=index.content, headers=kind).status_code == 201
    with pytest.raises(StoreError, match="about another image"):
        shared.fetch(f"oci://{registry}/team/tiny@{stranger}", 1 << 20)


def test_a_registry_that_is_not_there_is_said():
    """With its name."""
    (port,) = free_ports(1)
    with pytest.raises(StoreError, match=f"127.0.0.1:{port}: the registry cannot be reached"):
        shared.fetch(f"oci://127.0.0.1:{port}/team/tiny:1", 1 << 20)


@pytest.fixture
def remote(tmp_path, monkeypatch):
    """A bare repository with one commit."""
    for name, value in {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    Path("work").mkdir()
    for words in (
        ("init", "-q", "-b", "main", "work"),
        ("-C", "work", "commit", "-q", "--allow-empty", "-m", "begin"),
        ("clone", "-q", "--bare", "work", "remote.git"),
    ):
        subprocess.run(["git", *words], check=True)
    return f"git+file://{tmp_path}/remote.git#lab/here.json@main"


def test_a_baseline_in_a_git_remote(remote, capsys):
    """Recorded as a commit of its own, read from another clone, not written over unasked; the history stays."""
    target = f"local://{sys.executable}"
    assert cli.main(["record", target, "--output", remote, *QUICK]) == 0
    assert cli.main(["check", target, "--baseline", remote, *QUICK]) == 0
    assert cli.main(["record", target, "--output", remote, *QUICK]) == 2
    assert "exists already" in capsys.readouterr().err
    assert cli.main(["record", target, "--output", remote, "--update", *QUICK]) == 0
    log = subprocess.run(["git", "-C", "remote.git", "log", "--format=%s", "main"], capture_output=True, text=True, check=True)
    assert log.stdout.split("\n")[-2] == "begin"


def test_of_two_who_push_one_is_told(remote, tmp_path, monkeypatch):
    """A push that somebody else was faster than changes nothing, and is an error."""
    hook = tmp_path / "remote.git" / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'non-fast-forward: somebody was faster' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(StoreError, match="cannot be pushed"):
        store.save(Path(remote), b"{}\n", replace=True)
    hook.unlink()
    with pytest.raises(StoreError, match="no such file"):
        shared.fetch(remote, 100)


def test_a_file_of_a_remote_is_read_to_the_limit(remote):
    """What is larger is not taken into memory to see that."""
    store.save(Path(remote), b"x" * 101, replace=False)
    with pytest.raises(StoreError, match="more than 100 bytes"):
        shared.fetch(remote, 100)
    assert shared.fetch(remote, 101) == b"x" * 101
