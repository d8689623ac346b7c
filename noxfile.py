"""What a developer runs: `nox -s tests`, `nox -s lint types`, … ; `nox -l` lists all. CI runs the first three, and oldest."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nox

nox.options.sessions = ["tests", "lint", "types"]
nox.options.default_venv_backend = "venv"
nox.needs_version = ">=2024.4"

FAST = ("tests/unit", "tests/property", "tests/cli")
# Those that need real components follow each other on one core: tests/conftest.py.
ON_ALL_CORES = ("-n", "auto")


def _pythons() -> list[str]:
    """Return the Pythons of this machine that envprobe runs on, oldest first: pyenv's, else the system's; at least this one."""
    names = [f"3.{minor}" for minor in range(10, 20)]
    pyenv = [next((Path.home() / ".pyenv/versions").glob(f"{name}.*/bin/python"), None) for name in names]
    system = [shutil.which(f"python{name}", path="/usr/local/bin:/usr/bin") for name in names]
    return [str(one or other) for one, other in zip(pyenv, system, strict=True) if one or other] or [sys.executable]


@nox.session
def tests(session: nox.Session) -> None:
    """Everything, with real Docker, TensorFlow and ssh where they are; ENVPROBE_REQUIRE_ENGINE=1 makes a missing one fail."""
    session.install("-q", "-e", ".[test]")
    session.run("pytest", *ON_ALL_CORES, *session.posargs)


@nox.session(python=_pythons()[-1])
def newest(session: nox.Session) -> None:
    """The fast tests with the newest versions that there are, on the newest Python of this machine."""
    session.install("-q", "--upgrade", "--upgrade-strategy=eager", "-e", ".[test]")
    session.run("pytest", "-n", "auto", *FAST, *session.posargs)


@nox.session(python=_pythons()[0])
def oldest(session: nox.Session) -> None:
    """The fast tests with the oldest versions that pyproject.toml allows, on the oldest Python of this machine."""
    versions = Path(session.virtualenv.location) / "oldest.txt"
    lowest = ("--resolution=lowest-direct", "--only-binary=:all:", "--extra=test", "--output-file", str(versions))
    session.install("-q", "uv")
    session.run("uv", "pip", "compile", "-q", *lowest, "pyproject.toml", silent=True)
    session.run("uv", "pip", "install", "-q", "-r", str(versions), "-e", ".")
    session.run("pytest", "-n", "auto", *FAST, *session.posargs)


@nox.session
def variables(session: nox.Session) -> None:
    """Look again which environment variables libraries read; arguments are requirements, a library each."""
    libraries = session.posargs or ["tensorflow", "torch", "numpy", "intel-openmp", "jax", "jaxlib", "keras", "numba", "numexpr"]
    folder = Path(session.create_tmp())
    for library in libraries:
        session.run("pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", str(folder / library), library)
        for wheel in (folder / library).glob("*.whl"):
            shutil.unpack_archive(wheel, folder / library, "zip")
    found = [f"{library}={folder / library}" for library in libraries]
    with Path("tests/data/variables.json").open("w", encoding="utf-8") as stream:
        session.run("python", "tests/capture_variables.py", *found, stdout=stream)
    session.run("git", "diff", "--stat", "tests/data/variables.json", external=True)


@nox.session
def real(session: nox.Session) -> None:
    """Only the tests that need real components; a missing one fails."""
    session.install("-q", "-e", ".[test]")
    session.run("pytest", "-m", "real", *session.posargs, env={"ENVPROBE_REQUIRE_ENGINE": "1"})


@nox.session
def probe(session: nox.Session) -> None:
    """The packed probe under every interpreter on this machine, 2.7 and 3.6 to the newest."""
    session.install("-q", "-e", ".[test]", "vermin")
    session.run("vermin", "--quiet", "--no-tips", "--violations", "-t=3.6-", "--exclude-regex", "stub.py", "probes")
    session.run("pytest", "tests/probe", *session.posargs)


@nox.session
@nox.parametrize("pytest", ["7.4", "8.0", "9.0"])
def plugin(session: nox.Session, pytest: str) -> None:
    """The pytest plugin under every major version of pytest that it supports, and under xdist."""
    session.install("-q", "-e", ".[test]", f"pytest~={pytest}", "pytest-xdist")
    session.run("pytest", "tests/plugin", *session.posargs)


@nox.session
def trackers(session: nox.Session) -> None:
    """MLflow, TensorBoard, Weights & Biases, DVC and Sigstore themselves: fetched once, and too heavy for everybody's tests."""
    session.install("-q", "-e", ".[test]")
    tests = ("tests/real/test_trackers.py", "tests/real/test_sigstore.py")
    session.run("pytest", *tests, *session.posargs, env={"ENVPROBE_REQUIRE_ENGINE": "1"})


@nox.session(name="fleet-slurm")
def fleet_slurm(session: nox.Session) -> None:
    """A real Slurm of four nodes on this machine (slurmctld, slurmd, slurm-client, munge of Debian)."""
    session.install("-q", "-e", ".[test]")
    session.run("pytest", "tests/real/test_fleet_slurm.py", *session.posargs, env={"ENVPROBE_REQUIRE_CLUSTER": "1"})


@nox.session(name="fleet-dask")
def fleet_dask(session: nox.Session) -> None:
    """A real Dask cluster with a host each on the loopback."""
    session.install("-q", "-e", ".[test,dask]")
    session.run("pytest", "tests/real/test_fleet_dask.py", *session.posargs, env={"ENVPROBE_REQUIRE_CLUSTER": "1"})


@nox.session(name="fleet-ray")
def fleet_ray(session: nox.Session) -> None:
    """A real Ray cluster of three nodes on this machine."""
    session.install("-q", "-e", ".[test,ray]")
    session.run("pytest", "tests/real/test_fleet_ray.py", *session.posargs, env={"ENVPROBE_REQUIRE_CLUSTER": "1"})


@nox.session(name="fleet-kubernetes")
def fleet_kubernetes(session: nox.Session) -> None:
    """A real Kubernetes 1.20 on this machine, built first from Debian's sources (golang-go, etcd-server, rsync, gcc)."""
    session.install("-q", "-e", ".[test,kubernetes]")
    required = {"ENVPROBE_REQUIRE_CLUSTER": "1", "ENVPROBE_REQUIRE_ENGINE": "1"}
    session.run("pytest", "-n", "0", "tests/real/test_fleet_kubernetes.py", *session.posargs, env=required)


@nox.session(name="shared-stores")
def shared_stores(session: nox.Session) -> None:
    """Baselines in S3 (moto's server), beside an image in a registry (docker-registry of Debian), and in a git remote."""
    session.install("-q", "uv")  # pip looks for minutes for a botocore that both clients take, and finds none
    session.run("uv", "pip", "install", "-q", "-e", ".[test,s3]", "moto[server]>=5")
    session.run(
        "pytest",
        "tests/real/test_shared.py",
        "tests/real/test_shared_s3.py",
        *session.posargs,
        env={"ENVPROBE_REQUIRE_ENGINE": "1"},
    )


@nox.session
def saves(session: nox.Session) -> None:
    """Browser, minifiers, notebook and PDF tools save reports with a record; `-- --write` keeps what they make."""
    session.install("-q", "-e", ".[test]")
    required = {"ENVPROBE_REQUIRE_ENGINE": "1"}
    if session.posargs == ["--write"]:
        session.run("python", "-m", "tests.support.saves", env=required)
    else:
        session.run("pytest", "tests/real/test_saves.py", *session.posargs, env=required)


@nox.session
def explain(session: nox.Session) -> None:
    """How often `explain --prove` is right: a container for each cause of tests/support/injected.py, about 15 s each."""
    session.install("-q", "-e", ".[test]")
    session.run("python", "tests/bench/explained.py", *session.posargs, env={"ENVPROBE_REQUIRE_ENGINE": "1"})


@nox.session
def fuzz(session: nox.Session) -> None:
    """Every reader of what somebody else wrote, with damaged files: docs/security.md has the figures; `-- --seconds 60`."""
    session.install("-q", "-e", ".[test]")
    session.run("python", "-m", "tests.fuzz", *session.posargs)


@nox.session
def standard(session: nox.Session) -> None:
    """`envprobe up` with what is downloaded for it: sshd, Compose, hadolint, kubernetes-validate, the devcontainer CLI."""
    session.install("-q", "-e", ".[test]")
    tests = (
        "tests/real/test_standard.py",
        "tests/real/test_standard_ssh.py",
        "tests/real/test_standard_forms.py",
        "tests/real/test_standard_faults.py",
    )
    session.run("pytest", *tests, *session.posargs, env={"ENVPROBE_REQUIRE_ENGINE": "1", "ENVPROBE_STANDARD": "1"})


@nox.session
def signals(session: nox.Session) -> None:
    """Signals at random and aimed moments over all commands that make something: docs/security.md has the figures."""
    session.install("-q", "-e", ".[test]")
    session.run("python", "-m", "tests.signals", *session.posargs, env={"ENVPROBE_REQUIRE_ENGINE": "1"})


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff, its format, and the probe's syntax floor."""
    session.install("-q", "ruff", "vermin")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("vermin", "--quiet", "--no-tips", "--violations", "-t=3.6-", "probes")


@nox.session
def types(session: nox.Session) -> None:
    """mypy: strict over the host library, every body of the guest."""
    session.install("-q", "-e", ".[test,lint]")
    session.run("mypy")


@nox.session
def bench(session: nox.Session) -> None:
    """The table of docs/performance.md: ratios against peers in the same run, medians of several runs."""
    peers = ("ceteris", "envfixer")
    session.install("-q", ".[serve]", "pytest", *peers)  # as users have it: an editable install imports differently
    session.run("python", "-m", "tests.bench", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Wheel and sdist; the wheel is installed elsewhere and has to find its probe and its baselines."""
    session.install("-q", "build")
    session.run("python", "-m", "build", "--outdir", "dist", silent=True)
    session.run("python", "tests/support/wheel.py", "dist")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, without warnings."""
    session.install("-q", "mkdocs-material", "mkdocstrings[python]", "ruff")
    session.run("mkdocs", "build", "--strict", "--site-dir", "site", env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session
def switches(session: nox.Session) -> None:
    """The table of docs/numerics.md: which switch moves which canary, measured on this machine; `-- --write` rewrites it."""
    session.install("-q", "-e", ".[test]")
    session.run("python", "tests/bench/switches.py", *session.posargs)


@nox.session
def seeds(session: nox.Session) -> None:
    """The tables of docs/experiments.md: how often honest runs are accused, and changes found; `-- --write` rewrites them."""
    session.install("-q", "-e", ".")
    session.run("python", "tests/bench/seeds.py", *session.posargs)
