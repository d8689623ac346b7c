"""What the demo plants in a copy, and what it leaves alone."""

from __future__ import annotations

import hashlib
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from envprobe.baseline import Baseline
from envprobe.demo.drift import older_than, patch, shadow, switch
from envprobe.demo.replica import Package, Replica
from tests.support.sample import fingerprint


def _package(site: Path, name: str, version: str, *, native: bool = False) -> Package:
    """Install a small package, and return it as the copy knows it."""
    files = {f"{name}/__init__.py": "x = 1\n", f"{name}/core.py": "y = 2\n" * 10}
    files |= {f"{name}/fast.so": "\x7fELF"} if native else {}
    info = f"{name}-{version}.dist-info"
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nVersion: {version}\n"
    record = "".join(f"{path},sha256=x,{len(text)}\n" for path, text in files.items()) + f"{info}/RECORD,,\n"
    for path, text in {**files, f"{info}/RECORD": record}.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)
    listed = PathDistribution(site / info).files or ()
    return Package(name, version, site, tuple(listed), sum(file.size or 0 for file in listed))


def _digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _replica(folder: Path, *packages: Package) -> Replica:
    return Replica(folder / "copy", "3.11.7", packages, 0)


RECORDED = Baseline(
    name="before", kind="recorded", fingerprint=fingerprint({"numerics.blas": "OpenBLAS 0.3.18 SkylakeX 2 threads"})
)


@pytest.mark.parametrize(
    ("version", "older"),
    [("26.4", "26.3"), ("2.0.0", "1.0.0"), ("1.16.0.post1", "1.15.0.post1"), ("0.0", "0.0.dev0"), ("2024a", "2024a.dev0")],
)
def test_a_version_that_came_before(version: str, older: str) -> None:
    """The shadowing copy says a version that the package could have had."""
    assert older_than(version) == older


def test_a_shadowing_copy_is_a_whole_package_of_another_version(tmp_path: Path) -> None:
    """It lies in front of the path under its older version, and the installed one stays as it is."""
    package = _package(tmp_path / "site", "six", "1.16.0")
    before = _digests(tmp_path / "site")
    drift = shadow(_replica(tmp_path, package), RECORDED, tmp_path)
    assert drift is not None and drift.path == "packages.six.version"
    in_front = Path(drift.variables["PYTHONPATH"].partition(":")[0])
    (copy,) = in_front.glob("*.dist-info")
    assert PathDistribution(copy).version == "1.15.0"
    assert (in_front / "six" / "core.py").is_file()
    assert _digests(tmp_path / "site") == before


def test_what_was_on_the_path_stays_on_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody whose PYTHONPATH is set sees the drift, and not their own folders disappear."""
    monkeypatch.setenv("PYTHONPATH", "/work/lib")
    drift = shadow(_replica(tmp_path, _package(tmp_path / "site", "six", "1.16.0")), RECORDED, tmp_path)
    assert drift is not None and drift.variables["PYTHONPATH"].endswith(":/work/lib")


def test_one_file_is_patched_and_no_other(tmp_path: Path) -> None:
    """The file that the story names is the one that changed; compiled packages are left alone."""
    site = tmp_path / "site"
    packages = (_package(site, "numpy", "1.22.4", native=True), _package(site, "six", "1.16.0"))
    before = _digests(site)
    drift = patch(_replica(tmp_path, *packages), RECORDED, tmp_path)
    assert drift is not None and "six/core.py" in drift.story and drift.path == "integrity.six"
    assert {path for path, digest in _digests(site).items() if digest != before[path]} == {"six/core.py"}


def test_without_packages_two_drifts_are_left_out(tmp_path: Path) -> None:
    """A bare Python has nothing to shadow or patch: a switch is left."""
    bare = _replica(tmp_path)
    assert (shadow(bare, RECORDED, tmp_path), patch(bare, RECORDED, tmp_path)) == (None, None)
    assert switch(bare, Baseline(name="before", kind="recorded", fingerprint=fingerprint()), tmp_path).variables == {
        "PYTHONHASHSEED": "0"
    }


def test_a_kernel_is_chosen_only_where_numpy_has_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable of OpenBLAS is set where numpy computes with OpenBLAS, on a make of processor that has the kernel."""
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert switch(_replica(tmp_path), RECORDED, tmp_path).path == "environment.OPENBLAS_CORETYPE"
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert switch(_replica(tmp_path), RECORDED, tmp_path).path == "environment.PYTHONHASHSEED"
