"""What brings a package back to what is expected, from where the expected one came: a command, or a sentence where none is sure.

Never is a package asked of an index that came from elsewhere: there, anybody may have a package of the same name (dependency
confusion). Names, versions and URLs come out of targets and baselines: what is none is not typed.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from ..fact import Fact, Known
from ..fixes import Fix
from ..pep440 import parse_specifiers, parse_version
from ..spelling import line, spell
from ..targets.prompt import Prompt
from .sides import BothSides

PACKAGE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
"""A name of PEP 508: it cannot be read as an option or as shell syntax."""
REPOSITORY = re.compile(r"(git|hg|svn|bzr)\+(https|ssh)://\S+")
ARCHIVE = re.compile(r"archive (https://\S+)")
URL = re.compile(r"https?://[^\s@?]+")
INDEX = "index"
DEFAULT_INDEXES = ("https://pypi.org/simple", "https://pypi.python.org/simple")
OTHER_TOOLS = {"dpkg": "apt", "debian": "apt", "conda": "conda", "rpm": "dnf"}
"""Which tool has the packages that these installed: pip would leave two copies, or none."""
PYTORCH = ("torch", "torchvision", "torchaudio")
PYTORCH_LABEL = re.compile(r"cu\d{2,3}|cpu|rocm\d+(\.\d+)+|xpu")
PYTORCH_INDEX = "https://download.pytorch.org/whl/"
"""Its builds for CUDA versions lie in an index each: https://pytorch.org/get-started/previous-versions/."""
OBSTACLES = (("container.read_only", True, "is read-only"), ("container.network_mode", "none", "has no network"))
"""What keeps an installer from installing."""
AGAIN = ("--force-reinstall", "--no-deps")


def install(name: str, version: Fact, sides: BothSides, prompt: Prompt) -> Fix:
    """Return what installs a package as it is expected."""
    return _from_where_it_came(name, version, sides, prompt, ())


def reinstall(name: str, sides: BothSides, prompt: Prompt) -> Fix:
    """Return what installs the expected version once more, its files anew."""
    return _from_where_it_came(name, sides.version(name), sides, prompt, AGAIN)


def uninstall(name: str, sides: BothSides, prompt: Prompt) -> Fix:
    """Return what removes a package."""
    there = sides.observed.get(f"packages.{name}.origin")
    tool = OTHER_TOOLS.get(str(there.value)) if isinstance(there, Known) else None
    if tool:
        return Fix(f"it came with {tool}: remove it with {tool}, not with pip; the packages: ", (line(name),))
    if not PACKAGE.fullmatch(name):
        return Fix()
    return _typed(prompt, sides, "uninstall", (), (name,))


def _from_where_it_came(name: str, version: Fact, sides: BothSides, prompt: Prompt, options: Sequence[str]) -> Fix:
    origin = _origin(name, sides)
    if not PACKAGE.fullmatch(name):
        return Fix()
    if tool := OTHER_TOOLS.get(origin):
        return Fix(f"it comes with {tool}: install it with {tool}, not with pip; the packages: ", (f"{name} {spell(version)}",))
    if origin == INDEX:
        return _from_index(name, version, sides, prompt, options)
    url = origin if REPOSITORY.fullmatch(origin) else (match[1] if (match := ARCHIVE.fullmatch(origin)) else "")
    if url and url.isprintable():
        return _typed(prompt, sides, "install", options or AGAIN, (shlex.quote(f"{name} @ {url}"),))
    what = f"{origin} " if origin else ""
    why = "an index may have another project of its name" if origin else "nothing records where it came from"
    return Fix(f"install {name} {spell(version)} as the baseline had it, {what}from its own source: {why}".replace("  ", " "))


def _origin(name: str, sides: BothSides) -> str:
    """Return where the expected package comes from: `index` for one that a document only pins; empty: nobody knows."""
    fact = sides.wanted(f"packages.{name}.origin")
    if isinstance(fact, Known):
        return str(fact.value)
    there = sides.observed.get(f"packages.{name}.origin")
    is_foreign = isinstance(there, Known) and there.value != INDEX and str(there.value) not in OTHER_TOOLS
    return INDEX if sides.recorded is None and not is_foreign else ""


def _from_index(name: str, version: Fact, sides: BothSides, prompt: Prompt, options: Sequence[str]) -> Fix:
    requirement = requirement_of(name, version)
    if not requirement:
        return Fix()
    where = _indexes(name, version, sides)
    if where is None:
        what = f"install {name} {spell(version)} from the index that has this build"
        return Fix(f"{what}: it is not recorded which one that is")
    return _typed(prompt, sides, "install", [*options, *where], (requirement,))


def _indexes(name: str, version: Fact, sides: BothSides) -> list[str] | None:
    """Return the options that name the indexes; None where nobody knows which one has the version."""
    label = _label(version)
    own, extra = _foreign(sides.indexes), _foreign(sides.extra_indexes)
    if len(own) > 1:
        return None
    if label and not own and not extra:
        if name not in PYTORCH or not PYTORCH_LABEL.fullmatch(label):
            return None
        extra = [PYTORCH_INDEX + label]
    options = [("--index-url", url) for url in own] + [("--extra-index-url", url) for url in extra]
    return [word for option, url in options for word in (option, shlex.quote(url))]


def _foreign(urls: Sequence[str]) -> list[str]:
    """Return the indexes that an installer does not ask anyway."""
    return [url for url in urls if URL.fullmatch(url) and url.rstrip("/") not in DEFAULT_INDEXES]


def _label(version: Fact) -> str:
    """Return the local label of a version, `cu113`: the public index takes none (PEP 440)."""
    text = str(version.value) if isinstance(version, Known) else ""
    return text.partition("+")[2]


def _typed(prompt: Prompt, sides: BothSides, action: str, options: Sequence[str], items: Sequence[str]) -> Fix:
    """Return a command of the environment's installer, or words where there is none, or where it can write nothing."""
    beginning = prompt.installer.command(action, options)
    if not beginning:
        return Fix(f"the environment has neither pip nor uv: {action} with the tool that made it: ", tuple(items))
    obstacle = next((words for path, value, words in OBSTACLES if sides.observed.get(path) == Known(value)), "")
    if obstacle and prompt.is_container and action == "install":
        return Fix(f"the container {obstacle}: in what its image is made from, {beginning} ", tuple(items))
    return prompt.there(beginning, items) if prompt.installer.is_writable else prompt.there_as_owner(beginning, items)


def requirement_of(name: str, version: Fact) -> str:
    """Return what is handed to an installer, quoted: a pin of a version, or a specifier as it was declared; empty for neither."""
    text = version.value if isinstance(version, Known) else None
    if not isinstance(text, str) or not text or not PACKAGE.fullmatch(name):
        return ""
    try:
        if text[0] in "<>=!~":
            parse_specifiers(text)
            return shlex.quote(name + text)
        parse_version(text)
        return shlex.quote(f"{name}=={text}")
    except ValueError:
        return ""
