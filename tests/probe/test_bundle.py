"""The guest's sources, packed."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import zipfile
from pathlib import Path

from envprobe.probing import bundle


def test_the_same_sources_give_the_same_bytes() -> None:
    """Two machines send the same probe: neither time nor folder goes into it."""
    assert bundle.pyz() == bundle.pyz()
    assert bundle.line({"nonce": "x"}) == bundle.line({"nonce": "x"})


def test_the_line_is_one_line_of_ascii() -> None:
    """The stub reads one line; a container's locale may know no more than ASCII."""
    line = bundle.line({"nonce": "ü"})
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert line.isascii()
    assert json.loads(line)["request"] == {"nonce": "ü"}


def test_the_probe_imports_nothing_but_the_standard_library() -> None:
    """Nothing is installed in a target, so nothing of ours may be needed there."""
    for name, source in bundle.sources().items():
        for node in ast.walk(ast.parse(source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            foreign = {module.partition(".")[0] for module in names} - sys.stdlib_module_names - {"envprobe_probe"}
            assert foreign <= {"numpy", "tensorflow", "keras"} and (not foreign or name.startswith("benchmark/")), (name, foreign)


def test_a_colleague_can_run_the_archive_by_hand(tmp_path: Path) -> None:
    """One file, no installation: the result is a document that envprobe reads."""
    archive, result = tmp_path / "envprobe-probe.pyz", tmp_path / "result.json"
    archive.write_bytes(bundle.pyz())
    command = [sys.executable, str(archive), "--no-integrity", "--no-benchmark", "--output", str(result)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(result.read_text())
    assert document["schema"] == "envprobe.answer/1"
    assert document["probe"]["digest"] == bundle.digest()
    assert document["sections"]["packages"]["known"]["pytest.version"]


def test_the_archive_holds_only_what_it_runs(tmp_path: Path) -> None:
    """Whoever receives it can look inside: the starter, and the line that a host would send."""
    (tmp_path / "probe.pyz").write_bytes(bundle.pyz())
    with zipfile.ZipFile(tmp_path / "probe.pyz") as archive:
        assert archive.namelist() == ["__main__.py", "line.json"]


def test_the_archive_explains_itself(tmp_path: Path) -> None:
    """`--help` and a wrong option say what can be asked."""
    archive = tmp_path / "probe.pyz"
    archive.write_bytes(bundle.pyz())
    helped = subprocess.run([sys.executable, archive, "--help"], capture_output=True, text=True)
    wrong = subprocess.run([sys.executable, archive, "--wrong"], capture_output=True, text=True)
    assert helped.returncode == 0 and "Send the result back" in helped.stdout
    assert wrong.returncode == 2 and "Send the result back" in wrong.stderr
