"""Lines of a requirements file that are not a plain name and version."""

from __future__ import annotations

from pathlib import Path

import pytest

from envprobe.baseline import Baseline
from envprobe.baseline.declaration import Declaration
from envprobe.error import DocumentError
from envprobe.fact import Known
from envprobe.requirement import declare
from tests.support.sample import fingerprint

WHEEL = "https://user:token@host/w/six-1.16.0-py2.py3-none-any.whl"
DIGEST = "a" * 64


def declared(folder: Path, text: str, name: str = "requirements.txt") -> Baseline:
    (folder / name).write_text(text)
    return declare(folder / name)


def in_project(line: str) -> str:
    return f"[project]\nname = 'x'\nversion = '0'\ndependencies = ['''{line}''']\n"


@pytest.mark.parametrize(
    ("line", "name", "version", "origin"),
    [
        (f"six @ {WHEEL}", "six", "1.16.0", "archive https://host/w/six-1.16.0-py2.py3-none-any.whl"),
        (
            f"six @ {WHEEL}#sha256={DIGEST}",
            "six",
            "1.16.0",
            f"archive https://host/w/six-1.16.0-py2.py3-none-any.whl sha256:{DIGEST}",
        ),
        ("six @ https://h/six-1.16.0.tar.gz#md5=0a", "six", "1.16.0", "archive https://h/six-1.16.0.tar.gz md5:0a"),
        ("six @ https://h/six-1.16.0.zip#sha1=0a", "six", "1.16.0", "archive https://h/six-1.16.0.zip sha1:0a"),
        (
            "torch @ https://h/cu118/torch-2.0.0%2Bcu118-cp310-cp310-linux_x86_64.whl",
            "torch",
            "2.0.0+cu118",
            "archive https://h/cu118/torch-2.0.0%2Bcu118-cp310-cp310-linux_x86_64.whl",
        ),
        (
            "Flask_Cors @ https://h/Flask_Cors-3.0-py3-none-any.whl",
            "flask-cors",
            "3.0",
            "archive https://h/Flask_Cors-3.0-py3-none-any.whl",
        ),
        ("demo @ https://h/archive/refs/tags/v1.0.tar.gz", "demo", "", "archive https://h/archive/refs/tags/v1.0.tar.gz"),
        ("mine @ file:///home/me/mine-1.0+local.1-py3-none-any.whl#sha256=ab", "mine", "1.0+local.1", "archive sha256:ab"),
        ("mine @ file:///home/me/mine-1.0-py3-none-any.whl", "mine", "1.0", "archive"),
        ("scikit-learn @ file:///croot/scikit-learn_1690978916802/work", "scikit-learn", "", ""),
        ("x @ file:///C:/ci/x_1/work", "x", "", ""),
        (
            "x @ file:///home/conda/feedstock_root/build_artifacts/x_1/work/dist/x-2.1-py3-none-any.whl#sha256=ab",
            "x",
            "2.1",
            "archive sha256:ab",
        ),
    ],
)
def test_what_a_place_says_is_declared_in_both_kinds_of_file(
    tmp_path: Path, line: str, name: str, version: str, origin: str
) -> None:
    """Name, version with its local label, host, path and digest; a folder of another machine says no version."""
    for text, file in ((line, "requirements.txt"), (in_project(line), "pyproject.toml")):
        found = declared(tmp_path, text, file).declared
        expected = found[f"packages.{name}.version"]
        assert (expected.version, expected.present) == (version, not version)
        assert (found[f"packages.{name}.origin"].describe() if f"packages.{name}.origin" in found else "") == origin
        assert "token" not in str(found)


def test_a_url_with_a_name_is_compared_like_one_without(tmp_path: Path) -> None:
    """An environment with another version does not reproduce, whichever way the line is written."""
    for line in (f"six @ {WHEEL}", WHEEL):
        version = declared(tmp_path, line).declared["packages.six.version"]
        assert version.accepts(Known("1.15.0"), fingerprint({})) is False
        assert version.accepts(Known("1.16"), fingerprint({})) is True
        assert version.accepts(Known("1.16.0+fork"), fingerprint({})) is False


def test_a_wheel_of_another_package_is_refused(tmp_path: Path) -> None:
    """pip would refuse it too."""
    with pytest.raises(DocumentError, match=r"requirements\.txt:1: numpy: its wheel six-1\.16\.0.* is one of six"):
        declared(tmp_path, f"numpy @ {WHEEL}")


FREEZE = """\
# Editable install with no version control (demo==1.0)
-e /home/me/demo
# Editable Git install with no remote (Other_One==2.0.dev1)
-e /home/me/other
-e git+https://github.com/a/b.git@0123456789abcdef0123456789abcdef01234567#egg=b
certifi @ file:///croot/certifi_1690/work/certifi
numpy==1.26.4
"""


def test_pip_freeze_is_taken_as_far_as_it_says(tmp_path: Path) -> None:
    """Editables have their version from the comment before them; of what conda built only the presence is known, and how to get more."""
    found = declared(tmp_path, FREEZE).declared
    assert found["packages.demo.version"].version == "1.0"
    assert found["packages.other-one.version"].version == "2.0.dev1"
    assert found["packages.demo.origin"].origin == found["packages.b.origin"].origin == "editable"
    assert found["packages.b.version"].present
    assert found["packages.certifi.version"].present
    assert "pip list --format=freeze" in found["packages.certifi.version"].note
    assert "/home/me" not in str(found) and "croot" not in str(found)


@pytest.mark.parametrize(
    "line",
    [
        "- numpy==1.0",
        "-- x",
        "* x",
        "+ x==1",
        "• x",
        "-",
        "--",
        "- ",
        "-numpy",
        "--numpy",
        "--pre numpy==1.0",
        "-i https://h/simple numpy",
        "numpy==1.0 --hash=sha256:aa six",
        "numpy==1.0 -r other.txt",
        "numpy --pre",
        "-e . six",
        "--hash=sha256:aa",
        "--config-settings=a=b",
        "numpy = 1.2",
        "numpy 1.2",
        "numpy: 1.2",
        "numpy=>1",
        "numpy==1.0 six==1.0",
        '"numpy==1.0"',
        "[numpy]",
        "@numpy",
        "pip install numpy",
        "numpy==1.0 --unknown",
        "numpy==1.0 --hash",
        "six @",
        "https://[",
        "==1.0",
        "numpy[",
        "numpy; python_version",
        "WARNING: You are using pip version 19.2",
        "numpy==1.0 --hash=sha256:aa 'open",
        "numpy" + "[" * 2000,
        "numpy; " + "(" * 5000,
    ],
)
def test_no_line_is_dropped(tmp_path: Path, line: str) -> None:
    """A line in which there is neither a requirement nor an option is refused with its place, beside the faults of other lines."""
    with pytest.raises(DocumentError) as caught:
        declared(tmp_path, f"# first\nfine==1\n{line}\n!bad\n")
    places = [fault.split(": ")[0] for fault in caught.value.message.splitlines()]
    assert places == ["requirements.txt:3", "requirements.txt:4"]


@pytest.mark.parametrize(
    "options",
    [
        '--config-settings="setup-args=-Dblas=openblas"',
        "--config-settings setup-args=-Dblas=openblas --config-settings a=b",
        "--config-setting a=b",
        "-C a=b",
        "--global-option=--no-user-cfg",
        "--hash=sha512:ab --config-settings a=b",
    ],
)
def test_options_of_a_requirement_choose_no_version(tmp_path: Path, options: str) -> None:
    """What is handed to a build says nothing of the version."""
    found = declared(tmp_path, f"numpy==1.26.4 {options}\n").declared
    assert found["packages.numpy.version"] == Declaration(specifier="==1.26.4", source="requirements.txt:1")


def test_options_that_choose_files_are_named(tmp_path: Path) -> None:
    """pip's newer ones too; they declare nothing, and the baseline says so."""
    lines = [
        "--pre",
        "--only-final numpy",
        "--all-releases :all:",
        "--no-binary :all:",
        "--use-feature x",
        "-f https://h/",
        "--prefer-binary",
    ]
    baseline = declared(tmp_path, "\n".join(["a==1", *lines]))
    assert len(baseline.provenance.not_declared) == len(lines)
    assert baseline.provenance.not_declared[0] == "requirements.txt:2: --pre chooses files for pip"


ANNOTATED = """\
#
# This file is autogenerated by pip-compile with Python 3.11
#
numpy==1.26.4 \\
    --hash=sha256:aa
    # via
    #   -r requirements.in
    #   pandas
    #   scipy
    #   contourpy
six==1.16.0  # via python-dateutil, other
plain==1
"""


def test_who_wants_a_package_is_kept(tmp_path: Path) -> None:
    """Comments of pip-compile and uv pip compile become notes of the requirement that they stand beside."""
    found = declared(tmp_path, ANNOTATED).declared
    assert found["packages.numpy.version"].note == "via -r requirements.in, pandas, scipy and 1 more"
    assert found["packages.six.version"].note == "via python-dateutil, other"
    assert found["packages.plain.version"].note == ""


def test_a_token_in_a_url_is_kept_nowhere(tmp_path: Path) -> None:
    """Neither where a package comes from nor a refused line carries it."""
    token = "ghp_" + "0a1B" * 9
    found = declared(tmp_path, f"six @ https://host/{token}/six-1.16.0-py2.py3-none-any.whl\n--pre\n")
    assert found.declared["packages.six.version"].version == "1.16.0"
    assert token not in str(found)
    with pytest.raises(DocumentError) as caught:
        declared(tmp_path, f"--token={token}\nsix=={token}=\n")
    assert token not in caught.value.message
