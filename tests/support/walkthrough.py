"""Follow a page as its reader would: type every command, save every file, and hold what comes against what the page shows.

In a ```console block a line after `$ ` is typed, lines after `> ` continue it, and the others are what it prints. A block with
`title="NAME"` is saved as NAME. All run in one bash, in the page's order, so that a variable or an activated environment lasts.
prysk and byexample want marks inside of shown output, and neither writes what came back into a page that people read.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

BLOCK = re.compile(r'^```(?P<kind>\w+)(?: title="(?P<name>[^"]+)")?\n(?P<text>.*?)^```$', re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ (?P<typed>.*\n(?:^> ?.*\n)*)(?P<shown>(?:^(?!\$ ).*\n)*)", re.MULTILINE)
REGENERATE = "ENVPROBE_REGENERATE_GOLDEN"
VARIES = (
    (r"envprobe:1\|.*?rec:(?: ?[0-9a-f]){32}", "SIGNATURE"),
    (r"sha256:[0-9a-f]{12,64}", "DIGEST"),
    (r"\b[0-9a-f]{64}\b", "CONTAINER"),
    (r"\btrainer-[0-9a-f]{8}\b", "OLD"),
    (r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", "DATE"),
    (r"\b\d+\.\d+ s\b", "SECONDS"),
    (r"\b[\d,]+ (facts|recorded|unknown|installed|sections)\b", r"COUNT \1"),
    (r"\bversion 3\.\d+\.\d+", "PYTHON"),
    (r"\benvprobe \d\S*", "ENVPROBE"),
    (r"\bsystem os .*? facts COUNT recorded", "MACHINE"),
    (r"\balso changes numerics\.\S+ .*? BENCHMARK ", "also changes SWITCHES BENCHMARK "),
    (r" \(not compared: [^)]*\)", ""),
    (r"\b\d+ of \d+ records differ.*? looks like ", "DIVERGENCE looks like "),
    (r" class .*? (next|compared) ", r" CLASSES \1 "),
)
"""What two honest runs do not share: ids, times, counts that depend on the Python at hand, and what the processor decides."""


class Step(NamedTuple):
    """One command of a page."""

    typed: str
    shown: str
    begin: int
    """Where in the page the shown output begins."""


def read_steps(page: str) -> list[Step]:
    """Return the commands of a page in its order; a file to be saved is a command without output."""
    steps = []
    for block in BLOCK.finditer(page):
        if block["name"]:
            typed = f"cat > '{block['name']}' <<'END-OF-FILE'\n{block['text']}END-OF-FILE\n"
            steps.append(Step(typed, "", block.end("text")))
        elif block["kind"] == "console":
            for match in COMMAND.finditer(page, block.start("text"), block.end("text")):
                typed = re.sub(r"^> ?", "", match["typed"], flags=re.MULTILINE)
                steps.append(Step(typed, match["shown"], match.start("shown")))
    return steps


def follow(page: Path, part: str, folder: Path, environ: Mapping[str, str], spelled: Mapping[str, str]) -> None:
    """Type the commands under one heading of a page. Raises AssertionError where something else is printed than is shown.

    `spelled` is what the page calls a thing that has another name here. Where ENVPROBE_REGENERATE_GOLDEN is set the page is
    rewritten, and the run still fails: what changed is to be read first.
    """
    text = page.read_text("utf-8")
    begin = text.index(f"\n## {part}\n")
    end = f"{text}\n## ".index("\n## ", begin + 1)
    steps = [step for step in read_steps(text) if begin < step.begin < end]
    printed = [
        _respell(came, {here: there for there, here in spelled.items()})
        for came in _type([_respell(step.typed, spelled) for step in steps], folder, environ)
    ]
    wrong = [(step, came) for step, came in zip(steps, printed, strict=True) if _steady(step.shown) != _steady(came)]
    if wrong and os.environ.get(REGENERATE):
        for step, came in reversed(wrong):
            text = text[: step.begin] + came + text[step.begin + len(step.shown) :]
        page.write_text(text, "utf-8")
    told = [f"{page.name}: $ {step.typed}\nshows:\n{step.shown}\nprints:\n{came}" for step, came in wrong]
    assert not told, "\n".join(told) + f"\nIf that is right: {REGENERATE}=1 writes it into the page; read it then"


def _type(commands: list[str], folder: Path, environ: Mapping[str, str]) -> list[str]:
    """Type commands into one bash in a folder and return what each printed, both streams as a terminal shows them."""
    mark = secrets.token_hex(8)
    script = "".join(f"{{\n{command}}} </dev/null 2>&1; status=$?; echo {mark}; (exit $status)\n" for command in commands)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "PYTHONPATH", "SEED")}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc"],
        input=script,
        cwd=folder,
        env={**clean, "PATH": path, "COLUMNS": "80", **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    *printed, rest = done.stdout.split(f"{mark}\n")
    assert len(printed) == len(commands), f"the shell ended at {rest!r}: {done.stderr}"
    return printed


def _steady(text: str) -> str:
    """Return a text without what varies; lines break elsewhere where a number has more digits."""
    text = " ".join(text.split())
    for varies, name in VARIES:
        text = re.sub(varies, name, text)
    return text


def _respell(text: str, spelled: Mapping[str, str]) -> str:
    for there, here in spelled.items():
        text = text.replace(there, here)
    return text
