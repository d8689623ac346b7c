"""The same baseline asked on other machines: capped instruction sets and BLAS kernels stand in for them, both ways."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import envprobe
from envprobe import cli
from envprobe.numerics.verdict import TraceVerdict
from envprobe.policy import Severity
from envprobe.report import Report, Verdict
from tests.bench.switch_table import ADAM, SGD
from tests.real.guest import container, docker
from tests.support import engine
from tests.support.engine import missing

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

QUICK = envprobe.Options(integrity=False)
MACHINES = (
    "env=ONEDNN_MAX_CPU_ISA=AVX2",
    "env=ONEDNN_MAX_CPU_ISA=SSE41",
    "env=OPENBLAS_CORETYPE=Prescott",
    "env=ONEDNN_MAX_CPU_ISA=AVX2&env=OPENBLAS_CORETYPE=Prescott",
    "cpuset=0",
)
"""What every x86-64 machine can be made to compute like."""
SHIPPED = "standin-tensorflow-2.9.0"


@pytest.fixture(scope="module")
def image() -> str:
    return engine.standin_image()


def open_findings(report: Report) -> list[str]:
    """Return what is above a note and does not say that this is another machine."""
    weights = {root.path: report.weight(root) for root in report.roots}
    return [path for path, weight in weights.items() if weight is Severity.FAIL]


@pytest.mark.parametrize("machine", ["", *MACHINES])
def test_the_shipped_baseline_reproduces_on_any_machine(machine: str, image: str) -> None:
    """Recorded on AMD and Intel, asked anywhere: the same bits or rounding, never a failure, one warning at most of the benchmark."""
    report = envprobe.check(f"image://{image}?{machine}".rstrip("?"), SHIPPED, options=QUICK)
    assert open_findings(report) == []
    assert report.verdict is Verdict.REPRODUCES
    assert report.trace is not None and (report.trace.verdict is TraceVerdict.IDENTICAL or report.trace.equivalent)
    assert report.verdict_words == "reproduces" + " up to rounding" * report.trace.equivalent


@pytest.mark.parametrize("machine", MACHINES[:3])
def test_it_does_not_matter_who_recorded(machine: str, image: str, tmp_path: Path) -> None:
    """A baseline of the capped machine reproduces on the uncapped one, and once a trace is added nothing is left to warn of."""
    file = tmp_path / "capped.json"
    envprobe.save(envprobe.record(f"image://{image}?{machine}", output=file, options=QUICK))
    before = envprobe.check(f"image://{image}", str(file), options=QUICK)
    assert before.verdict is Verdict.REPRODUCES and open_findings(before) == []
    assert cli.main(["record", f"image://{image}", "--output", str(file), "--add-trace", "--no-integrity"]) == 0
    after = envprobe.check(f"image://{image}", str(file), options=QUICK)
    assert after.trace is not None and after.trace.verdict is TraceVerdict.IDENTICAL
    assert after.verdict_words == "reproduces"


CONSTANT = (SGD, '_set_hyper("momentum", momentum)', '_set_hyper("momentum", momentum * 0.99)')
OPTIMIZER = (ADAM, "self.amsgrad = amsgrad", "self.amsgrad = True")
PRECISION = (
    "/usr/local/lib/python3.9/dist-packages/keras/mixed_precision/policy.py",
    "return Policy(backend.floatx())",
    "return Policy('mixed_float16')",
)
GENERATOR = (
    "/usr/local/lib/python3.9/dist-packages/keras/layers/regularization/dropout.py",
    "__init__(seed=seed, **kwargs)",
    "__init__(seed=99, **kwargs)",
)


@pytest.mark.parametrize(
    "edit", [CONSTANT, OPTIMIZER, PRECISION, GENERATOR], ids=["constant", "optimizer", "precision", "generator"]
)
@pytest.mark.parametrize("machine", [(), ("--env", "ONEDNN_MAX_CPU_ISA=AVX2")], ids=["here", "elsewhere"])
def test_a_changed_file_is_no_other_machine(machine: tuple[str, ...], edit: tuple[str, str, str], image: str) -> None:
    """Without a look at any file: a constant, an optimizer, a precision, a generator is told from rounding by what it computes."""
    file, old, new = edit
    with container(image, *machine) as name:
        docker(
            "exec", name, "python3", "-c", f"p = {file!r}; t = open(p).read(); open(p, 'w').write(t.replace({old!r}, {new!r}, 1))"
        )
        report = envprobe.check(f"docker://{name}", SHIPPED, options=QUICK)
    assert report.verdict is Verdict.DIFFERS
    assert report.trace is not None and report.trace.verdict is TraceVerdict.DIVERGED
    assert report.trace.model is not None and report.trace.model.verdict is TraceVerdict.DIVERGED


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A library that was linked with -ffast-math."""
    path = tmp_path_factory.mktemp("fast") / "libfast.so"
    command = ["gcc", "-shared", "-fPIC", "-ffast-math", "-x", "c", "-", "-o", str(path)]
    try:
        subprocess.run(command, input=b"int x(void) { return 1; }", check=True)
    except FileNotFoundError:
        missing("no gcc to compile a library with")
    yield path


def test_flushed_subnormal_numbers_are_seen_and_the_library_named(image: str, fast: Path, tmp_path: Path) -> None:
    """A `.pth` file that loads a fast-math library moves no sum of the model, and fails with the library's name."""
    file = tmp_path / "here.json"
    site = "/usr/local/lib/python3.9/dist-packages"
    with container(image) as name:
        envprobe.save(envprobe.record(f"docker://{name}", output=file, options=QUICK))
        docker("cp", str(fast), f"{name}:{site}/libfast.so")
        loading = f"import ctypes; ctypes.CDLL('{site}/libfast.so')"
        docker("exec", name, "sh", "-c", f'echo "{loading}" > {site}/zz_fast.pth')
        report = envprobe.check(f"docker://{name}", str(file), options=QUICK)
    assert report.verdict is Verdict.DIFFERS
    found = {item.path: item for item in report.differences}
    assert "{site}/libfast.so" in str(found["numerics.floating_point.set_by"].observed)
    assert found["trace"].because == "python.pth.zz_fast.pth"
    assert report.trace is not None and report.trace.model is not None and report.trace.model.verdict is TraceVerdict.IDENTICAL
