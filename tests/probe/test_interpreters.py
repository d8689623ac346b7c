"""The packed bundle under every real interpreter that can be found."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from envprobe.fact import ABSENT
from envprobe.probing import bundle
from envprobe.probing.collect import Options, collect
from tests.probe.installation import install
from tests.probe.sent import answer, interpreters, send

FOUND = interpreters()
SUPPORTED = [python for python, version in FOUND.items() if version >= (3, 6)]
REFUSED = [python for python, version in FOUND.items() if version < (3, 6)]
CLEAN = {"PATH": "/usr/bin:/bin"}


@pytest.mark.parametrize("python", SUPPORTED)
def test_every_collector_works_under_every_interpreter(python: str) -> None:
    """No section is unknown because our own code failed, and nothing is printed beside the answer."""
    done = send(python, env=CLEAN)
    document = answer(done)
    assert document["sections"]["python"]["known"]["version"].startswith(".".join(map(str, FOUND[python])) + ".")
    failed = {name: section["unknown"].get("*", "") for name, section in document["sections"].items()}
    assert not {name: reason for name, reason in failed.items() if re.match(r"\w+(Error|Exception|Exit)\b", reason)}
    assert done.stderr == b""


@pytest.mark.parametrize("python", SUPPORTED)
def test_bytecode_of_every_interpreter_is_judged(python: str) -> None:
    """The standard library of an untouched interpreter holds no bytecode that says something else than its source."""
    stdlib = answer(send(python, "-S", integrity=True, sections=["integrity"], env=CLEAN))["sections"]["stdlib"]
    assert stdlib["unknown"] == {}
    own = stdlib["known"].pop("interpreter")
    assert own["program"].startswith("sha256:")
    assert {name: value for name, value in stdlib["known"].items() if not isinstance(value, str)} == {}
    assert {"json", "random", "os"} <= set(stdlib["known"])


@pytest.mark.parametrize("python", SUPPORTED)
def test_nothing_of_an_untouched_interpreter_is_called_a_hook(python: str) -> None:
    """What its own import is made of differs from version to version."""
    document = answer(send(python, "-S", sections=["python"], env=CLEAN))
    assert "finders" in document["sections"]["python"]["absent"]


@pytest.mark.parametrize("python", REFUSED)
def test_an_interpreter_that_is_too_old_says_so(python: str) -> None:
    """Python 2.7 gets one clear sentence."""
    done = send(python, env=CLEAN)
    assert done.returncode == 1
    assert re.fullmatch(rb"envprobe: the probe needs Python 3\.6 or newer, and this is Python 2\.\S+\n", done.stderr)


@pytest.mark.parametrize("python", SUPPORTED)
def test_a_module_that_pythonpath_puts_in_front_is_named(python: str, tmp_path: Path) -> None:
    """The probe runs with the environment of the programs that it speaks for: PYTHONPATH counts."""
    install(tmp_path / "behind", "envprobe-sample", "1.0", {"envprobe_sample.py": ""})
    (tmp_path / "front").mkdir()
    (tmp_path / "front/envprobe_sample.py").write_text("raise SystemExit('imported')\n")
    environ = {**CLEAN, "PYTHONPATH": f"{tmp_path / 'front'}:{tmp_path / 'behind'}"}
    known = answer(send(python, sections=["packages"], env=environ))["sections"]["packages"]["known"]
    assert known["envprobe-sample.shadowed_by"] == {"envprobe_sample": "{pythonpath:0}/envprobe_sample.py"}


@pytest.mark.parametrize("python", SUPPORTED)
def test_a_module_in_the_working_folder_is_not_run(python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout that somebody else has filled speaks in nobody's place, whichever module of Python or of a framework it names."""
    for name in {*sys.stdlib_module_names, "numpy", "tensorflow", "sitecustomize", "usercustomize"} - {"sys", "builtins"}:
        (tmp_path / f"{name}.py").write_text(f"open('{tmp_path}/was run', 'a').write(__name__ + ' ')\n")
    monkeypatch.chdir(tmp_path)
    is_newest = FOUND[python] == max(FOUND.values())
    found = collect(f"local://{python}", Options(integrity=is_newest, benchmark="quick" if is_newest else "off"))
    assert not (tmp_path / "was run").exists(), (tmp_path / "was run").read_text()
    assert "safe_path" not in found.sections["python"].known["flags"]
    assert found.get("environment.PYTHONSAFEPATH") == ABSENT


@pytest.mark.parametrize("python", SUPPORTED)
def test_nothing_in_the_working_folder_is_run_by_the_archive(python: str, tmp_path: Path) -> None:
    """Who runs it by hand stands in a checkout, too: Python 3.13 imports linecache before it runs what `-c` gives it."""
    (tmp_path / "probe.pyz").write_bytes(bundle.pyz())
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("json", "linecache", "struct"):
        (folder / f"{name}.py").write_text(f"open('{tmp_path}/was run', 'a').write(__name__ + ' ')\n")
    command = [python, str(tmp_path / "probe.pyz"), "--no-integrity", "--no-benchmark"]
    done = subprocess.run(command, capture_output=True, cwd=folder, env=CLEAN, timeout=120)
    assert not (tmp_path / "was run").exists(), (tmp_path / "was run").read_text()
    sections = json.loads(done.stdout)["sections"]
    assert "safe_path" not in sections["python"]["known"].get("flags", {})
    assert "PYTHONSAFEPATH" not in sections["environment"]["known"]


def test_the_same_environment_gives_the_same_sections() -> None:
    """What is compared does not depend on the run, the working folder or the hash seed."""
    answers = [
        answer(send(sys.executable, sections=["python", "packages", "modules"], env={**CLEAN, "PYTHONHASHSEED": seed}, cwd=cwd))
        for seed, cwd in (("1", "/"), ("2", "/usr"))
    ]
    for document in answers:
        document["sections"]["python"]["known"].pop("flags")
    assert answers[0]["sections"] == answers[1]["sections"]


@pytest.mark.parametrize("python", [sys.executable, min(SUPPORTED, key=FOUND.__getitem__)])
@pytest.mark.parametrize("options", [(), ("-O",)], ids=["plain", "optimized"])
def test_code_that_a_host_compiled_changes_no_fact(python: str, options: tuple[str, ...]) -> None:
    """A Python of the host's kind runs it, any other compiles the sources: both say the same."""
    asked = {"sections": ["python", "packages", "modules", "system", "cpu"], "env": CLEAN}
    compiled = answer(send(python, *options, is_here=True, **asked))
    assert compiled["sections"] == answer(send(python, *options, **asked))["sections"]


def test_a_printing_sitecustomize_does_not_reach_the_answer(tmp_path: Path) -> None:
    """Noise before and after the frame is not the probe's."""
    (tmp_path / "sitecustomize.py").write_text("import atexit\nprint('noise')\natexit.register(print, 'more noise')\n")
    done = send(sys.executable, sections=["python"], env={**CLEAN, "PYTHONPATH": str(tmp_path)})
    assert done.stdout.startswith(b"noise")
    assert answer(done)["sections"]["python"]["known"]["sitecustomize"]["place"] == "{pythonpath:0}/sitecustomize.py"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_a_user_without_name_home_or_writable_folder_gets_an_answer() -> None:
    """`docker run --user 12345`: no entry in passwd, HOME is /, nothing can be written."""
    done = send("/usr/bin/python3", env={**CLEAN, "HOME": "/"}, cwd="/", user=12345, group=12345, extra_groups=[])
    assert answer(done)["context"]["user"] == "12345"


def test_nothing_is_written(tmp_path: Path) -> None:
    """Neither bytecode nor anything else appears in the folders that the probe looks at."""
    install(tmp_path, "envprobe-sample", "1.0", {"envprobe_sample.py": ""})
    before = sorted(tmp_path.rglob("*"))
    answer(
        send(
            sys.executable,
            "-S",
            integrity=True,
            sections=["packages", "integrity"],
            cwd=tmp_path,
            env={**CLEAN, "PYTHONPATH": str(tmp_path), "HOME": str(tmp_path)},
        )
    )
    assert sorted(tmp_path.rglob("*")) == before
