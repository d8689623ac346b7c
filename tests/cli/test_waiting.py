"""What somebody at a terminal sees while envprobe works."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pexpect


def _terminal(folder: Path, *arguments: str) -> str:
    """Return all that a command writes to a terminal, escapes included."""
    environment = {**os.environ, "TERM": "xterm", "ENVPROBE_CACHE": str(folder / "cache")}
    command = ["-m", "envprobe", *arguments]
    with pexpect.spawn(
        sys.executable, command, cwd=folder, env=environment, encoding="utf-8", timeout=120, dimensions=(40, 120)
    ) as child:
        child.expect(pexpect.EOF)
        child.wait()
        assert child.exitstatus == 0, child.before
        return str(child.before)


def test_each_of_several_runs_says_which_it_is(tmp_path: Path) -> None:
    """Who waits for five runs sees which one prints, and of which seed."""
    (tmp_path / "train.py").write_text("import os; print('seed is', os.environ['SEED']); open('out.txt', 'w').write('1')")
    shown = _terminal(
        tmp_path,
        *("run", "--no-benchmark", "--no-integrity", "--outputs", "out.txt", "--seed-env", "SEED", "--repeat", "2"),
        *("--", sys.executable, "train.py"),
    )
    first, second = shown.index("run 1 of 2, seed 0\r\n"), shown.index("run 2 of 2, seed 1\r\n")
    assert first < shown.index("seed is 0") < second < shown.index("seed is 1")
    assert "reading the outputs" in shown


def test_a_probe_says_what_it_records(tmp_path: Path) -> None:
    """The line beside the spinner names the target and what is recorded of it."""
    shown = _terminal(tmp_path, "probe", "--no-benchmark", "--output", "here.json")
    assert "local://: recording facts, hashes of installed files" in shown
