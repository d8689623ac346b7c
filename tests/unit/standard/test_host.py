"""What must be there before a container is made, and the token that nobody else reads."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec
import pytest

from envprobe.error import UsageError
from envprobe.standard import host
from envprobe.standard.network import certificates, proxies
from envprobe.standard.plan import Caller, EnvironmentPlan, plan_of
from envprobe.standard.settings import EnvironmentSettings

ME = os.getuid() or 1000


@pytest.fixture
def plan(tmp_path: Path) -> EnvironmentPlan:
    """A plan of a folder with a blank and a comma in its name."""
    folder = tmp_path / "my team, x"
    folder.mkdir()
    if os.getuid() == 0:
        os.chown(folder, ME, ME)
    caller = Caller(folder=str(folder), state=str(tmp_path / "state"), uid=ME, gid=ME, name="x")
    return plan_of(EnvironmentSettings(), caller)


def test_a_token_is_for_its_owner(plan: EnvironmentPlan) -> None:
    """Mode 600, no newline, hard to guess, and another one each time."""
    host.prepare(plan)
    path = host.token_file(plan)
    token = host.read_token(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and len(token) == 48 and token == path.read_text()
    host.prepare(plan)
    assert host.read_token(path) == token
    host.forget_token(plan)
    host.prepare(plan)
    assert host.read_token(path) != token


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [("", 0o600, "everybody"), ("\n", 0o600, "everybody"), ("abc\n", 0o600, "newline"), ("abc", 0o644, "others can read")],
)
def test_a_token_that_is_none_is_refused(plan: EnvironmentPlan, text: str, mode: int, words: str) -> None:
    """With an empty one Jupyter serves everybody; one with a newline lets nobody in."""
    host.prepare(plan)
    path = host.token_file(plan)
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(UsageError) as refused:
        host.read_token(path)
    assert words in refused.value.message and "envprobe up --recreate" in refused.value.hint


def test_a_missing_folder_is_named_with_what_makes_it(plan: EnvironmentPlan) -> None:
    """`docker run -v` would make it, as root."""
    Path(plan.folder).rmdir()
    with pytest.raises(UsageError) as refused:
        host.prepare(plan)
    assert refused.value.hint == f"make it: mkdir -p '{plan.folder}'"


def test_a_folder_of_root_is_named_with_what_gives_it_back(plan: EnvironmentPlan) -> None:
    """An earlier `docker run -v` made it, and nobody could write there."""
    other = msgspec.structs.replace(plan, user="12345:12345")
    with pytest.raises(UsageError) as refused:
        host.prepare(other)
    assert "12345 may not write" in refused.value.message and "chown -R 12345:12345" in refused.value.hint


def test_a_file_is_no_folder(plan: EnvironmentPlan) -> None:
    """What is to be worked in can hold files."""
    Path(plan.folder).rmdir()
    Path(plan.folder).write_text("")
    with pytest.raises(UsageError, match="not a folder"):
        host.prepare(plan)


def test_behind_sudo_the_caller_is_who_typed_it(tmp_path: Path) -> None:
    """sudo is no reason to leave files of root behind."""
    found = host.caller_of(tmp_path, {"SUDO_UID": "1234", "SUDO_GID": "1235", "XDG_STATE_HOME": "/s"})
    assert (found.uid, found.gid) == ((1234, 1235) if os.getuid() == 0 else (os.getuid(), os.getgid()))
    assert found.state == f"/s/envprobe/environments/{found.name}"


def test_two_projects_of_one_name_are_two(tmp_path: Path) -> None:
    """The name holds a digest of the folder's path."""
    names = set()
    for part in ("a", "b"):
        (tmp_path / part / "digits").mkdir(parents=True)
        names.add(host.caller_of(tmp_path / part / "digits", {}).name)
    assert len(names) == 2


@pytest.mark.parametrize("option", ["name=rootless", "name=userns"])
def test_an_engine_with_other_numbers_is_refused(option: str) -> None:
    """User 1000 inside would be somebody else outside, who may not write in the folder."""
    host.require_same_numbers(["name=seccomp,profile=default", "name=cgroupns"], "x")
    with pytest.raises(UsageError) as refused:
        host.require_same_numbers(["name=seccomp,profile=default", option], "x")
    assert 'engine = "podman"' in refused.value.hint


def test_another_processor_and_windows_are_said_before_a_pull(plan: EnvironmentPlan) -> None:
    """The official image is made for x86-64, and Windows' disk is slow under WSL2."""
    assert "ARM" in host.warnings(plan, "aarch64")[0]
    assert host.warnings(plan, "x86_64", "6.1.0") == []
    mount = msgspec.structs.replace(plan.mounts[0], source="/mnt/c/Users/ann/digits")
    slow = host.warnings(msgspec.structs.replace(plan, mounts=(mount,)), "x86_64", "5.15.90.1-microsoft-standard-WSL2")
    assert "WSL2" in slow[0]


def test_a_path_of_windows_is_named(plan: EnvironmentPlan) -> None:
    """Docker would take the colon for its own."""
    mount = msgspec.structs.replace(plan.mounts[0], source="C:\\Users\\ann")
    with pytest.raises(UsageError, match="path of Windows"):
        host.prepare(msgspec.structs.replace(plan, mounts=(mount,)))


def test_proxies_are_those_of_the_client(tmp_path: Path) -> None:
    """config.json wins over the environment, as for `docker run`; each name is there in both spellings."""
    (tmp_path / "config.json").write_text('{"proxies": {"default": {"httpsProxy": "http://proxy:3128", "other": 1}}}')
    found = proxies({"DOCKER_CONFIG": str(tmp_path), "HTTPS_PROXY": "http://old:1", "no_proxy": "local"})
    assert found["https_proxy"] == found["HTTPS_PROXY"] == "http://proxy:3128"
    assert found["NO_PROXY"] == "local" and "http_proxy" not in found


@pytest.mark.parametrize("text", ["", "[", "[]", '{"proxies": 1}', '{"proxies": {"default": []}}', "[" * 100_000])
def test_a_damaged_client_configuration_has_no_proxy(tmp_path: Path, text: str) -> None:
    """docker's own client says what is wrong with it."""
    (tmp_path / "config.json").write_text(text)
    assert proxies({"DOCKER_CONFIG": str(tmp_path)}) == {}


def test_certificates_are_those_that_programs_here_trust(tmp_path: Path) -> None:
    """What SSL_CERT_FILE names goes before the system's."""
    (tmp_path / "own.pem").write_text("own")
    assert certificates({"SSL_CERT_FILE": str(tmp_path / "own.pem")}) == b"own"
