"""What is printed is typed, as it stands, on the machine and in the place that it is for; then the check reproduces."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.real.desk import QUICK, Desk
from tests.real.guest import REPOSITORY, container, docker
from tests.support import engine
from tests.support.engine import standin_image, tiny_image, tool_folder

pytestmark = pytest.mark.real


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "desk").mkdir()
    return Desk(tmp_path / "desk")


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A virtual environment with pip and three small packages."""
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run(
        [folder / "bin" / "python", "-m", "pip", "install", "-q", "six==1.16.0", "toml==0.10.2", "idna==3.4"], check=True
    )
    return folder


def site(venv: Path) -> Path:
    """Return the site-packages of a virtual environment."""
    (found,) = venv.glob("lib/python*/site-packages")
    return found


def spoil(venv: Path, install: list[str]) -> None:
    """Let one package be another version, one be gone, one be too many, and one have a changed file."""
    python = str(venv / "bin" / "python")
    remove = [*install[:-1], "uninstall"] + ([] if "uv" in install[0] else ["-y"])
    at = ["--python", python] if "uv" in install[0] else []
    subprocess.run([*install, *at, "-q", "six==1.15.0", "tomli==2.0.1"], check=True, stdin=subprocess.DEVNULL)
    subprocess.run([*remove, *at, "-q", "toml"], check=True, stdin=subprocess.DEVNULL)
    with (site(venv) / "idna" / "core.py").open("a") as stream:
        stream.write("# changed\n")


def test_packages_of_a_virtual_environment(desk: Desk, venv: Path) -> None:
    """Version, missing, superfluous and damaged: four commands, and it reproduces."""
    target = f"local://{venv}"
    check = desk.record(target)
    spoil(venv, [str(venv / "bin" / "python"), "-m", "pip", "install"])
    report = desk.check(target)
    assert report.status == 1
    assert len(report.fixes("packages.", "integrity.")) == 4
    desk.type(*report.fixes("packages.", "integrity."))
    assert "REPRODUCES" in desk.type(check)
    assert desk.check(target).fixes("") == []


@pytest.fixture
def uv() -> Iterator[str]:
    """The uv command, on PATH."""
    folder = tool_folder("uv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{folder / 'bin'}:{os.environ['PATH']}")
        yield str(folder / "bin" / "uv")


def test_packages_of_an_environment_that_uv_made(tmp_path: Path, uv: str) -> None:
    """It has no pip: uv is what is typed, and a file that its cache shares with it is made anew too."""
    desk = Desk(tmp_path, UV_CACHE_DIR=str(tmp_path / "cache"))
    folder = tmp_path / "venv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, folder], check=True)
        at = [uv, "pip", "install", "-q", "--python", str(folder / "bin" / "python")]
        subprocess.run([*at, "six==1.16.0", "toml==0.10.2", "idna==3.4"], check=True)
        desk.record(f"local://{folder}")
        spoil(folder, [uv, "pip", "install"])
    report = desk.check(f"local://{folder}")
    fixes = report.fixes("packages.", "integrity.")
    assert len(fixes) == 4 and all(fix.startswith("uv pip ") for fix in fixes)
    desk.type(*fixes)
    assert desk.check(f"local://{folder}").fixes("") == []


def test_a_variable_of_the_shell(desk: Desk, venv: Path) -> None:
    """What is exported, or unset, holds for the check that is typed behind it."""
    desk.environ |= {"OMP_NUM_THREADS": "2"}
    check = desk.record(f"local://{venv}")
    del desk.environ["OMP_NUM_THREADS"]
    desk.environ |= {"TF_ENABLE_ONEDNN_OPTS": "0"}
    report = desk.check(f"local://{venv}")
    assert report.fixes("environment.") == ["export OMP_NUM_THREADS=2", "unset TF_ENABLE_ONEDNN_OPTS"]
    assert "REPRODUCES" in desk.type(*report.fixes("environment."), check)


def test_a_limit_of_the_shell(desk: Desk, venv: Path) -> None:
    """`ulimit` gives what is probed the limit of the baseline."""
    check = desk.type(
        "ulimit -S -n 512", f"{sys.executable} -m envprobe record local://{venv} --name base --no-benchmark 2>&1 >&2"
    )
    report = desk.check(f"local://{venv}")
    (fix,) = report.fixes("system.limits.open_files")
    assert "REPRODUCES" in desk.type(fix, check.rpartition("check with: ")[2])


def test_packages_behind_ssh(desk: Desk, venv: Path, account: str) -> None:
    """What is typed here runs there."""
    target = f"ssh://{account}{venv}/bin/python"
    desk.environ |= {"PATH": os.environ["PATH"], "KNOWN_HOSTS": os.environ["KNOWN_HOSTS"]}
    desk.record(target)
    spoil(venv, [str(venv / "bin" / "python"), "-m", "pip", "install"])
    fixes = desk.check(target).fixes("packages.", "integrity.")
    assert len(fixes) == 4 and all(fix.startswith("ssh -p ") for fix in fixes)
    desk.type(*fixes)
    assert desk.check(target).fixes("") == []


def test_a_private_project_is_asked_of_no_index(desk: Desk, venv: Path, tmp_path: Path) -> None:
    """A project that was installed from its folder is never fetched by its name, whichever way it differs."""
    project = tmp_path / "toolz"  # the name of a stranger's package in the public index
    (project / "toolz").mkdir(parents=True)
    (project / "toolz" / "__init__.py").write_text("")
    (project / "pyproject.toml").write_text('[project]\nname = "toolz"\nversion = "7"\n')
    pip = [venv / "bin" / "python", "-m", "pip"]
    for option in ([], ["-e"]):
        subprocess.run([*pip, "install", "-q", *option, project], check=True)
        desk.call("record", f"local://{venv}", "--name", "base", "--update", *QUICK)
        subprocess.run([*pip, "uninstall", "-q", "-y", "toolz"], check=True)
        (fix,) = desk.check(f"local://{venv}").fixes("packages.toolz")
        assert "pip" not in fix and "an index may have another project of its name" in fix


# -- containers --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def image() -> str:
    return tiny_image()


@contextmanager
def put_aside(name: str) -> Iterator[None]:
    """Remove, at the end, the container that a printed line puts aside under another name."""
    try:
        yield
    finally:
        for other in docker("ps", "-aq", "--filter", f"name={name}-").split():
            docker("rm", "-f", "-v", other)


SETTINGS = {
    "a limit": ("--cpuset-cpus", "0"),
    "a variable": ("--env", "OMP_NUM_THREADS=1"),
    "files over Python's": ("--volume", "{folder}:/usr/lib/python3.9/lib-dynload/extra"),
    "several": ("--cpuset-cpus", "0", "--env", "OMP_NUM_THREADS=1", "--memory", "512m", "--ulimit", "nofile=2048:4096"),
    "other settings stay": (
        "--cpuset-cpus",
        "0",
        "--init",
        "--tmpfs",
        "/scratch",
        "--user",
        "0:0",
        "--workdir",
        "/usr",
        "--label",
        "a=b c",
    ),
}


@pytest.mark.parametrize("options", SETTINGS.values(), ids=SETTINGS)
def test_a_container_is_started_with_the_baselines_settings(
    desk: Desk, image: str, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """The printed line puts the container aside and makes it anew; what nobody asked to be changed is as it was."""
    (tmp_path / "empty").mkdir()
    filled = [option.format(folder=tmp_path / "empty") for option in options]
    with container(image) as name:
        desk.record(f"docker://{name}")
    with container(image, *filled, "--env", "HF_TOKEN=hunter2hunter2") as name:
        report = desk.check(f"docker://{name}")
        (fix,) = report.fixes("container.", "environment.", "modules.", "python.")
        assert "hunter2" not in json.dumps(report.differences)
        with put_aside(name):
            desk.type(fix)
            assert desk.check(f"docker://{name}").fixes("container.", "environment.", "modules.") == []
            assert docker("exec", name, "printenv", "HF_TOKEN") == "hunter2hunter2"
            if "--init" in options:
                made = json.loads(docker("inspect", name))[0]
                assert made["HostConfig"]["Init"] and made["HostConfig"]["Tmpfs"] == {"/scratch": ""}
                assert (made["Config"]["User"], made["Config"]["WorkingDir"], made["Config"]["Labels"]["a"]) == (
                    "0:0",
                    "/usr",
                    "b c",
                )


def test_a_container_gets_what_the_baseline_had(desk: Desk, image: str) -> None:
    """Settings that are missing are given."""
    options = (
        "--cpuset-cpus",
        "0",
        "--env",
        "OMP_NUM_THREADS=1",
        "--ulimit",
        "nofile=2048:4096",
        "--shm-size",
        "128m",
        "--network",
        "none",
    )
    with container(image, *options) as name:
        desk.record(f"docker://{name}")
    with container(image) as name:
        (fix,) = desk.check(f"docker://{name}").fixes("container.", "environment.")
        with put_aside(name):
            desk.type(fix)
            assert desk.check(f"docker://{name}").fixes("container.", "environment.") == []


def test_what_was_changed_in_a_container_is_gone_in_a_fresh_one(desk: Desk, image: str) -> None:
    """A patched file of the standard library: the container is made anew of the same image."""
    with container(image) as name:
        desk.record(f"docker://{name}")
        docker("exec", name, "sh", "-c", "echo '# patched' >> /usr/lib/python3.9/abc.py")
        (fix,) = desk.check(f"docker://{name}").fixes("stdlib.")
        with put_aside(name):
            desk.type(fix)
            assert desk.check(f"docker://{name}").fixes("stdlib.", "container.") == []


@pytest.fixture
def lab(image: str) -> Iterator[str]:
    """An image of the small one that sets a variable."""
    tag = "envprobe-test/lab:1.0.0"
    subprocess.run(
        ["docker", "build", "-q", "-t", tag, "-"],
        input=f"FROM {image}\nENV OMP_NUM_THREADS=3\n",
        text=True,
        check=True,
        capture_output=True,
    )
    yield tag
    docker("rmi", "-f", tag, check=False)


def test_a_variable_that_the_image_sets_is_taken_away(desk: Desk, image: str, lab: str) -> None:
    """Though it stands in the image, the container that the printed line makes has it no more."""
    with container(image) as name:
        desk.record(f"docker://{name}")
    with container(lab) as name:
        (fix,) = desk.check(f"docker://{name}").fixes("environment.")
        with put_aside(name):
            desk.environ |= {"OMP_NUM_THREADS": "7"}  # of the shell, which has nothing to do with it
            desk.type(fix)
            assert desk.check(f"docker://{name}").fixes("environment.") == []


def test_another_image(desk: Desk, image: str, lab: str) -> None:
    """A container of another image is made anew of the baseline's, and an image is checked under the baseline's name."""
    desk.record(f"image://{lab}")
    with container(image) as name:
        (fix,) = desk.check(f"docker://{name}").fixes("image.reference", "image.id")[:1]
        with put_aside(name):
            desk.type(fix)
            assert desk.check(f"docker://{name}").fixes("") == []
    (fix,) = desk.check(f"image://{image}").fixes("image.reference", "image.id")[:1]
    assert "REPRODUCES" in desk.type(fix)


def test_lines_of_a_dockerfile(desk: Desk, image: str) -> None:
    """What is said to stand in the Dockerfile is put there, and the image that is built of it reproduces."""
    tag, recipe = "envprobe-test/recipe:1.0.0", f"FROM {image}\nENV OMP_NUM_THREADS=3 TF_ENABLE_ONEDNN_OPTS=0\n"

    def build(text: str) -> None:
        subprocess.run(["docker", "build", "-q", "-t", tag, "-"], input=text, text=True, check=True, capture_output=True)

    try:
        build(recipe)
        desk.record(f"image://{tag}")
        build(f"FROM {image}\n")
        fixes = desk.check(f"image://{tag}").fixes("environment.")
        lines = [fix.removeprefix("in its Dockerfile: ") for fix in fixes]
        build(f"FROM {image}\n" + "\n".join(lines) + "\n")
        assert desk.check(f"image://{tag}").fixes("environment.") == []
    finally:
        docker("rmi", "-f", tag, check=False)


def test_packages_of_a_container(desk: Desk) -> None:
    """`docker exec` without a terminal: version, missing and superfluous."""
    tag = standin_image()
    with container(tag, *engine.pip_network_options()) as name:
        desk.record(f"docker://{name}")
        docker("exec", name, "python3", "-m", "pip", "install", "-q", "six==1.15.0", "tomli==2.0.1")
        docker("exec", name, "python3", "-m", "pip", "uninstall", "-q", "-y", "termcolor")
        fixes = desk.check(f"docker://{name}").fixes("packages.")
        assert len(fixes) == 3 and all(fix.startswith(f"docker exec {name} python3 -m pip ") for fix in fixes)
        desk.type(*fixes)
        assert desk.check(f"docker://{name}").fixes("packages.", "integrity.") == []


def test_packages_where_the_containers_user_may_not_write(desk: Desk) -> None:
    """A container that runs as somebody else gets its packages as root."""
    tag = standin_image()
    with container(tag, *engine.pip_network_options(), "--user", "65534") as name:
        desk.record(f"docker://{name}")
        docker("exec", "-u", "0", name, "python3", "-m", "pip", "install", "-q", "six==1.15.0")
        (fix,) = desk.check(f"docker://{name}").fixes("packages.")
        assert fix == f"docker exec --user 0 {name} python3 -m pip install six==1.16.0"
        desk.type(fix)
        assert desk.check(f"docker://{name}").fixes("packages.") == []


def test_a_container_of_podman(tmp_path: Path, podman_image: str) -> None:
    """Podman's own command, and its own option for what an image sets."""
    desk, podman = Desk(tmp_path), shutil.which("podman") or "podman"

    def run(*arguments: str) -> str:
        return subprocess.run([podman, *arguments], check=True, capture_output=True, text=True).stdout

    run("run", "-d", "--name", "envprobe-typed", podman_image, "sleep", "infinity")
    try:
        desk.record("podman://envprobe-typed")
        run("rm", "-f", "-t", "0", "envprobe-typed")
        run(
            "run",
            "-d",
            "--name",
            "envprobe-typed",
            "--env",
            "OMP_NUM_THREADS=1",
            "--memory",
            "512m",
            podman_image,
            "sleep",
            "infinity",
        )
        (fix,) = desk.check("podman://envprobe-typed").fixes("environment.", "container.")
        desk.type(fix)
        assert desk.check("podman://envprobe-typed").fixes("environment.", "container.") == []
    finally:
        for name in run("ps", "-a", "--format", "{{.Names}}", "--filter", "name=envprobe-typed").split():
            run("rm", "-f", "-t", "0", name)


# -- hints -------------------------------------------------------------------------------------------------------------


def test_the_hint_of_record_checks_what_was_recorded(desk: Desk, lab: str) -> None:
    """After `record image://X` the check that is printed is of that image, with that name; of a file, with that file."""
    check = desk.record(f"image://{lab}?env=OMP_NUM_THREADS=1&cpuset=0")
    assert "env=OMP_NUM_THREADS" in check and "env=OMP_NUM_THREADS=1" not in check
    assert "REPRODUCES" in desk.type("export OMP_NUM_THREADS=1", check)
    done = desk.call("record", f"image://{lab}", "--output", "my base.json", *QUICK)
    assert "REPRODUCES" in desk.type(done.stderr.rpartition("check with: ")[2].strip())


def test_the_hint_where_no_baseline_is_records_one(desk: Desk, venv: Path) -> None:
    """Who checks before anything is recorded gets the command that records it, with the target that was named."""
    missing = desk.call("check", f"local://{venv}", status=2).stderr
    desk.type(missing.rpartition("record one: ")[2].strip() + " --no-benchmark")
    assert "REPRODUCES" in desk.call("check", f"local://{venv}", *QUICK).stdout


def test_what_an_extra_brings_is_installed_where_envprobe_is(tmp_path: Path, uv: str) -> None:
    """In an environment of uv's, without pip, the printed command brings what is missing, and nothing is asked for our name."""
    folder = tmp_path / "venv"
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, folder], check=True)
    python = folder / "bin" / "python"
    subprocess.run([uv, "pip", "install", "-q", "--python", python, "-e", REPOSITORY], check=True)
    program = "from envprobe.installation import installing; print(installing('pdf'))"
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = subprocess.run([python, "-c", program], check=True, capture_output=True, text=True, env=environ).stdout
    subprocess.run(["sh", "-ec", command], check=True, stdin=subprocess.DEVNULL, capture_output=True)
    subprocess.run([python, "-c", "import pypdf"], check=True)
