"""environment.yml of conda: its packages, and those that it leaves to pip."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from .conda_list import add_conda
from .requirements_file import read_lines
from .wanted import Chosen, Requirements

MATCH = re.compile(r"(?:(?P<channel>[^\s:\[]+)::)?(?P<name>[A-Za-z0-9_][\w.-]*)\s*(?P<rest>.*)")
BRACKETS = re.compile(r"\[(?P<inside>[^\[\]]*)\]\s*$")
MEMBER = re.compile(r"(version|build)\s*=\s*[\"']?([^\"'\]]*)[\"']?")
LEFT = {
    "channels": "where conda looks for packages",
    "prefix": "a folder of the machine it was made on",
    "variables": "what conda sets where the environment is activated; the probe records what is set",
}
LIMIT_BYTES = 1 << 20
EVENT_LIMIT = 200_000
DEPTH_LIMIT = 8
NEEDS_YAML = "reading YAML takes PyYAML: pip install 'envprobe-ml[yaml]' where envprobe is installed"


def read_environment(path: Path, text: str, chosen: Chosen) -> Requirements:
    """Read dependencies: conda's own as conda's facts, those below `pip` as pip's."""
    result = Requirements()
    value = _parsed(path.name, text, result)
    if value is None:
        return result
    dependencies = value.get("dependencies") if isinstance(value, dict) else None
    if not isinstance(dependencies, list):
        result.faults.append(f"{path.name}: dependencies: expected a list")
        return result
    for number, item in enumerate(dependencies):
        where = f"{path.name}: dependencies[{number}]"
        if isinstance(item, str):
            _take_conda(item, where, result)
        elif isinstance(item, dict) and list(item) == ["pip"] and isinstance(item["pip"], list):
            _take_pip(item["pip"], f"{where}.pip", path, result)
        elif item is not None:
            result.faults.append(f"{where}: expected a package or a list for pip")
    for key in sorted(set(value) & LEFT.keys()):
        result.leave(path.name, f"{key}: {LEFT[key]}")
    return result


def _parsed(name: str, text: str, result: Requirements) -> Any:
    """Return the document; None, with a fault, where it is none. Aliases are refused: bombs are made of them."""
    try:
        import yaml
    except ImportError:
        result.faults.append(f"{name}: a conda environment")
        result.hint = NEEDS_YAML
        return None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    try:
        if len(text) > LIMIT_BYTES:
            raise ValueError(f"more than {LIMIT_BYTES:,} characters")
        for count, event in enumerate(yaml.parse(text, Loader=loader)):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEPTH_LIMIT or count > EVENT_LIMIT or isinstance(event, yaml.AliasEvent):
                raise ValueError("an alias, or more or deeper nested than any environment")
        return yaml.load(text, Loader=loader)  # noqa: S506 - the safe loader, in C where there is one
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        result.faults.append(f"{name}: not read as YAML: {' '.join(str(error).split())[:300]}")
        return None


def _take_conda(text: str, where: str, result: Requirements) -> None:
    """Take `channel::name=version=build`, `name>=1,<2`, `name 1.2.* py39_0` or `name[version='>=1']`."""
    text = text.partition(" #")[0].strip()
    brackets = BRACKETS.search(text)
    found = MATCH.fullmatch(text[: brackets.start()].strip() if brackets else text)
    if found is None:
        result.faults.append(f"{where}: {text[:120]!r} is no package of conda")
        return
    version, build = _conditions(found["rest"].strip())
    for key, value in MEMBER.findall(brackets["inside"]) if brackets else []:
        version, build = (value, build) if key == "version" else (version, value)
    conditions = "".join(version.split()) or "*"
    add_conda(found["name"], f"{conditions} {build}".strip(), where, result)


def _conditions(rest: str) -> tuple[str, str]:
    """Return the conditions on the version, and the build, as conda's MatchSpec takes them apart."""
    if rest.startswith("=") and not rest.startswith("=="):
        version, _, build = rest[1:].partition("=")
        if build:
            return version, build
        return (version if version.startswith("=") or version.endswith("*") else f"={version}"), ""
    words = re.sub(r"\s*([,|])\s*", r"\1", re.sub(r"([<>=!~]=?)\s+", r"\1", rest)).split()
    if len(words) == 2 and words[1][0] not in "<>=!~":
        return words[0].lstrip("="), words[1]
    return ",".join(words), ""


def _take_pip(items: list[object], where: str, path: Path, result: Requirements) -> None:
    """Take lines as they would stand in a requirements file."""
    result.faults += [
        f"{where}[{number}]: expected a requirement" for number, line in enumerate(items) if not isinstance(line, str)
    ]
    numbered = [(f"{where}[{number}]", line) for number, line in enumerate(items) if isinstance(line, str)]
    found = read_lines(path, numbered)
    result.found += found.found
    result.indexes += found.indexes
    result.extra_indexes += found.extra_indexes
    result.not_taken += found.not_taken
    result.faults += found.faults
