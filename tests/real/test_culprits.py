"""One thing changed in a real TensorFlow 2.9.0 container: check names it, and nothing else above a note."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import envprobe
from envprobe.policy import Severity
from envprobe.report import Report, Verdict
from tests.support import engine

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

WITHOUT_TRAINING = envprobe.Options(benchmark="off")  # tests/real/test_benchmark.py changes what that run sees
SITE = "/usr/local/lib/python3.9/dist-packages"
PATCHED_BYTE_CODE = f"""
import os, py_compile
path = "{SITE}/keras/optimizers/optimizer_v2/adam.py"
source, status = open(path).read(), os.stat(path)
def put(text):
    with open(path, "w") as stream:
        stream.write(text)
    os.utime(path, (status.st_atime, status.st_mtime))
put(source.replace("epsilon=1e-7", "epsilon=1e-3"))
py_compile.compile(path)
put(source)
"""


class Case(NamedTuple):
    """A change, and what check has to say of it."""

    name: str
    options: tuple[str, ...]
    """For `docker run`."""
    program: tuple[str, ...]
    """What to run in the container before the check."""
    severity: str
    culprits: tuple[str, ...]


def shell(command: str) -> tuple[str, ...]:
    return ("sh", "-c", command)


def write(path: str, text: str) -> tuple[str, ...]:
    return (
        "python3",
        "-B",
        "-c",
        f"import os; os.makedirs(os.path.dirname({path!r}), exist_ok=True); open({path!r}, 'a').write({text!r})",
    )


CASES = (
    Case(
        "one line of one installed file",
        (),
        shell(f"sed -i '0,/def softmax/s//def softmax /' {SITE}/keras/activations.py"),
        "fail",
        ("integrity.keras",),
    ),
    Case(
        "byte code patched beside an untouched source",
        (),
        ("python3", "-B", "-c", PATCHED_BYTE_CODE),
        "fail",
        ("integrity.keras",),
    ),
    Case(
        "one byte after a shared library",
        (),
        shell(f"printf x >> {SITE}/h5py/_errors.cpython-39-x86_64-linux-gnu.so"),
        "fail",
        ("integrity.h5py",),
    ),
    Case("an installed file removed", (), shell(f"rm {SITE}/numpy/ctypeslib.py"), "fail", ("integrity.numpy",)),
    Case("a package uninstalled", (), ("python3", "-m", "pip", "uninstall", "-q", "-y", "wrapt"), "fail", ("packages.wrapt",)),
    Case("the standard library changed", (), shell("echo 'x = 1' >> /usr/lib/python3.9/random.py"), "fail", ("stdlib.random",)),
    Case("keras.json", (), write("/root/.keras/keras.json", '{"floatx": "float64"}'), "fail", ("numerics.keras.floatx",)),
    Case(
        "channels first",
        (),
        write("/root/.keras/keras.json", '{"image_data_format": "channels_first"}'),
        "fail",
        ("numerics.keras.image_data_format",),
    ),
    Case("oneDNN off", ("-e", "TF_ENABLE_ONEDNN_OPTS=0"), (), "fail", ("environment.TF_ENABLE_ONEDNN_OPTS",)),
    Case("oneDNN's instruction set lowered", ("-e", "DNNL_MAX_CPU_ISA=AVX2"), (), "fail", ("environment.DNNL_MAX_CPU_ISA",)),
    Case("another BLAS kernel", ("-e", "OPENBLAS_CORETYPE=Sandybridge"), (), "fail", ("environment.OPENBLAS_CORETYPE",)),
    Case("importable code without metadata", (), write(f"{SITE}/mystery/__init__.py", "x = 1\n"), "warn", ("modules.mystery",)),
    Case("a file put into a package", (), write(f"{SITE}/numpy/random/extra.py", "x = 1\n"), "warn", ("unlisted.numpy",)),
    Case("a .pth file", (), write(f"{SITE}/zz.pth", "import os\n"), "warn", ("python.pth.zz.pth",)),
    Case("usercustomize", (), write(f"{SITE}/usercustomize.py", "import sys\n"), "warn", ("python.usercustomize",)),
    Case("one CPU", ("--cpuset-cpus", "0"), (), "warn", ("container.limits.cpuset",)),
    Case("another time zone", ("-e", "TZ=Europe/Paris"), (), "warn", ("environment.TZ",)),
    Case("another locale", ("-e", "LC_ALL=C"), (), "warn", ("environment.LC_ALL",)),
    Case("a locale that Python takes for the same", ("-e", "LANG=C"), (), "", ()),
    Case("a fixed hash seed", ("-e", "PYTHONHASHSEED=0"), (), "warn", ("environment.PYTHONHASHSEED",)),
    Case("another loader path", ("-e", "LD_LIBRARY_PATH=/opt/none"), (), "warn", ("environment.LD_LIBRARY_PATH",)),
    Case("more shared memory", ("--shm-size", "128m"), (), "warn", ("container.limits.shm_bytes",)),
    Case("another user", ("--user", "1000:1000"), (), "", ()),
    Case("a read-only root", ("--read-only",), (), "", ()),
    Case("another host name and working folder", ("--hostname", "elsewhere", "--workdir", "/var"), (), "", ()),
    Case("a CPU quota", ("--cpus", "1.5"), (), "warn", ("container.limits.cpus",)),
    Case("secrets in the environment", ("-e", "AWS_SECRET_ACCESS_KEY=hush", "-e", "HF_TOKEN=hush"), (), "", ()),
)


@pytest.fixture(scope="module")
def image() -> str:
    return engine.standin_image()


@pytest.fixture(scope="module")
def baseline(image: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image as it is, recorded on this machine."""
    path = tmp_path_factory.mktemp("baselines") / "standin.json"
    envprobe.save(envprobe.record(f"image://{image}", output=path, options=WITHOUT_TRAINING))
    return path


@pytest.fixture
def container() -> Iterator[str]:
    """A name for a container, which is removed afterwards."""
    name = f"envprobe-culprit-{uuid.uuid4().hex[:12]}"
    yield name
    subprocess.run(["docker", "rm", "--force", name], capture_output=True, check=False)


def start(name: str, image: str, *options: str) -> None:
    subprocess.run(
        ["docker", "run", "--detach", "--name", name, *options, image, "sleep", "600"], check=True, capture_output=True
    )


def inside(name: str, *program: str) -> None:
    done = subprocess.run(["docker", "exec", "--user", "0", name, *program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def check(name: str, baseline: Path) -> Report:
    return envprobe.check(f"docker://{name}", str(baseline), options=WITHOUT_TRAINING)


def told(report: Report) -> dict[str, str]:
    """Return what the report names above a note: the path of each root, with the weight of all that follows from it."""
    return {root.path: report.weight(root).value for root in report.roots if report.weight(root) is not Severity.NOTE}


def test_a_fresh_container_of_the_image_has_not_one_finding(image: str, baseline: Path, container: str) -> None:
    """A container that equals its baseline gives silence."""
    start(container, image)
    report = check(container, baseline)
    assert report.verdict is Verdict.REPRODUCES
    assert told(report) == {}
    assert report.unknown == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_culprit_is_named_and_nothing_else(case: Case, image: str, baseline: Path, container: str) -> None:
    """One change gives one finding above a note: itself."""
    start(container, image, *case.options)
    if case.program:
        inside(container, *case.program)
    report = check(container, baseline)
    assert told(report) == dict.fromkeys(case.culprits, case.severity)
    assert report.unknown == []
    assert report.verdict is (Verdict.DIFFERS if case.severity == "fail" else Verdict.REPRODUCES)


def test_another_numpy(image: str, baseline: Path, container: str) -> None:
    """`pip install numpy==1.23.5` in the container is told as numpy, upgraded, and nothing else."""
    start(container, image, *engine.pip_network_options())
    inside(container, "python3", "-m", "pip", "install", "-q", "numpy==1.23.5")
    report = check(container, baseline)
    assert told(report) == {"packages.numpy.version": "fail"}
    [numpy] = [difference for difference in report.roots if difference.path == "packages.numpy.version"]
    assert numpy.kind.value == "upgraded"
    assert numpy.fix.text == f"docker exec {container} python3 -m pip install numpy==1.22.4"


def test_another_six_in_front(image: str, baseline: Path, container: str, tmp_path: Path) -> None:
    """PYTHONPATH that puts another `six` in front is the culprit, and six is named under it as what it shadows."""
    (tmp_path / "six.py").write_text('__version__ = "1.0"\n')
    tmp_path.chmod(0o755)
    start(container, image, "--volume", f"{tmp_path}:/over:ro", "--env", "PYTHONPATH=/over")
    report = check(container, baseline)
    assert told(report) == {"environment.PYTHONPATH": "fail"}
    assert "packages.six.shadowed_by" in {item.path for item in report.consequences("environment.PYTHONPATH")}


def test_another_image_under_the_same_name(image: str, baseline: Path, container: str) -> None:
    """A re-tag of another image to the reference of the baseline is told as another image."""
    name = f"{container}-keep"
    start(container, image)
    subprocess.run(["docker", "tag", image, name], check=True)
    try:
        subprocess.run(
            ["docker", "commit", "--change", "LABEL maintainer=else", container, image], check=True, capture_output=True
        )
        subprocess.run(["docker", "rm", "--force", container], check=True, capture_output=True)
        start(container, image)
        report = check(container, baseline)
        assert told(report) == {"image.id": "fail"}
    finally:
        subprocess.run(["docker", "rm", "--force", container], check=True, capture_output=True)
        subprocess.run(["docker", "tag", name, image], check=True)
        subprocess.run(["docker", "rmi", name], check=True, capture_output=True)


def test_no_secret_is_read(image: str, container: str) -> None:
    """A value that is on no list is nowhere in the fingerprint."""
    from envprobe.fingerprint import to_json

    start(container, image, "-e", "AWS_SECRET_ACCESS_KEY=hush-hush-value", "-e", "WANDB_API_KEY=hush-hush-value")
    fingerprint = envprobe.probe(f"docker://{container}", options=envprobe.Options(benchmark="off", integrity=False))
    assert b"hush-hush-value" not in to_json(fingerprint)
