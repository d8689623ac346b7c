"""What takes one difference away in a copy of a target: variables, settings, packages and modules put in front. Pure.

Only what can be done to a throw-away copy is here; for the rest there is the reason why nobody can.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

import msgspec

from ..fact import Absent, Fact, Known
from ..fingerprint import Fingerprint
from ..report import Difference
from ..targets.setting import variable_value
from .symptoms import Symptoms

NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.!+_-]{0,60}")
KERAS = ("floatx", "epsilon", "image_data_format", "backend")


class Intervention(msgspec.Struct, frozen=True, kw_only=True):
    """What is done to a copy so that one difference is as the baseline has it."""

    path: str
    """The fact that is the difference."""
    words: str
    """What is done, for a reader: `unset TF_ENABLE_ONEDNN_OPTS`."""
    variables: dict[str, str | None] = {}
    """Variables and their values; null takes one away."""
    settings: dict[str, str | int | bool] = {}
    """Members of an Engine's HostConfig."""
    cpus: int = 0
    """To how many CPUs a process of this machine is bound; 0 for those that it has."""
    wheels: tuple[str, ...] = ()
    """Requirements that are put in front of what is installed."""
    modules: dict[str, str] = {}
    """Files put in front on sys.path, by name."""
    files: dict[str, str] = {}
    """Files of the working folder that are taken from `folder`, with their digests there; empty where it has none."""
    folder: str = ""
    keras_json: dict[str, str] = {}
    """What keras.json is to say, where KERAS_HOME leads."""


class NoIntervention(msgspec.Struct, frozen=True):
    """Why a difference cannot be taken away in a copy."""

    path: str
    why: str


Sides = tuple[Fingerprint, Fingerprint]
"""Expected and observed."""
Made = Intervention | NoIntervention


def said(fingerprint: Fingerprint, path: str) -> str:
    """Return what a fingerprint says of a fact, as text; empty where it says nothing."""
    fact = fingerprint.get(path)
    return str(fact.value) if isinstance(fact, Known) else ""


def intervention_for(difference: Difference, expected: Fingerprint, symptoms: Symptoms) -> Made:
    """Return what takes a difference away in a copy, or why nothing does."""
    observed = symptoms.observed
    if observed is None:
        return NoIntervention(difference.path, "nobody knows the whole of what was observed")
    for prefix, make in MAKERS.items():
        if difference.path.startswith(prefix):
            return make(difference, (expected, observed), symptoms)
    return NoIntervention(difference.path, "there is no way to change it in a copy")


def _variable(difference: Difference, sides: Sides, symptoms: Symptoms) -> Made:
    name = difference.path.removeprefix("environment.")
    value = variable_value(name, difference.expected)
    if value is None:
        return NoIntervention(
            difference.path, "the baseline's value cannot be set here: a folder of another machine, or a secret"
        )
    words = f"{name}={value}" if value else f"unset {name}"
    return Intervention(path=difference.path, words=words, variables={name: value or None})


def _package(difference: Difference, sides: Sides, symptoms: Symptoms) -> Made:
    name = difference.path.split(".")[1]
    victims = symptoms.overwrites.get(name, [])
    names = victims if isinstance(difference.expected, Absent) and victims else [name]
    wheels = [f"{one}=={version}" for one in names if (version := _version(one, sides)) is not None and NAME.fullmatch(one)]
    if len(wheels) < len(names):
        return NoIntervention(difference.path, "the baseline has no such package, and what is installed cannot be hidden")
    return Intervention(path=difference.path, words=f"{', '.join(wheels)} in front", wheels=tuple(wheels))


def _version(name: str, sides: Sides) -> str | None:
    """Return the version in which a package is expected."""
    fact = sides[0].get(f"packages.{name}.version")
    return fact.value if isinstance(fact, Known) and isinstance(fact.value, str) and VERSION.fullmatch(fact.value) else None


def _keras(difference: Difference, sides: Sides, symptoms: Symptoms) -> Made:
    key = difference.path.removeprefix("numerics.keras.")
    value = _text(difference.expected)
    if key not in KERAS or value is None:
        return NoIntervention(difference.path, "keras.json has no such setting")
    others = {name: text for name in KERAS if (text := _text(sides[1].get(f"numerics.keras.{name}"))) is not None}
    return Intervention(path=difference.path, words=f"{key} {value} in keras.json", keras_json={**others, key: value})


def _text(fact: Fact) -> str | None:
    return str(fact.value) if isinstance(fact, Known) and isinstance(fact.value, str | int) else None


def _customize(difference: Difference, sides: Sides, symptoms: Symptoms) -> Made:
    if not isinstance(difference.expected, Absent):
        return NoIntervention(difference.path, "the baseline's file is not here to be put in its place")
    name = difference.path.removeprefix("python.")
    return Intervention(path=difference.path, words=f"an empty {name} in front", modules={f"{name}.py": ""})


def _affinity(difference: Difference, sides: Sides, symptoms: Symptoms) -> Made:
    wanted = difference.expected.value if isinstance(difference.expected, Known) else 0
    if not isinstance(wanted, int) or wanted < 1:
        return NoIntervention(difference.path, "nobody knows how many CPUs the baseline had")
    return Intervention(path=difference.path, words=f"bound to {wanted} CPUs", cpus=wanted)


def _setting(member: str, default: str | int | bool) -> Callable[[Difference, Sides, Symptoms], Made]:
    def make(difference: Difference, sides: Sides, symptoms: Symptoms) -> Made:
        value = difference.expected.value if isinstance(difference.expected, Known) else default
        if not isinstance(value, type(default)):
            value = default
        settings: dict[str, str | int | bool] = {member: value}
        if member == "Memory":
            settings["MemorySwap"] = 0
        words = f"{difference.path.removeprefix('container.')} as the baseline's"
        return Intervention(path=difference.path, words=words, settings=settings)

    return make


def _impossible(why: str) -> Callable[[Difference, Sides, Symptoms], Made]:
    return lambda difference, sides, symptoms: NoIntervention(difference.path, why)


MAKERS: Mapping[str, Callable[[Difference, Sides, Symptoms], Made]] = {
    "environment.": _variable,
    "integrity.": _package,
    "unlisted.": _package,
    "packages.": _package,
    "numerics.keras.": _keras,
    "python.sitecustomize": _customize,
    "python.usercustomize": _customize,
    "python.pth.": _impossible("a .pth file cannot be shadowed: remove it in a second copy of the environment"),
    "python.": _impossible("another interpreter is another target: probe that one"),
    "stdlib.": _impossible("the standard library cannot be put in front of itself: use the baseline's image"),
    "cpu.affinity": _affinity,
    "container.limits.cpuset": _setting("CpusetCpus", ""),
    "container.limits.pids": _setting("PidsLimit", 0),
    "container.limits.memory_bytes": _setting("Memory", 0),
    "container.read_only": _setting("ReadonlyRootfs", False),
    "container.privileged": _setting("Privileged", False),
    "cpu.": _impossible("another processor takes a second machine: `align` looks for switches that make up for it"),
    "gpu.": _impossible("another GPU or driver takes a second machine"),
    "system.": _impossible("another operating system is another image: probe that one"),
    "ospackages.": _impossible("packages of the operating system are not replaced in a copy: use the baseline's image"),
    "image.": _impossible("another image is another target: probe that one"),
    "container.": _impossible("a copy keeps the container's other settings"),
    "run.": _impossible("another command or seed is another experiment: run it as the baseline was"),
    "code.": _impossible("a copy keeps the code: check out the commit of the baseline, and try again"),
    "data.": _impossible("a copy keeps the data: put the data of the baseline there, and try again"),
}
"""Beginning of a path to what takes it away; the first that fits is taken."""


def merged(interventions: Iterable[Intervention]) -> Intervention:
    """Return several as one, the later ones winning."""
    taken = list(interventions)
    return Intervention(
        path=" ".join(one.path for one in taken),
        words="; ".join(one.words for one in taken),
        variables={name: value for one in taken for name, value in one.variables.items()},
        settings={name: value for one in taken for name, value in one.settings.items()},
        cpus=max((one.cpus for one in taken), default=0),
        wheels=tuple(dict.fromkeys(wheel for one in taken for wheel in one.wheels)),
        modules={name: text for one in taken for name, text in one.modules.items()},
        files={name: digest for one in taken for name, digest in one.files.items()},
        folder=next((one.folder for one in reversed(taken) if one.folder), ""),
        keras_json={name: value for one in taken for name, value in one.keras_json.items()},
    )
