"""Give real tests what is real: a Docker engine, its images, wheels from PyPI, and an engine of their own that they may kill.

No pytest in here. Where no engine answers, `unittest.SkipTest` is raised (pytest skips on it), or with ENVPROBE_REQUIRE_ENGINE
set, as in CI, `EngineMissing` (pytest fails on it).
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

SCRIPTS = Path(__file__).parents[1] / "standin"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PLATFORMS = tuple(f"manylinux{name}_x86_64" for name in ("1", "2010", "2014", "_2_5", "_2_12", "_2_17"))
CA_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")


class EngineMissing(Exception):
    """Something real that a test needs cannot be had on this machine."""


@functools.cache
def require_engine() -> None:
    """Return when a Docker engine answers and can build our images; else skip, or fail where an engine was promised."""
    try:
        asked = subprocess.run(["docker", "info", "--format", "{{.ServerVersion}}"], capture_output=True, text=True, timeout=20)
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        missing(str(error))
    if asked.returncode or not asked.stdout.strip():
        missing(f"no Docker engine answers; `.ci/engine` starts one. {asked.stderr.strip()[-300:]}")


def missing(reason: str) -> NoReturn:
    """Skip the test, or fail it where ENVPROBE_REQUIRE_ENGINE is set. Never returns."""
    if os.environ.get("ENVPROBE_REQUIRE_ENGINE"):
        raise EngineMissing(reason)
    raise unittest.SkipTest(reason)


@functools.cache
def standin_image() -> str:
    """Return the tag of the TensorFlow 2.9.0 stand-in, built first (about 75 s) where the engine has none."""
    return _built("build.py")


@functools.cache
def tiny_image() -> str:
    """Return the tag of a small image with python3.9, its standard library and a shell."""
    return _built("tiny.py", "python")


@functools.cache
def nopython_image() -> str:
    """Return the tag of a 2 MB image that has a shell (busybox) and no Python."""
    return _built("tiny.py", "nopython")


def _built(script: str, *arguments: str) -> str:
    require_engine()
    with _alone("build"):
        done = subprocess.run([sys.executable, SCRIPTS / script, *arguments], capture_output=True, text=True)
    if done.returncode:
        raise EngineMissing(f"tests/standin/{script} failed: {done.stderr.strip()[-2000:]}")
    return done.stdout.split()[0]


def wheel_folder(*requirements: str, python: str = "3.9") -> Path:
    """Return a folder with one wheel for each requirement (no dependencies), for `pip install --no-index --find-links FOLDER`.

    The wheels are those for CPython `python` on x86-64 Linux, whatever runs the tests. Downloaded once, kept in the cache.
    """
    options = ("download", "--no-deps", "--only-binary=:all:", *_built_for(python), "--dest")
    return _cached("wheels", requirements, python, options)


def wheel_overlay(*requirements: str, python: str = "3.9") -> Path:
    """Return a folder that holds the requirements unpacked as pip unpacks them (no dependencies), to be put on PYTHONPATH.

    Mount it read-only, or copy it: it is shared between tests. Installed for CPython `python` on x86-64 Linux.
    """
    options = (
        "install",
        "--no-deps",
        "--ignore-requires-python",
        "--only-binary=:all:",
        *_built_for(python),
        "--no-compile",
        "--target",
    )
    return _cached("overlay", requirements, python, options)


def library_folder(*requirements: str) -> Path:
    """Return a folder that holds libraries and all that they need, for the Python that runs the tests, to be put on PYTHONPATH.

    They are too heavy for everybody's tests: skips where the cache has none, unless ENVPROBE_REQUIRE_ENGINE is set.
    """
    if not (os.environ.get("ENVPROBE_REQUIRE_ENGINE") or _place("libraries", requirements, PYTHON).is_dir()):
        missing(f"{', '.join(requirements)}: not there; `nox -s trackers` fetches them")
    return _cached("libraries", requirements, PYTHON, ("install", "--prefer-binary", "--target"))


def node_folder(*packages: str) -> Path:
    """Return a folder that holds programs of npm below `node_modules/.bin`; skips as `library_folder` does."""
    if not (os.environ.get("ENVPROBE_REQUIRE_ENGINE") or _place("node", packages, "").is_dir()) or not shutil.which("npm"):
        missing(f"{', '.join(packages)}: not there; `nox -s saves` fetches them with npm")
    folder = _place("node", packages, "")
    with _alone(folder.name):
        if not folder.is_dir():
            partial = Path(tempfile.mkdtemp(prefix="partial-", dir=cache_folder()))
            command = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(partial), *packages]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                shutil.rmtree(partial)
                raise EngineMissing(f"npm could not fetch {', '.join(packages)}: {done.stderr.strip()[-1000:]}")
            partial.rename(folder)
    return folder


def tool_folder(*requirements: str) -> Path:
    """Return a folder whose `bin` has programs that come as wheels, such as uv; downloaded once."""
    return _cached("tools", requirements, PYTHON, ("install", "--only-binary=:all:", "--target"))


def _built_for(python: str) -> tuple[str, ...]:
    return ("--python-version", python, *(word for platform in PLATFORMS for word in ("--platform", platform)))


def _place(kind: str, requirements: tuple[str, ...], python: str) -> Path:
    key = hashlib.sha256("\n".join((kind, python, *sorted(requirements))).encode()).hexdigest()[:16]
    return cache_folder() / f"{kind}-{key}"


def _cached(kind: str, requirements: tuple[str, ...], python: str, options: tuple[str, ...]) -> Path:
    folder = _place(kind, requirements, python)
    with _alone(folder.name):
        if not folder.is_dir():
            partial = Path(tempfile.mkdtemp(prefix="partial-", dir=cache_folder()))
            command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", *options, str(partial), *requirements]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                shutil.rmtree(partial)
                raise EngineMissing(f"pip could not fetch {', '.join(requirements)}: {done.stderr.strip()[-1000:]}")
            partial.chmod(0o755)
            partial.rename(folder)
    return folder


def pip_network_options() -> list[str]:
    """Return the `docker run` options with which pip inside a container reaches PyPI, behind a company's proxy too."""
    options = ["--network", "host", "-e", "PIP_DISABLE_PIP_VERSION_CHECK=1"]
    bundle = next((path for path in (os.environ.get("PIP_CERT"), *CA_BUNDLES) if path and Path(path).is_file()), None)
    if bundle:
        options += ["-v", f"{bundle}:/run/ca.crt:ro", "-e", "PIP_CERT=/run/ca.crt"]
    for name in ("PIP_INDEX_URL", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        if name in os.environ:
            options += ["-e", name]
    return options


def cache_folder() -> Path:
    """Where images' and tests' downloads are kept: $ENVPROBE_CACHE, else ~/.cache/envprobe."""
    folder = Path(os.environ.get("ENVPROBE_CACHE") or Path.home() / ".cache" / "envprobe")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Hold a lock that other test runs of this user respect, so that two do not build or download the same."""
    with (cache_folder() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class PrivateEngine:
    """A Docker engine of one test's own, which it may kill, freeze and restart. Its containers have no network.

    `host` is its DOCKER_HOST. It has no images at first: `load` copies one from the machine's engine.
    """

    def __init__(self, folder: Path, live_restore: bool) -> None:
        self.folder = folder
        self.host = f"unix://{folder}/docker.sock"
        self.live_restore = live_restore
        self._cgroup = f"envprobe-{folder.name}"
        # A network namespace of its own: a second dockerd beside the first would take over, or delete, its bridge.
        self._holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        self._containerd: subprocess.Popen[bytes] | None = None
        self._dockerd: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the daemon, again after `kill` or `stop`, and wait until it answers."""
        at = self.folder
        if self._containerd is None:  # apart from dockerd: as its child it would block the restart
            (self.folder / "containerd.toml").write_text('version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n')
            self._containerd = self.inside(
                "containerd",
                f"--config={at}/containerd.toml",
                f"--address={at}/containerd.sock",
                f"--root={at}/containerd",
                f"--state={at}/state",
            )
            self._wait(lambda: (self.folder / "containerd.sock").exists(), self._containerd, "containerd")
        (self.folder / "daemon.json").write_text("{}")
        live_restore = ["--live-restore"] if self.live_restore else []
        self._dockerd = self.inside(
            "dockerd",
            f"--host={self.host}",
            f"--config-file={at}/daemon.json",
            f"--data-root={at}/data",
            f"--exec-root={at}/exec",
            f"--pidfile={at}/dockerd.pid",
            f"--containerd={at}/containerd.sock",
            f"--cgroup-parent=/{self._cgroup}",
            "--bridge=none",
            "--iptables=false",
            *live_restore,
        )
        self._wait(self._answers, self._dockerd, "dockerd")

    def docker(self, *arguments: str, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
        """Run the docker client against this engine."""
        return subprocess.run(["docker", "--host", self.host, *arguments], capture_output=True, text=True, timeout=timeout_s)

    def load(self, tag: str) -> None:
        """Copy an image from the machine's own engine."""
        with subprocess.Popen(["docker", "save", tag], stdout=subprocess.PIPE) as saving:
            loading = ["docker", "--host", self.host, "load", "--quiet"]
            subprocess.run(loading, stdin=saving.stdout, check=True, capture_output=True)

    def kill(self) -> None:
        """End the daemon as a crash would (SIGKILL)."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """End the daemon as an administrator would (SIGTERM)."""
        self._signal(signal.SIGTERM)

    def freeze(self) -> None:
        """Let the daemon hang: it accepts connections and answers nothing."""
        assert self._dockerd is not None
        self._dockerd.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen daemon go on."""
        assert self._dockerd is not None
        self._dockerd.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End everything of this engine and remove its folder, mounts and control groups."""
        if self._dockerd is not None:
            self.thaw()
            self.kill()
        for path in Path("/sys/fs/cgroup").glob(f"**/{self._cgroup}/**/cgroup.procs"):
            for pid in path.read_text().split():
                _end(int(pid))
        for shim in _processes_naming(str(self.folder)):
            _end(shim)
        for process in (self._containerd, self._holder):
            if process is not None:
                process.kill()
                process.wait()
        for mount in reversed(Path("/proc/self/mountinfo").read_text().splitlines()):
            if (point := mount.split()[4]).startswith(f"{self.folder}/"):
                subprocess.run(["umount", "--lazy", point], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
        for group in sorted(Path("/sys/fs/cgroup").glob(f"**/{self._cgroup}/**/"), reverse=True):
            with suppress(OSError):
                group.rmdir()

    def inside(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program in this engine's network and folder; its words go into NAME.log there."""
        with (self.folder / f"{command[0]}.log").open("ab") as log:
            inside = ["nsenter", f"--net=/proc/{self._holder.pid}/ns/net", f"--wd={self.folder}", *command]
            return subprocess.Popen(inside, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def _answers(self) -> bool:
        with suppress(subprocess.TimeoutExpired):
            return self.docker("version", timeout_s=2).returncode == 0
        return False

    def _wait(self, ready: Callable[[], bool], process: subprocess.Popen[bytes], name: str) -> None:
        deadline = time.monotonic() + 30
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise EngineMissing(f"{name} did not start: {(self.folder / f'{name}.log').read_text(errors='replace')[-1500:]}")
            time.sleep(0.05)

    def _signal(self, number: int) -> None:
        assert self._dockerd is not None
        self._dockerd.send_signal(number)
        self._dockerd.wait(30)


@contextmanager
def private_engine(live_restore: bool = False) -> Iterator[PrivateEngine]:
    """Yield a second Docker engine that may be killed, frozen and restarted; nothing of it is left afterwards. Needs root."""
    require_engine()
    if os.geteuid() != 0:
        missing("an engine of a test's own needs root")
    folder = Path(tempfile.mkdtemp(prefix="engine-", dir="/tmp"))  # not TMPDIR: the path of a socket has 108 bytes at most
    engine = PrivateEngine(folder, live_restore)
    try:
        engine.start()
        yield engine
    finally:
        engine.close()


def _processes_naming(text: str) -> list[int]:
    """Return the processes, other than this one, whose command line contains `text`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if text.encode() in (folder / "cmdline").read_bytes() and int(folder.name) != os.getpid():
                found.append(int(folder.name))
    return found


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
