"""Requirements files and pyproject.toml as declared baselines."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from envprobe.baseline import Baseline
from envprobe.baseline.declaration import Declaration
from envprobe.error import DocumentError
from envprobe.fact import ABSENT, Known
from envprobe.requirement import declare
from tests.support.sample import fingerprint

HASH = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64


def requirements(folder: Path, text: str | bytes, name: str = "requirements.txt") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def declared(folder: Path, text: str | bytes) -> Baseline:
    return declare(requirements(folder, text))


def faults(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        declared(folder, text)
    return caught.value.message.splitlines()


def test_pins_ranges_and_bare_names(tmp_path: Path) -> None:
    """Every line becomes one declaration under its PEP 503 name, with the line as its source."""
    baseline = declared(tmp_path, "# what we need\nNumPy==1.22.4\nKeras_Preprocessing>=1.1,<2  # a range\n\nsix\nx===1.0-odd\n")
    assert baseline.declared == {
        "packages.numpy.version": Declaration(specifier="==1.22.4", source="requirements.txt:2"),
        "packages.keras-preprocessing.version": Declaration(specifier="<2,>=1.1", source="requirements.txt:3"),
        "packages.six.version": Declaration(present=True, source="requirements.txt:5"),
        "packages.x.version": Declaration(specifier="===1.0-odd", source="requirements.txt:6"),
    }
    assert (baseline.name, baseline.kind, baseline.complete) == ("requirements", "declared", [])


def test_a_marker_is_evaluated_for_the_observed_python(tmp_path: Path) -> None:
    """What is asked of another Python is not asked here, whatever runs envprobe."""
    text = 'a==1; python_version < "3.9"\na==2; python_version >= "3.9"\n'
    version = declared(tmp_path, text).declared["packages.a.version"]
    old, new = fingerprint({"python.version": "3.8.10"}), fingerprint({"python.version": "3.10.4"})
    assert (version.accepts(Known("1"), old), version.accepts(Known("2"), old)) == (True, False)
    assert (version.accepts(Known("1"), new), version.accepts(Known("2"), new)) == (False, True)


def test_a_marker_is_dropped_where_the_target_is_known_already(tmp_path: Path) -> None:
    """With a given environment only what holds there is declared."""
    path = requirements(tmp_path, 'a==1; python_version < "3.9"\nb==2; python_version >= "3.9"\nc; extra == "x"\n')
    baseline = declare(path, environment={"python_version": "3.8"})
    assert baseline.declared == {"packages.a.version": Declaration(specifier="==1", source="requirements.txt:1")}


def test_hashes_are_compared_with_archives_only(tmp_path: Path) -> None:
    """The installer keeps the hash of an archive, none for a package of an index."""
    text = f"a==1 \\\n    --hash={HASH} \\\n    --hash=sha512:cc\nb==1 --hash={OTHER}\n"
    baseline = declared(tmp_path, text)
    assert baseline.declared["packages.a.origin"] == Declaration(hashes=[HASH, "sha512:cc"], source="requirements.txt:1")
    assert baseline.declared["packages.a.origin"].accepts(Known(f"archive {OTHER}")) is False


def test_a_file_where_everything_has_hashes_is_complete(tmp_path: Path) -> None:
    """In pip's hash-checking mode every dependency is listed, so any other package is an added one."""
    assert declared(tmp_path, f"a==1 --hash={HASH}\nb==1 --hash={HASH}\n").complete == ["packages.*"]
    assert declared(tmp_path, f"a==1 --hash={HASH}\nb==1\n").complete == []


def test_a_constraint_says_which_version_and_not_that_it_is_there(tmp_path: Path) -> None:
    """-c bounds what is required and what that brings with it; it requires nothing."""
    requirements(tmp_path, "a<2\nb==1\n", "constraints.txt")
    baseline = declared(tmp_path, "-c constraints.txt\na>=1\n")
    a, b = baseline.declared["packages.a.version"], baseline.declared["packages.b.version"]
    assert (a.accepts(ABSENT), a.accepts(Known("1.5")), a.accepts(Known("2.5"))) == (False, True, False)
    assert (b.accepts(ABSENT), b.accepts(Known("1")), b.accepts(Known("2"))) == (True, True, False)


def test_files_name_files_relative_to_themselves(tmp_path: Path) -> None:
    """-r and -c nest, from each file's own folder; one that is named twice counts once."""
    requirements(tmp_path, "b==1\n-r ../more/c.txt\n", "sub/b.txt")
    requirements(tmp_path, "c==1\n", "more/c.txt")
    baseline = declared(tmp_path, "-r sub/b.txt\n--requirement more/c.txt\na==1\n")
    assert {path: item.source for path, item in baseline.declared.items()} == {
        "packages.a.version": "requirements.txt:3",
        "packages.b.version": "sub/b.txt:1",
        "packages.c.version": "more/c.txt:1",
    }


def test_a_linked_file_is_read_from_where_the_link_lies(tmp_path: Path) -> None:
    """Relative names are relative to the path that was given, as pip takes them."""
    requirements(tmp_path, "-r b.txt\n", "elsewhere/real.txt")
    requirements(tmp_path, "b==1\n", "b.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "elsewhere" / "real.txt")
    assert list(declare(tmp_path / "link.txt").declared) == ["packages.b.version"]


def test_repositories_folders_and_archives_declare_an_origin(tmp_path: Path) -> None:
    """The same version from elsewhere is another package: where it comes from is expected too."""
    requirements(tmp_path, '[project]\nname = "Local_One"\n', "one/pyproject.toml")
    requirements(tmp_path, '[project]\nname = "local-two"\n', "two/pyproject.toml")
    requirements(tmp_path, "wheel", "wheel_x-1.0-py3-none-any.whl")
    digest = "sha256:" + hashlib.sha256(b"wheel").hexdigest()
    text = (
        "git-a @ git+https://token@host/a.git@0123abc\n"
        "git+https://host/b@v1#egg=git-b&subdirectory=sub\n"
        "-e git+https://host/c@v1#egg=git-c\n"
        "./one\n-e ./two\n./wheel_x-1.0-py3-none-any.whl\n"
        f"https://host/sdist-y-2.0.tar.gz#sha256={'a' * 64}\n"
        "zip-z @ https://host/z.zip\n"
    )
    found = declared(tmp_path, text).declared
    origins = {path.split(".")[1]: item.describe() for path, item in found.items() if path.endswith(".origin")}
    assert origins == {
        "git-a": "git+https://host/a.git@0123abc",
        "git-b": "git+https://host/b@v1#subdirectory=sub",
        "git-c": "editable",
        "local-one": "directory",
        "local-two": "editable",
        "wheel-x": f"archive {digest}",
        "sdist-y": f"archive https://host/sdist-y-2.0.tar.gz {HASH}",
        "zip-z": "archive https://host/z.zip",
    }
    assert found["packages.wheel-x.version"].version == "1.0"


def test_no_credentials_are_kept(tmp_path: Path) -> None:
    """User names, passwords and tokens of an index never reach the baseline."""
    text = "--index-url https://ann:secret@host/simple?token=secret\n--extra-index-url https://secret@other/simple\na==1\n"
    baseline = declared(tmp_path, text)
    assert baseline.provenance.indexes == ["https://host/simple", "https://other/simple"]
    assert baseline.provenance.extra_indexes == ["https://other/simple"]


def test_extras_are_named_and_not_resolved(tmp_path: Path) -> None:
    """What an extra brings only an index knows; the reader is told."""
    assert "extras gpu, io" in declared(tmp_path, "a[io,gpu]==1\n").declared["packages.a.version"].note


def test_a_line_that_is_said_twice_counts_once(tmp_path: Path) -> None:
    """Duplicates that agree are one declaration that names both lines."""
    version = declared(tmp_path, "a>=1\nA>=1\na<3\n").declared["packages.a.version"]
    assert version == Declaration(specifier="<3,>=1", source="requirements.txt:1, requirements.txt:2, requirements.txt:3")


@pytest.mark.parametrize(
    "text",
    [
        "a==1\na==2\n",
        "a==1\na>1\n",
        "a>=2\na==1.5\n",
        "a @ git+https://h/x\na @ git+https://h/y\n",
        'a==1; os_name=="posix"\na==2; os_name=="posix"\n',
    ],
)
def test_contradictions_are_refused(text: str, tmp_path: Path) -> None:
    """Two lines that no installation can satisfy are a fault of the file, with both places."""
    assert [
        line
        for line in faults(tmp_path, text)
        if line.startswith("requirements.txt:2: a") and line.endswith("requirements.txt:1")
    ]


def test_a_requirement_that_contradicts_a_constraint_is_refused(tmp_path: Path) -> None:
    """pip could not install it either."""
    requirements(tmp_path, "a==2\n", "c.txt")
    assert faults(tmp_path, "-c c.txt\na==1\n") == ["c.txt:1: a==2 contradicts a==1 at requirements.txt:2"]


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    """Every fault with file and line, and without the secrets that the line holds."""
    requirements(tmp_path, "ok==1\nnot ok !!\n", "more.txt")
    text = (
        "fine==1\n"
        "what is this\n"
        "-r more.txt\n"
        "-r gone.txt\n"
        "-r https://secret@host/x.txt\n"
        "--no-such-option\n"
        "./nowhere\n"
        'b==1 --hash=sha256:aa ; python_version < "3"\n'
        'c; no_such_variable == "1"\n'
        "https://secret@host/whatever\n"
    )
    found = faults(tmp_path, text)
    assert [line.split(": ")[0] for line in found] == [
        "requirements.txt:2",
        "more.txt:2",
        "gone.txt",
        "requirements.txt:5",
        "requirements.txt:6",
        "requirements.txt:7",
        "requirements.txt:8",
        "requirements.txt:9",
        "requirements.txt:10",
    ]
    assert "write it before --hash" in found[6]
    assert "secret" not in "".join(found)


def test_files_that_include_each_other_are_refused(tmp_path: Path) -> None:
    """A circle is named, not followed."""
    requirements(tmp_path, "-r requirements.txt\n", "other.txt")
    assert faults(tmp_path, "a\n-r other.txt\n") == [
        "requirements.txt: includes itself: requirements.txt > other.txt > requirements.txt"
    ]


def test_files_nested_too_deeply_are_refused(tmp_path: Path) -> None:
    """A chain of files has an end."""
    for number in range(40):
        requirements(tmp_path, f"-r {number + 1}.txt\n", f"{number}.txt")
    with pytest.raises(DocumentError, match="more than 16 files deep"):
        declare(tmp_path / "0.txt")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"", "asks for nothing"),
        (b"# only words\n--pre\n", "asks for nothing"),
        (b"a==1\n\xff\xfe\xfa", "cannot be decoded"),
        (b"# -*- coding: klingon -*-\na==1\n", "cannot be decoded"),
        (b"\xff\xfea", "cannot be decoded"),
        (b"a\x00b==1\n", "requirements.txt:1"),
        (b"-r \x00\n", "requirements.txt:1: holds a NUL character"),
        (b"a" * (5 << 20), "longer or deeper"),
        (b"a\n" * (17 << 20), "more than"),
    ],
)
def test_a_broken_file_is_a_sentence(text: bytes, fault: str, tmp_path: Path) -> None:
    """Whatever the bytes are, the error names the file."""
    assert fault in faults(tmp_path, text)[0]


@pytest.mark.parametrize("text", [b"\xef\xbb\xbfa==1\r\n", "a==1\n".encode("utf-16"), b"# coding: latin-1\n# \xe9\na==1\n"])
def test_a_byte_order_mark_or_a_coding_line_is_read_as_pip_reads_it(text: bytes, tmp_path: Path) -> None:
    """Files from Windows work."""
    assert declared(tmp_path, text).declared["packages.a.version"].specifier == "==1"


def test_a_missing_file_and_a_folder_are_sentences(tmp_path: Path) -> None:
    """The error says what lies there."""
    with pytest.raises(DocumentError, match=r"gone\.txt: no such file"):
        declare(tmp_path / "gone.txt")
    with pytest.raises(DocumentError, match="a folder, not a requirements file"):
        declare(tmp_path)
    with pytest.raises(DocumentError, match=r"gone\.toml: no such file"):
        declare(tmp_path / "gone.toml")


PROJECT = """
[project]
name = "Demo"
requires-python = ">=3.8"
dependencies = ["numpy>=1.20", "tomli>=2; python_version < '3.11'", "x @ git+https://token@host/x@0123abc"]
[project.optional-dependencies]
Test_All = ["pytest>=7", "demo[io]"]
io = ["h5py"]
"""


def test_a_project_declares_its_dependencies_and_python(tmp_path: Path) -> None:
    """PEP 621 dependencies, each with its place in the file."""
    found = declare(requirements(tmp_path, PROJECT, "pyproject.toml")).declared
    assert found == {
        "python.version": Declaration(specifier=">=3.8", source="pyproject.toml: project.requires-python"),
        "packages.numpy.version": Declaration(specifier=">=1.20", source="pyproject.toml: project.dependencies[0]"),
        "packages.tomli.version": Declaration(
            specifier=">=2", when='python_version < "3.11"', source="pyproject.toml: project.dependencies[1]"
        ),
        "packages.x.version": Declaration(present=True, source="pyproject.toml: project.dependencies[2]"),
        "packages.x.origin": Declaration(origin="git+https://host/x@0123abc", source="pyproject.toml: project.dependencies[2]"),
    }


def test_an_extra_brings_the_extras_that_it_names(tmp_path: Path) -> None:
    """Names of extras are normalised, and a project may ask for itself."""
    found = declare(requirements(tmp_path, PROJECT, "pyproject.toml"), extras=["test-all"]).declared
    assert {"packages.pytest.version", "packages.h5py.version"} <= found.keys()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no [project] table"),
        ("project = 3", "no [project] table"),
        ("[project]\nname='a'", "asks for nothing"),
        ("[project]\ndynamic=['dependencies']", "dynamic"),
        ("[project]\ndependencies='numpy'", "expected an array"),
        ("[project]\ndependencies=[1]", "expected an array"),
        ("[project]\ndependencies=['not ok !!']", "dependencies[0]: "),
        ("[project]\nrequires-python='three'\ndependencies=['a']", "not a version specifier"),
        ("[project]\nrequires-python=3\ndependencies=['a']", "not a version specifier"),
        ("[project]\noptional-dependencies=['a']", "expected a table"),
        ("not toml", "not TOML"),
    ],
)
def test_a_broken_project_is_a_sentence(text: str, fault: str, tmp_path: Path) -> None:
    """What is wrong, with the place in the file."""
    with pytest.raises(DocumentError) as caught:
        declare(requirements(tmp_path, text, "pyproject.toml"))
    assert caught.value.message.startswith("pyproject.toml")
    assert fault in caught.value.message


def test_an_unknown_extra_is_a_sentence(tmp_path: Path) -> None:
    """The nearest one is named; a requirements file has none."""
    with pytest.raises(DocumentError, match="no extra called 'tests-al'; did you mean Test_All"):
        declare(requirements(tmp_path, PROJECT, "pyproject.toml"), extras=["tests-al"])
    with pytest.raises(DocumentError, match="a requirements file has no extras"):
        declare(requirements(tmp_path, "a==1"), extras=["x"])
