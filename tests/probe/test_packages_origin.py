"""Where a distribution came from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.collectors.packages import collect
from probes.origin import describe, without_secrets
from tests.probe.fake import FakeHost, facts
from tests.probe.installation import egg_info, install

SURROGATE = '{"url": "https://example.org/\\ud800", "archive_info": {}}'
COMMIT = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"


def test_without_direct_url_an_installer_took_it_from_an_index(site: Path) -> None:
    """pip writes direct_url.json for everything that was not found by name."""
    install(site)
    known = facts(collect, FakeHost(path=[site]))["known"]
    assert (known["six.origin"], known["six.installer"]) == ("index", "pip")


@pytest.mark.parametrize(
    ("direct_url", "origin"),
    [
        (
            {"url": "https://github.com/a/b.git", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
            f"git+https://github.com/a/b.git@{COMMIT}",
        ),
        (
            {"url": "https://github.com/a/b", "subdirectory": "pkg/core", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
            f"git+https://github.com/a/b@{COMMIT}#subdirectory=pkg/core",
        ),
        (
            {"url": "https://user:secret@example.org/b?token=secret", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
            f"git+https://example.org/b@{COMMIT}",
        ),
        (
            {"url": "ssh://git@github.com/a/b", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
            f"git+ssh://git@github.com/a/b@{COMMIT}",
        ),
        ({"url": "file:///home/me/b", "vcs_info": {"vcs": "git", "commit_id": COMMIT}}, f"git@{COMMIT}"),
        ({"url": "file:///home/me/b", "dir_info": {"editable": True}}, "editable"),
        ({"url": "file:///home/me/b", "dir_info": {}}, "directory"),
        ({"url": "file:///tmp/b-1-py3-none-any.whl", "archive_info": {"hash": "sha256=00ff"}}, "archive sha256:00ff"),
        ({"url": "file:///tmp/b-1-py3-none-any.whl", "archive_info": {"hashes": {"sha256": "00ff"}}}, "archive sha256:00ff"),
        ({"url": "https://me:secret@example.org/b.whl", "archive_info": {}}, "archive https://example.org/b.whl"),
        ({"url": "file:///tmp/b.whl", "archive_info": {}}, "archive"),
    ],
)
def test_direct_url_is_told_without_credentials_or_machine_paths(site: Path, direct_url: dict[str, object], origin: str) -> None:
    """Trap 17: commit and subdirectory count, the path of a working copy and a token do not."""
    install(site, direct_url=direct_url)
    assert facts(collect, FakeHost(path=[site]))["known"]["six.origin"] == origin


@pytest.mark.parametrize(
    ("direct_url", "place"),
    [
        ({"url": "https://me:secret@h/b.whl?token=x", "archive_info": {"hash": "sha256=00ff"}}, "https://h/b.whl"),
        ({"url": "https://h/b.whl", "archive_info": {}}, "https://h/b.whl"),
        ({"url": "file:///tmp/b.whl", "archive_info": {"hash": "sha256=00ff"}}, None),
        ({"url": "https://h/b", "vcs_info": {"vcs": "git", "commit_id": COMMIT}}, None),
        ({"url": "file:///home/me/b", "dir_info": {"editable": True}}, None),
    ],
)
def test_the_url_of_an_archive_is_told_beside_its_digest(site: Path, direct_url: dict[str, object], place: str | None) -> None:
    """pip's environment and uv's say the same of one file from one URL."""
    install(site, direct_url=direct_url)
    assert facts(collect, FakeHost(path=[site]))["known"].get("six.url") == place


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"url": 7}', '{"url": "http://[", "archive_info": {}}', '{"dir_info": {}}', SURROGATE]
)
def test_a_direct_url_that_makes_no_sense_does_not_stop_the_probe(site: Path, text: str) -> None:
    """Whatever a file in a metadata folder holds, the other facts are told."""
    (install(site) / "direct_url.json").write_text(text)
    known = facts(collect, FakeHost(path=[site]))["known"]
    assert known["six.version"] == "1.16.0"
    str(known).encode("utf-8")


@given(st.text(), st.text(), st.sampled_from(["https", "git+https", "ssh", "hg+http"]))
def test_no_credential_survives(user: str, password: str, scheme: str) -> None:
    """Whatever stands before the at sign of a URL is not told."""
    user, password = ("".join(letter for letter in text if letter.isalnum()) for text in (user, password))
    url = f"{scheme}://{user}u:{password}secretpassword@example.org/path?token=secretpassword#secretpassword"
    assert "secretpassword" not in without_secrets(url)
    assert "secretpassword" not in describe({"url": url, "vcs_info": {"vcs": "git"}})


def test_an_editable_install_and_the_egg_info_in_its_project_are_one(site: Path, tmp_path: Path) -> None:
    """Trap 17: setuptools leaves an egg-info in the project, which the path reaches too; it is no shadowed copy."""
    project = tmp_path / "project" / "src"
    egg_info(project, "mine", "1.0")
    (project / "mine.py").write_text("")
    install(
        site,
        "mine",
        "1.0",
        {"__editable__.mine-1.0.pth": str(project)},
        direct_url={"url": (tmp_path / "project").as_uri(), "dir_info": {"editable": True}},
    )
    known = facts(collect, FakeHost(path=[site, project], site=[site]))["known"]
    assert known["mine.origin"] == "editable"
    assert not {"mine.shadowed", "mine.shadowed_by", "mine.broken"} & set(known)


def test_the_code_of_an_editable_install_is_told(site: Path, tmp_path: Path) -> None:
    """Trap 17: the version of a working copy stays while its code changes; its tests and its documents do not count."""
    project = tmp_path / "project"
    for name in ("mine/__init__.py", "tests/__init__.py"):
        (project / name).parent.mkdir(parents=True)
        (project / name).write_text("")
    install(site, "mine", "1.0", {"mine.pth": str(project)}, direct_url={"url": project.as_uri(), "dir_info": {"editable": True}})

    def code() -> str:
        return facts(collect, FakeHost(path=[site, project], site=[site]))["known"]["mine.code"]

    before = code()
    (project / "tests/__init__.py").write_text("x = 1\n")
    assert code() == before
    (project / "mine/__init__.py").write_text("x = 1\n")
    assert code() != before


def test_a_project_that_setuptools_maps_is_found(site: Path, tmp_path: Path) -> None:
    """For some layouts setuptools installs a finder instead of a path."""
    (tmp_path / "project/lib").mkdir(parents=True)
    (tmp_path / "project/lib/__init__.py").write_text("")
    install(
        site,
        "mine",
        "1.0",
        {"__editable__.mine.pth": "import x"},
        direct_url={"url": (tmp_path / "project").as_uri(), "dir_info": {"editable": True}},
    )
    host = FakeHost(path=[site])
    host.interpreter.editable_modules = {"mine": str(tmp_path / "project/lib"), "other": "/usr/lib"}
    assert facts(collect, host)["known"]["mine.code"].startswith("sha256:")


def test_a_stale_copy_in_front_of_an_editable_install_is_named(site: Path, tmp_path: Path) -> None:
    """A regular copy that stayed in site-packages wins over the working copy that the .pth adds behind it."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "mine.py").write_text("")
    info = install(
        site,
        "mine",
        "1.0",
        {"__editable__.mine-1.0.pth": str(project), "mine.py": ""},
        direct_url={"url": project.as_uri(), "dir_info": {"editable": True}},
    )
    record = [line for line in (info / "RECORD").read_text().splitlines() if not line.startswith("mine.py")]
    (info / "RECORD").write_text("\n".join(record))
    (info / "top_level.txt").write_text("mine\n")
    known = facts(collect, FakeHost(path=[site, project], site=[site]))["known"]
    assert known["mine.shadowed_by"] == {"mine": "{site}/mine.py"}


def test_a_project_of_setup_py_develop_is_editable(site: Path, tmp_path: Path) -> None:
    """An .egg-link file names a project whose egg-info the path reaches."""
    project = tmp_path / "project"
    egg_info(project, "mine", "1.0")
    (site / "mine.egg-link").write_text(f"{project}\n.")
    known = facts(collect, FakeHost(path=[site, project], site=[site]))["known"]
    assert (known["mine.version"], known["mine.origin"]) == ("1.0", "editable")


def test_conda_says_that_it_installed_a_package(site: Path) -> None:
    """Trap 23: a package of conda has pip's metadata, but did not come from an index of Python packages."""
    install(site, installer="conda")
    assert facts(collect, FakeHost(path=[site]))["known"]["six.origin"] == "conda"


def test_a_package_without_any_note_has_no_origin(site: Path) -> None:
    """Nothing is guessed where neither installer nor package manager left a word."""
    egg_info(site, "mine", "1.0")
    assert "mine.origin" not in facts(collect, FakeHost(path=[site]))["known"]


def test_the_answer_holds_no_machine_path(site: Path, tmp_path: Path) -> None:
    """Trap 17: two machines with the same environment in different folders give the same facts."""
    install(site, direct_url={"url": tmp_path.as_uri(), "dir_info": {}}, compiled=True)
    install(tmp_path / "behind", version="1.15.0")
    text = json.dumps(facts(collect, FakeHost(path=[site, tmp_path / "behind"], site=[site])))
    assert str(tmp_path) not in text
