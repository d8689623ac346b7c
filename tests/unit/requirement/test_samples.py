"""What real tools wrote, on environments that are that and on some that are not. tests/data/requirements/README.md says which tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from envprobe.command.environment import diff
from envprobe.error import DocumentError
from envprobe.fact import Section
from envprobe.fingerprint import Fingerprint, Probe
from envprobe.report import Report
from envprobe.requirement import declare
from tests.support.pylock import readable

SAMPLES = Path(__file__).parents[2] / "data" / "requirements"
WHEEL = "archive sha256:8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254"
OTHER_WHEEL = "archive sha256:" + "0" * 64
OLD = {"six": "1.16.0", "click": "8.1.8"}
NEW = {"six": "1.16.0", "click": "8.5.1"}
TESTS_OLD, TESTS_NEW = {"iniconfig": "2.1.0"}, {"iniconfig": "2.3.1"}
PLOT = {"cycler": "0.12.1"}
BACKPORT = {"typing-extensions": "4.16.0"}
CONDA = {"_libgcc_mutex": "0.1 conda_forge", "python": "3.9.19 h0755675_0_cpython", "numpy": "1.22.3 py39h18676bf_2"}


def environment(
    packages: dict[str, str], python: str = "3.11.7", conda: dict[str, str] | None = None, **origins: str
) -> Fingerprint:
    """Return the fingerprint of an environment with these packages."""
    facts: dict[str, Any] = {f"{name}.version": version for name, version in packages.items()}
    facts |= {f"{name}.origin": origins.get(name.replace("-", "_"), "index") for name in packages}
    return Fingerprint(
        probe=Probe("0.0.0", "sha256:" + "0" * 64),
        sections={
            "python": Section({"implementation": "cpython", "version": python}, [], {}),
            "packages": Section(facts, [], {}),
            "ospackages": Section({f"conda:{name}": build for name, build in (conda or {}).items()}, [], {}),
            "system": Section({"architecture": "x86_64", "kernel": "6.1.0"}, [], {}),
        },
        skipped={},
    )


def check(file: str, observed: Fingerprint, extras: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> Report:
    return diff(declare(SAMPLES / file, extras=extras, groups=groups), observed)


RIGHT = [
    ("uv/uv.lock", environment(NEW), (), ()),
    ("uv/uv.lock", environment({**OLD, **BACKPORT}, "3.9.18"), (), ()),
    ("uv/uv.lock", environment({**NEW, **PLOT, **TESTS_NEW}), ("plot",), ("test",)),
    ("uv/uv.lock", environment({**NEW, "toml": "0.10.2", **TESTS_NEW}), (), ("dev",)),
    ("uv/uv.lock", environment({**NEW, "demo": "0.1.0"}, demo="editable"), (), ()),
    ("uv/pylock.toml", environment({**NEW, "toml": "0.10.2", **TESTS_NEW}), (), ()),
    ("uv/pylock.toml", environment({**OLD, **BACKPORT, "toml": "0.10.2", **TESTS_OLD}, "3.9.18"), (), ()),
    ("uv/export.txt", environment({**NEW, "toml": "0.10.2", **TESTS_NEW}), (), ()),
    ("uv/compile.txt", environment(NEW), (), ()),
    ("uv/compile-line.txt", environment(NEW), (), ()),
    ("uv/pyproject.toml", environment(NEW), (), ()),
    ("uv/pyproject.toml", environment({**NEW, **TESTS_NEW, "toml": "0.10.2"}), (), ("dev",)),
    (
        "uv/pip-list.txt",
        environment(
            {
                "click": "8.1.8",
                "demo-edit": "1.2",
                "iniconfig": "2.3.1",
                "packaging": "26.4",
                "pip": "23.2.1",
                "setuptools": "65.5.0",
                "six": "1.16.0",
            },
            demo_edit="editable",
        ),
        (),
        (),
    ),
    ("poetry/poetry.lock", environment(OLD), (), ()),
    ("poetry/poetry.lock", environment({**OLD, **TESTS_OLD, **PLOT}), ("plot",), ("test",)),
    ("poetry/pylock.toml", environment(OLD), (), ()),
    ("poetry/export.txt", environment(OLD), (), ()),
    ("poetry-1/poetry.lock", environment(OLD), (), ()),
    ("poetry-1/export.txt", environment(OLD), (), ()),
    ("pdm/pdm.lock", environment(OLD), (), ()),
    ("pdm/pdm.lock", environment({**OLD, **TESTS_OLD, **PLOT}), (), ("test", "plot")),
    ("pipenv/Pipfile.lock", environment(NEW), (), ()),
    ("pipenv/Pipfile.lock", environment({**NEW, **TESTS_NEW}), (), ("dev",)),
    ("pipenv/requirements.txt", environment(NEW), (), ()),
    ("pip-tools/compile.txt", environment(NEW), (), ()),
    ("pip-tools/compile-line.txt", environment(NEW), (), ()),
    ("pip/pylock.toml", environment(NEW), (), ()),
    ("pip/pylock.toml", environment(NEW, six=WHEEL), (), ()),
    (
        "pip/freeze.txt",
        environment({**OLD, **TESTS_NEW, "demo-edit": "1.2", "packaging": "26.4"}, demo_edit="editable", six=WHEEL),
        (),
        (),
    ),
    (
        "pip/list.txt",
        environment(
            {**OLD, **TESTS_NEW, "demo-edit": "1.2", "packaging": "26.4", "pip": "23.2.1", "setuptools": "65.5.0"},
            demo_edit="editable",
        ),
        (),
        (),
    ),
    (
        "pip/list.json",
        environment(
            {**OLD, **TESTS_NEW, "demo-edit": "1.2", "packaging": "26.4", "pip": "23.2.1", "setuptools": "65.5.0"},
            demo_edit="editable",
        ),
        (),
        (),
    ),
    (
        "pip/list-freeze.txt",
        environment({**OLD, **TESTS_NEW, "demo-edit": "1.2", "packaging": "26.4", "pip": "23.2.1", "setuptools": "65.5.0"}),
        (),
        (),
    ),
    (
        "pip/inspect.json",
        environment(
            {**OLD, **TESTS_NEW, "demo-edit": "1.2", "packaging": "26.4", "pip": "23.2.1", "setuptools": "65.5.0"},
            demo_edit="editable",
            six=WHEEL,
        ),
        (),
        (),
    ),
    ("pip/report.json", environment(OLD), (), ()),
    (
        "conda/environment.yml",
        environment(OLD, conda={**CONDA, "openssl": "3.2.1 hd590300_0", "pip": "24.0 pyhd8ed1ab_0"}),
        (),
        (),
    ),
    ("conda/export.txt", environment(OLD, conda=CONDA), (), ()),
    ("conda/explicit.txt", environment({}, conda=CONDA), (), ()),
    ("conda/list.txt", environment(OLD, conda=CONDA), (), ()),
    ("conda/list.json", environment(OLD, conda=CONDA), (), ()),
]


@pytest.mark.parametrize(("file", "observed", "extras", "groups"), [row for row in RIGHT if readable(row[0])])
def test_what_a_tool_wrote_of_an_environment_is_that_environment(
    file: str, observed: Fingerprint, extras: tuple[str, ...], groups: tuple[str, ...]
) -> None:
    """No difference, not even a warning, and nothing that could not be told."""
    report = check(file, observed, extras, groups)
    assert (report.verdict.value, [item.path for item in report.differences], list(report.unknown)) == ("reproduces", [], [])


WRONG = [
    ("uv/uv.lock", environment(OLD), "packages.click.version"),  # the click of Python 3.9, under 3.11
    ("uv/uv.lock", environment(OLD, "3.9.18"), "packages.typing-extensions"),
    ("uv/uv.lock", environment({**NEW, "six": "1.15.0"}), "packages.six.version"),
    ("uv/uv.lock", environment({**NEW, "six": "1.16.0+fork"}), "packages.six.version"),
    ("uv/uv.lock", environment(NEW, six=OTHER_WHEEL), "packages.six.origin"),
    ("uv/uv.lock", environment(NEW, "3.8.10"), "python.version"),
    ("uv/pylock.toml", environment({**NEW, "toml": "0.10.1", **TESTS_NEW}), "packages.toml.version"),
    ("uv/export.txt", environment({**NEW, **TESTS_NEW}), "packages.toml"),
    ("uv/pyproject.toml", environment({"six": "1.16.0"}), "packages.click"),
    ("uv/pip-list.txt", environment({"six": "1.16.0"}), "packages.click"),
    ("poetry/poetry.lock", environment(NEW), "packages.click.version"),
    ("poetry/poetry.lock", environment(OLD, six=OTHER_WHEEL), "packages.six.origin"),
    ("poetry/pylock.toml", environment({"six": "1.16.0"}), "packages.click"),
    ("poetry-1/poetry.lock", environment(NEW), "packages.click.version"),
    ("pdm/pdm.lock", environment({"six": "1.16.0"}), "packages.click"),
    ("pipenv/Pipfile.lock", environment(NEW, "3.10.1"), "python.version"),
    ("pipenv/Pipfile.lock", environment(OLD), "packages.click.version"),
    ("pip-tools/compile.txt", environment(OLD), "packages.click.version"),
    ("pip/pylock.toml", environment(NEW, six=OTHER_WHEEL), "packages.six.origin"),
    ("pip/freeze.txt", environment({**OLD, "demo-edit": "1.1"}, demo_edit="editable", six=WHEEL), "packages.demo-edit.version"),
    ("pip/freeze.txt", environment({**OLD, "demo-edit": "1.2"}, six=WHEEL), "packages.demo-edit.origin"),
    ("pip/inspect.json", environment({**OLD}, six=OTHER_WHEEL), "packages.six.origin"),
    ("pip/report.json", environment({}), "packages.six"),
    ("conda/environment.yml", environment(OLD, conda={**CONDA, "numpy": "1.22.3 py39h18676bf_3"}), "ospackages.conda:numpy"),
    ("conda/export.txt", environment({"six": "1.15"}, conda=CONDA), "packages.six.version"),
    ("conda/explicit.txt", environment({}, conda={**CONDA, "python": "3.9.18 h0755675_0_cpython"}), "ospackages.conda:python"),
    ("conda/list.txt", environment(OLD, conda={}), "ospackages.conda:numpy"),
    ("conda/list.json", environment(NEW, conda=CONDA), "packages.click.version"),
]


@pytest.mark.parametrize(("file", "observed", "path"), [row for row in WRONG if readable(row[0])])
def test_what_a_tool_wrote_of_an_environment_is_no_other(file: str, observed: Fingerprint, path: str) -> None:
    """Another version, build, digest or Python, or a package that is missing, is a difference."""
    report = check(file, observed)
    assert path in [item.path for item in report.differences]
    assert report.verdict.value == "differs"


@pytest.mark.parametrize("file", sorted({row[0] for row in RIGHT if readable(row[0])}))
def test_no_folder_of_the_machine_is_kept(file: str) -> None:
    """A baseline lies in a repository: whose folders a file names is nobody's expectation."""
    assert "ana" not in str(declare(SAMPLES / file)).replace("analysis", "")


def test_a_pylock_is_read_or_the_library_for_it_is_named() -> None:
    """An old packaging is a sentence with the command that helps."""
    if readable("pylock.toml"):
        assert len(declare(SAMPLES / "pip" / "pylock.toml").declared) == 4
        return
    with pytest.raises(DocumentError, match=r"pylock\.toml \(PEP 751\)") as caught:
        declare(SAMPLES / "pip" / "pylock.toml")
    assert "pip install --upgrade packaging" in caught.value.hint


PLACE = "https://host/w/six-1.16.0-py2.py3-none-any.whl"


@pytest.mark.parametrize(
    ("line", "origin", "url", "verdict"),
    [
        (PLACE, WHEEL, PLACE, "reproduces"),
        (PLACE, f"archive {PLACE}", PLACE, "reproduces"),
        (PLACE, WHEEL, PLACE.replace("host", "other"), "differs"),
        (PLACE, f"archive {PLACE.replace('host', 'other')}", PLACE.replace("host", "other"), "differs"),
        (PLACE, WHEEL, PLACE.replace("py2.py3-none-any", "cp38-cp38-linux_x86_64"), "differs"),
        (PLACE, WHEEL, None, "reproduces"),  # a fingerprint of an earlier probe
        (PLACE, "index", None, "differs"),
        (f"{PLACE}#{WHEEL[8:].replace(':', '=')}", WHEEL, PLACE.replace("host", "mirror"), "reproduces"),
        (f"{PLACE}#{WHEEL[8:].replace(':', '=')}", OTHER_WHEEL, PLACE, "differs"),
        (f"{PLACE}#md5=00", WHEEL, PLACE, "undetermined"),
    ],
)
def test_where_a_file_comes_from_is_compared_whoever_installed_it(
    tmp_path: Path, line: str, origin: str, url: str | None, verdict: str
) -> None:
    """pip keeps digest and URL, uv the URL: host, path and tags of a URL without a digest are compared in both."""
    (tmp_path / "requirements.txt").write_text(f"six @ {line}\n")
    observed = environment({"six": "1.16.0"}, six=origin)
    if url:
        observed.sections["packages"].known["six.url"] = url
    assert diff(declare(tmp_path / "requirements.txt"), observed).verdict.value == verdict
