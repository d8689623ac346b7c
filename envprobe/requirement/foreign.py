"""Files that people pass and that declare nothing which is read: what each is, and what to pass instead."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

FREEZE = "pip freeze > requirements.txt"
COMPILE = "uv pip compile {} -o requirements.txt"
GO_ON = "pass the file that this writes"
OTHER_LANGUAGE = f"the Python packages of an environment are written by: {FREEZE}"
BUILD = "docker build -t {name}:1.0.0 -f {file} {folder}"
BUILD_AND_RECORD = f"build it, and record its image: {BUILD} && envprobe record image://{{name}}:1.0.0 --name {{name}}"
CONDA_ENVIRONMENT = "conda env export > environment.yml"
SHOWN = (
    "pylock.toml",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "requirements.txt",
    "environment.yml",
    "pyproject.toml",
)
"""What to pass of a folder, the most exact first."""


class Stranger(NamedTuple):
    """What a file is, and what helps."""

    what: str
    instead: str

    def helps_with(self, path: Path) -> str:
        """Return what helps with a file, typed as it stands: named after it, and an image after its folder."""
        name = re.sub(r"[^a-z0-9]+", "-", path.absolute().parent.name.lower()).strip("-") or "environment"
        words = {"{file}": shlex.quote(str(path)), "{folder}": shlex.quote(str(path.parent)), "{name}": name}
        return re.sub(r"\{\w+\}", lambda place: words.get(place[0], place[0]), self.instead)


class _Row(NamedTuple):
    pattern: re.Pattern[str]
    what: str
    instead: str


def _row(pattern: str, what: str, instead: str) -> _Row:
    return _Row(re.compile(pattern, re.IGNORECASE | re.MULTILINE), what, instead)


BY_NAME = (
    _row(r"setup\.py", "a setup.py, which would have to be run", f"{COMPILE.format('setup.py')}; {GO_ON}"),
    _row(r"setup\.cfg", "a setup.cfg", f"{COMPILE.format('setup.cfg')}; {GO_ON}"),
    _row(r"pipfile", "a Pipfile", "pass its Pipfile.lock, or write one with: pipenv lock"),
    _row(r"pixi\.(toml|lock)", "a file of pixi", f"pixi workspace export conda-explicit-spec . ; {GO_ON}"),
    _row(
        r"(.*\.)?conda-lock\.ya?ml",
        "a lock file of conda-lock",
        f"conda-lock render --kind explicit --platform linux-64; {GO_ON}",
    ),
    _row(
        r"envprobe\.toml",
        "envprobe's own settings",
        "they are read by themselves; pass a requirements file, a lock file or a pyproject.toml",
    ),
    _row(r"gemfile(\.lock)?|.*\.gemspec", "a file of Ruby's Bundler", OTHER_LANGUAGE),
    _row(
        r"(package|package-lock|npm-shrinkwrap|composer|deno)\.(json|lock)|yarn\.lock|pnpm-lock\.ya?ml|bun\.lockb?",
        "a file of JavaScript's or PHP's packages",
        OTHER_LANGUAGE,
    ),
    _row(r"cargo\.(toml|lock)", "a file of Rust's Cargo", OTHER_LANGUAGE),
    _row(
        r"go\.(mod|sum)|pom\.xml|build\.gradle(\.kts)?|renv\.lock|description|project\.toml|manifest\.toml",
        "a file of another language's packages",
        OTHER_LANGUAGE,
    ),
    _row(r"flake\.(nix|lock)|shell\.nix|default\.nix", "a file of Nix", OTHER_LANGUAGE),
    _row(
        r"(.*[._-])?(dockerfile|containerfile)([._-].*)?",
        "a Dockerfile",
        BUILD_AND_RECORD,
    ),
    _row(
        r"(docker-)?compose(\..*)?\.ya?ml",
        "a Compose file",
        "start it: docker compose -f {file} up -d; then docker ps shows which containers can be recorded",
    ),
    _row(
        r"makefile|tox\.ini|noxfile\.py|\.pre-commit-config\.ya?ml",
        "a file that says what to run",
        f"pass what it installs from, or: {FREEZE}",
    ),
)
"""By the whole name."""

BY_SUFFIX = (
    _row(r"\.ya?ml", "YAML that does not describe a conda environment: it has no dependencies", f"{CONDA_ENVIRONMENT}; {GO_ON}"),
    _row(r"\.whl", "a wheel: one package, not a list of them", "name it in a requirements file, by its path: {file}"),
    _row(
        r"\.(tar\.gz|tgz|zip|tar\.bz2|tar\.xz|tar)",
        "an archive",
        "name it in a requirements file if it is a package; else unpack it and pass what lies inside",
    ),
    _row(r"\.conda", "a conda package", f"{CONDA_ENVIRONMENT}; {GO_ON}"),
    _row(r"\.ipynb", "a notebook", f"in its first cell: !{FREEZE}"),
    _row(r"\.py", "a Python program without inline metadata (PEP 723)", f"{FREEZE} where it runs"),
    _row(r"\.(sh|bash|zsh|bat|ps1)", "a script of a shell", f"{FREEZE} where it ran"),
    _row(r"\.(csv|tsv|xlsx?|md|rst|html?|pdf|png|jpe?g)", "a document", FREEZE),
)
"""By the end of the name, where the content says nothing else."""

BY_CONTENT = (
    _row(r"\A\s*\{[\s\S]*\"schema\":\s*\"envprobe\.baseline/", "a baseline already", "use it: envprobe check --baseline {file}"),
    _row(
        r"\A\s*\{[\s\S]*\"schema\":\s*\"envprobe\.(fingerprint|answer)/",
        "an envprobe fingerprint",
        "compare with it: envprobe check --baseline {file}",
    ),
    _row(
        r"\A\s*\{[\s\S]*\"schema\":\s*\"envprobe\.run/",
        "a recorded run of envprobe",
        "compare with it: envprobe check --baseline {file}",
    ),
    _row(r"\A\s*\{[\s\S]*\"schema\":\s*\"envprobe\.", "a document of envprobe", "read it: envprobe show {file}"),
    _row(r"\A\s*\{[\s\S]*\"nbformat\":", "a notebook", f"in its first cell: !{FREEZE}"),
    _row(r"\A\s*\{[\s\S]*(\"bomFormat\":|\"spdxVersion\":)", "a software bill of materials", f"{FREEZE} where the software runs"),
    _row(r"\A\s*\{[\s\S]*\"(dev)?dependencies\":\s*\{", "a package.json of JavaScript", OTHER_LANGUAGE),
    _row(r"\A\s*<(!doctype|html|\?xml|svg)\b", "a web page or XML", "download the file itself: on a forge, its raw view"),
    _row(r"\Aversion https://git-lfs", "a pointer of Git LFS, not the file", "git lfs pull, and try again"),
    _row(r"^<<<<<<< .*$[\s\S]*^=======$", "a file with a merge conflict", "resolve it (git status), and try again"),
    _row(
        r"^(version:\s*6|environments:)\s*$[\s\S]*\bconda:",
        "a lock file of pixi",
        f"pixi workspace export conda-explicit-spec . ; {GO_ON}",
    ),
    _row(
        r"^metadata:\s*$[\s\S]*^\s+content_hash:",
        "a lock file of conda-lock",
        f"conda-lock render --kind explicit --platform linux-64; {GO_ON}",
    ),
    _row(
        r"\A\s*FROM\s+\S+(\s+AS\s+\S+)?\s*$[\s\S]*^\s*(RUN|COPY|CMD|ENV)\s",
        "a Dockerfile",
        BUILD_AND_RECORD,
    ),
    _row(r"\A#!.*\b(ba|z|da)?sh\b", "a script of a shell", f"{FREEZE} where it ran"),
    _row(r"^(from \S+ import \S|import \S+$|def \w+\(|class \w+[(:])", "a Python program", f"{FREEZE} where it runs"),
    _row(
        r"\A(%YAML|---\s*$)|\A(#.*\n|\s*\n)*[\w-]+:\s*\n\s*- ",
        "YAML that does not describe a conda environment: it has no dependencies",
        f"{CONDA_ENVIRONMENT}; {GO_ON}",
    ),
    _row(
        r"\A\s*[\[{]\s*(\"|\{|\]|\})", "JSON that is no listing of packages", f"pip list --format=json > packages.json; {GO_ON}"
    ),
    _row(
        r"\A(#.*\n|\s*\n)*\[\[?[\w.\"-]+\]\]?\s*(#.*)?\n",
        "settings, TOML or INI",
        f"pass a pyproject.toml with [project], a lock file, or: {FREEZE}",
    ),
    _row(
        r"^\S+ +\(?[\d.]+\)? {2,}\S+ \S+ \S+",
        "a table with descriptions, as poetry show prints it",
        "pass poetry.lock, or write: pip list --format=freeze > requirements.txt",
    ),
    _row(r"^[├└│]", "a tree of packages", FREEZE),
)
"""By the head of the text, after the formats that are read."""

MAGIC = (
    (b"PK\x03\x04", "an archive (zip)"),
    (b"\x1f\x8b", "an archive (gzip)"),
    (b"BZh", "an archive (bzip2)"),
    (b"\xfd7zXZ", "an archive (xz)"),
    (b"\x7fELF", "a program"),
    (b"%PDF-", "a PDF"),
    (b"SQLite format 3", "a database"),
    (b"\x89PNG", "a picture"),
)
NULS = 16
"""One that strayed into a line is reported with its line."""
BOM = (b"\xff\xfe", b"\xfe\xff")


def recognise_name(name: str) -> Stranger | None:
    """Return what a file of this name is, where nothing else is called that."""
    return next((Stranger(row.what, row.instead) for row in BY_NAME if row.pattern.fullmatch(name)), None)


def recognise_text(name: str, head: str) -> Stranger | None:
    """Return what a text is that no format fits."""
    by_content = (row for row in BY_CONTENT if row.pattern.search(head))
    by_name = (row for row in BY_SUFFIX if re.search(rf"{row.pattern.pattern}\Z", name, re.IGNORECASE))
    return next((Stranger(row.what, row.instead) for rows in (by_content, by_name) for row in rows), None)


def recognise_bytes(name: str, head: bytes) -> Stranger | None:
    """Return what bytes are that are no text."""
    kind = next((what for mark, what in MAGIC if head.startswith(mark)), "")
    if not kind and head.count(b"\0") > NULS and not head.startswith(BOM):
        kind = "no text"
    if not kind:
        return None
    row = next((row for row in BY_SUFFIX if re.search(rf"{row.pattern.pattern}\Z", name, re.IGNORECASE)), None)
    return Stranger(row.what, row.instead) if row else Stranger(kind, FREEZE)


def inside(folder: Path) -> str:
    """Return what to pass of a folder."""
    try:
        there = _names(folder.iterdir())
    except OSError:
        return ""
    name = next((name for name in SHOWN if name in there), "")
    return f"pass a file in it, such as {name}" if name else ""


def _names(paths: Iterable[Path]) -> set[str]:
    return {path.name for path in paths}
