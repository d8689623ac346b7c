"""What a project asks for: the nearest envprobe.toml, or pyproject.toml with [tool.envprobe]."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from . import document, policy
from .baseline import waiver
from .baseline.waiver import Waiver
from .error import DocumentError, UsageError
from .output import read_tolerance
from .output.tolerance import Tolerance
from .policy import Policy
from .suggestion import suggest
from .toml import LIMIT_BYTES, read_toml

if TYPE_CHECKING:
    from .audit.settings import AuditSettings
    from .claim import Claim
    from .revision import Revision
    from .standard.settings import EnvironmentSettings

FILES = ("envprobe.toml", "pyproject.toml")
"""Where a folder may say what it asks for, the first one first."""
TABLES = {"pyproject.toml": ("tool", "envprobe")}
"""Where in a file that others use too."""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """What a project asks for. Paths are absolute: relative ones in the file are relative to its folder."""

    target: str = "local://"
    """Where to look when the command line does not say."""
    baseline: str = ""
    """A baseline's name or file; empty where none is chosen."""
    baselines_folder: Path = Path("baselines")
    """Where baselines are recorded, and their names looked up."""
    policy: Policy = Policy()
    """The project's own rules, to be laid over the baseline's and the default ones."""
    waivers: list[Waiver] = []
    """Differences that somebody has decided to live with, until when."""
    code: Path | None = None
    """The repository whose state is recorded; None where none is."""
    data: list[Path] = []
    """Input files and folders that are digested."""
    outputs: Tolerance = Tolerance()
    """What counts as the same in the outputs of two experiments; exact without a rule."""
    claims: list[Claim] = []
    """What is claimed of a run beside another one."""
    hash_key_file: Path | None = None
    """A file with the key of keyed hashes: \"did it change\" for values that are not recorded."""
    profile: Path | None = None
    """An env file, as `align` writes it, whose variables every target is to be started with; None where none is named."""
    allowed_signers: Path | None = None
    """OpenSSH's file of the keys whose signatures of records count; None where none is named."""
    doctor: AuditSettings | None = None
    """Which rules of `envprobe doctor` matter how much, and which findings are waived; None where nothing is set."""
    environment: EnvironmentSettings | None = None
    """What `envprobe up` starts; None where nothing is set."""
    source: Path | None = None
    """The file that was read; None where there is none."""
    revision: Revision | None = None
    """The git revision that it was read from, and that baselines are read from; None for the working folder."""


TRACKED_BY_DVC = "dvc:"
TYPES: dict[str, tuple[type, str]] = {
    "target": (str, 'a text such as "docker://NAME"'),
    "baseline": (str, "a name or a path to a .json file"),
    "baselines_folder": (str, "a path"),
    "policy": (dict, "a table of rules"),
    "waivers": (list, "an array of tables: [[tool.envprobe.waivers]]"),
    "code": (str, "a path"),
    "data": (list, "an array of paths"),
    "outputs": (dict, 'a table of rules, such as "*.loss" = {relative = 1e-6}'),
    "claims": (dict, 'a table of claims, such as "metrics.json:accuracy" = ">= +0.05"'),
    "hash_key_file": (str, "a path"),
    "profile": (str, "a path"),
    "allowed_signers": (str, "a path"),
    "doctor": (dict, 'tables of rules and waivers, such as rules = {cache = "ignore"}'),
    "environment": (dict, 'a table, such as image = "tensorflow/tensorflow:2.9.0-jupyter"'),
}


def _read_outputs(value: object, where: str) -> Tolerance:
    return read_tolerance(value, where)


def _read_claims(value: object, where: str) -> list[Claim]:
    from .claim import read_claims

    return read_claims(value, where)


def _read_doctor(value: Any, where: str) -> Any:
    from .audit.settings import read_settings  # one command alone asks for it

    return read_settings(value, where)


def _read_environment(value: Any, where: str) -> Any:
    from .standard.settings import read_environment  # few commands ask for it

    return read_environment(value, where)


READERS: dict[str, Callable[[Any, str], Any]] = {
    "policy": policy.read_policy,
    "waivers": waiver.read_waivers,
    "outputs": _read_outputs,
    "claims": _read_claims,
    "doctor": _read_doctor,
    "environment": _read_environment,
}


def load_config(start: Path, policy_from: str = "") -> Config:
    """Read the nearest configuration at or above a folder, up to the repository's root or the home folder.

    With `policy_from` it is read as it is in that git revision, whatever lies in the folder. Without a file the defaults hold,
    with `start` as the project's folder. Raises DocumentError with every fault, UsageError where there is no such revision.
    """
    revision = _revision(policy_from, start) if policy_from else None
    for path in candidates(start):
        config = load_file(path, revision)
        if config is not None:
            return config
    return Config(baselines_folder=start.absolute() / "baselines", revision=revision)


def candidates(start: Path) -> Iterator[Path]:
    """Yield where a configuration for a folder may lie, the nearest first."""
    yield from (folder / name for folder in _upwards(start) for name in FILES)


def load_file(path: Path, revision: Revision | None = None) -> Config | None:
    """Read one configuration file; None where there is none, or where a pyproject.toml has no table of ours."""
    table = TABLES.get(path.name, ())
    value = _table(path, table, revision)
    if value is None:
        return None
    return msgspec.structs.replace(read_config(value, path, ".".join(table), revision), revision=revision)


def read_config(value: dict[str, Any], source: Path, prefix: str = "", revision: Revision | None = None) -> Config:
    """Read a parsed table. Raises DocumentError with every fault, each with the path of its key."""
    where = ": ".join(filter(None, (_spelled(source, revision), prefix)))
    found: list[str] = list(_faults(value))
    parts: dict[str, Any] = {}
    for name, reader in READERS.items():
        try:
            parts[name] = reader(value[name], "") if isinstance(value.get(name), TYPES[name][0]) else None
        except DocumentError as error:
            lines = [line.removeprefix(": ") for line in error.message.splitlines()]
            found += [name + ("" if line.startswith("[") else ": ") + line for line in lines]
    document.refuse(where, found)
    folder = source.parent.absolute()
    return Config(
        target=value.get("target", "local://"),
        baseline=_baseline(value.get("baseline", ""), folder),
        baselines_folder=folder / value.get("baselines_folder", "baselines"),
        policy=parts["policy"] or Policy(),
        waivers=parts["waivers"] or [],
        code=folder / value["code"] if "code" in value else None,
        data=[folder / path for path in value.get("data", [])],
        outputs=parts["outputs"] or Tolerance(),
        claims=parts["claims"] or [],
        hash_key_file=folder / value["hash_key_file"] if "hash_key_file" in value else None,
        profile=folder / value["profile"] if "profile" in value else None,
        allowed_signers=folder / value["allowed_signers"] if "allowed_signers" in value else None,
        doctor=parts["doctor"],
        environment=parts["environment"],
        source=source,
    )


def _baseline(text: str, folder: Path) -> str:
    """Return a baseline's name as it is, and its path relative to the file that says so."""
    return str(folder / text) if text.endswith(".json") or "/" in text else text


def _faults(value: dict[str, object]) -> Iterator[str]:
    for name, item in value.items():
        if name not in TYPES:
            yield f"{name[:80]}: no such setting; {suggest(name, TYPES)}"
        elif not isinstance(item, TYPES[name][0]):
            yield f"{name}: expected {TYPES[name][1]}, found {str(item)[:40]!r}"
        elif isinstance(item, str) and not item.strip():
            yield f"{name}: empty; leave the line out instead"
    data = value.get("data")
    if isinstance(data, list):
        yield from (f"data[{index}]: expected a path" for index, path in enumerate(data) if not isinstance(path, str))
        yield from (
            f"data[{index}]: {path[:80]!r}: DVC's digests are for envprobe run --data dvc:PATH; here, name the path alone"
            for index, path in enumerate(data)
            if isinstance(path, str) and path.startswith(TRACKED_BY_DVC)
        )


def _table(path: Path, names: tuple[str, ...], revision: Revision | None) -> dict[str, Any] | None:
    """Return a table of a TOML file, None where there is no such file or table."""
    text = _read(path, revision)
    if text is None:
        return None
    where = _spelled(path, revision)
    value = read_toml(text, where)
    for name in names:
        if name not in value:
            return None
        value = value[name]
        document.refuse(where, [] if isinstance(value, dict) else [f"{name}: expected a table"])
    return value


def _read(path: Path, revision: Revision | None) -> bytes | None:
    if revision is not None:
        return revision.read(path, LIMIT_BYTES) if revision.holds(path) else None
    try:
        with path.open("rb") as stream:
            return stream.read(LIMIT_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


def _revision(name: str, folder: Path) -> Revision:
    from .revision import resolve  # starts git, which few commands need

    return resolve(name, folder)


def _spelled(path: Path, revision: Revision | None) -> str:
    return str(path) if revision is None else revision.place(path)


def _upwards(start: Path) -> Iterator[Path]:
    """Yield a folder and those above it, up to the root of its repository or the home folder."""
    folder = start.absolute()
    for place in (folder, *folder.parents):
        yield place
        if (place / ".git").exists() or place == Path.home():
            return
