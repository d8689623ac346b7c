"""`%envprobe` in a real kernel: what a cell shows, and what its notebook keeps."""

from __future__ import annotations

import inspect
import json
import platform
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from envprobe.command.report import verify
from envprobe.fact import Known
from envprobe.verification.verification import Status
from tests.notebook.running import run_cells, save

QUICK = "--no-benchmark --no-integrity"


def install(folder: Path, version: str) -> None:
    """Install a distribution as pip does: new files in place of the old ones."""
    for name, text in {
        "demo/__init__.py": f"__version__ = {version!r}",
        "demo-1.dist-info/METADATA": f"Metadata-Version: 2.1\nName: demo\nVersion: {version}\n",
        "demo-1.dist-info/RECORD": "demo/__init__.py,,\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(text)


def declare(folder: Path, name: str, **declared: str) -> None:
    """Write a baseline that declares versions, by fact path with `__` for the dots."""
    facts = {
        path.replace("__", "."): {"specifier": specifier, "source": "requirements.txt"} for path, specifier in declared.items()
    }
    (folder / "baselines").mkdir(exist_ok=True)
    document = {"schema": "envprobe.baseline/1", "name": name, "kind": "declared", "declared": facts}
    (folder / "baselines" / f"{name}.json").write_text(json.dumps(document))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a notebook lies that all tests of this file read."""
    return tmp_path_factory.mktemp("notebook")


@pytest.fixture(scope="module")
def cells(folder: Path) -> Any:
    """The notebook after a run of all its cells."""
    declare(folder, "holds", python__version=">=3.8")
    declare(folder, "fails", python__version="==2.7.1")
    return run_cells(
        folder,
        "%load_ext envprobe",
        "%envprobe check --baseline holds",
        "%envprobe check --baseline fails --stop",
        "%envprobe check --baseline nowhere",
        "%envprobe chekc",
        f"%envprobe line {QUICK}",
        "%envprobe show holds",
        "import envprobe\nenvprobe.check(baseline='fails')",
        "%envprobe --help",
    )


def outputs(notebook: Any, number: int) -> list[Any]:
    return list(notebook.cells[number].outputs)


def test_a_check_is_one_output_with_text_and_table(cells: Any) -> None:
    """One line checks the kernel; the text of the report is there for terminals, without escapes."""
    (output,) = outputs(cells, 1)
    assert output.data["text/plain"].startswith("REPRODUCES  no differences\na fresh Python of this kernel against holds")
    assert "\x1b" not in output.data["text/plain"]
    assert "reproduces" in output.data["text/html"]
    assert output.metadata["envprobe"]["verdict"] == "reproduces"
    assert output.metadata["envprobe"]["signature"].startswith("envprobe:1|py:3.")


def test_stop_shows_the_report_and_then_ends_the_cell(cells: Any) -> None:
    """What is run unattended does not go on in another environment, and its notebook says why."""
    shown, error = outputs(cells, 2)
    assert shown.data["text/plain"].startswith("DIFFERS")
    assert (error.output_type, error.ename) == ("error", "NotReproduced")


@pytest.mark.parametrize(
    ("number", "message", "hint"), [(3, "no baseline named 'nowhere'", "envprobe record"), (4, "'chekc'", "--help")]
)
def test_trouble_is_a_message_and_a_hint(cells: Any, number: int, message: str, hint: str) -> None:
    """A cell that could not tell ends as an error, without a traceback."""
    (error,) = outputs(cells, number)
    assert error.output_type == "error"
    first, *rest = error.traceback[0].splitlines() + error.traceback[1:]
    assert first.startswith("envprobe: ") and message in first
    assert any(hint in line for line in rest)
    assert "Traceback" not in "".join(error.traceback)


def test_a_saved_notebook_carries_its_record(cells: Any, folder: Path, tmp_path: Path) -> None:
    """`envprobe verify` reads from the notebook alone what the kernel's environment was, and finds an edited line."""
    path = save(cells, tmp_path / "saved.ipynb")
    found = verify(path, baseline=str(folder / "baselines" / "holds.json"))
    assert found.status is Status.INTACT and found.record is not None and found.comparison is not None
    assert found.record.fingerprint.get("python.version") == Known(platform.python_version())
    assert outputs(cells, 5)[0].metadata["envprobe"] == {
        "fingerprint": found.record.fingerprint.id,
        "signature": str(found.record.line),
    }
    path.write_text(path.read_text().replace("envprobe:1|py:3", "envprobe:1|py:2"))
    assert verify(path).status is Status.ALTERED


def test_a_document_is_shown(cells: Any) -> None:
    """A baseline is read in the notebook as `envprobe show` shows it."""
    (output,) = outputs(cells, 6)
    assert output.data["text/plain"].split()[:3] == ["baseline", "holds", "(declared)"]
    assert "python.version" in output.data["text/html"]


def test_a_report_is_a_table_without_the_magic(cells: Any) -> None:
    """A cell that ends in a report of the library shows it as the magic does."""
    (output,) = outputs(cells, 7)
    assert output.output_type == "execute_result"
    assert output.data["text/plain"].startswith("DIFFERS")
    assert "python.version" in output.data["text/html"]


def test_help_is_printed(cells: Any) -> None:
    """The magic tells what there is."""
    (output,) = outputs(cells, 8)
    assert all(name in output.text for name in ("check", "diff", "show", "line"))


def test_what_was_installed_under_a_running_kernel_is_not_what_it_runs(tmp_path: Path) -> None:
    """After `pip install` the kernel still runs the old code: neither version may pass until it is restarted."""
    declare(tmp_path, "old", packages__demo__version="==1.0")
    declare(tmp_path, "new", packages__demo__version="==2.0")
    install(tmp_path / "site", "1.0")
    check = f"%envprobe check {QUICK} --baseline "
    upgrade = f"from pathlib import Path\n{inspect.getsource(install)}\ninstall(Path('site'), '2.0')"
    notebook = run_cells(
        tmp_path,
        "%load_ext envprobe\nimport demo",
        check + "old",
        upgrade,
        check + "old",
        check + "new",
        PYTHONPATH=str(tmp_path / "site"),
    )
    assert outputs(notebook, 1)[0].metadata["envprobe"]["verdict"] == "reproduces"
    for number in (3, 4):
        (output,) = outputs(notebook, number)
        assert output.metadata["envprobe"]["verdict"] == "undetermined"
        assert "this kernel runs demo 1.0, and 2.0 was installed since: restart the kernel" in " ".join(
            output.data["text/plain"].split()
        )


def test_variables_that_a_cell_has_set_are_compared(tmp_path: Path) -> None:
    """The fresh Python has the kernel's variables as they are now."""
    declare(tmp_path, "here", python__version=">=3.8")
    cell = f"%load_ext envprobe\n%env TF_ENABLE_ONEDNN_OPTS=0\n%envprobe signature {QUICK}"
    path = save(run_cells(tmp_path, cell), tmp_path / "saved.ipynb")
    record = verify(path).record
    assert record is not None and record.fingerprint.get("environment.TF_ENABLE_ONEDNN_OPTS") == Known("0")


def test_commands_options_and_baselines_are_completed(tmp_path: Path) -> None:
    """Tab after `%envprobe` offers what can follow."""
    declare(tmp_path, "team-a", python__version=">=3.8")
    manager, client = start_new_kernel(cwd=str(tmp_path))
    try:
        client.execute_interactive("%load_ext envprobe", timeout=60)
        typed = {
            "%envprobe ": "line",
            "%envprobe ch": "check",
            "%envprobe check --stri": "--strict",
            "%envprobe check --baseline te": "team-a",
        }
        for words, completed in typed.items():
            assert completed in client.complete(words, len(words), reply=True, timeout=60)["content"]["matches"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
