"""Where somebody types what a report advises: from what was called for, and from what the target said of itself."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from .. import store
from ..call import Call
from ..config import Config
from ..fact import Absent
from ..fingerprint import Fingerprint
from ..installation import calling, is_in_a_cell
from ..launched import parted
from ..probing.collect import Options
from ..redaction import redact_arguments
from ..targets.address import parse, shown
from ..targets.inspected import run_line
from ..targets.prompt import Installer, Prompt
from ..targets.protocol import Inspection
from ..targets.run_line import RunLine
from ..targets.scheme import SCHEMES


def call_of(target: str | None, baseline: str, options: Options | None, config: Config | None = None) -> Call:
    """Return what was called for, as it is typed again. A target that the configuration names is not."""
    left_out = ["--no-benchmark"] if options is not None and options.benchmark == "off" else []
    left_out += ["--no-integrity"] if options is not None and not options.integrity else []
    return Call(
        target=shown(target) if target and (config is None or target != config.target) else "",
        baseline=baseline,
        options=tuple(left_out),
        is_cell=is_in_a_cell(),
        program=calling(),
    )


def name_for(target: str | None) -> str:
    """Return a name for a first baseline: the image's or container's own, else the project's folder."""
    scheme, _, place = (target or "").partition("://")
    is_engines = scheme in SCHEMES and bool(SCHEMES[scheme].tool)
    return store.fit_name(place.partition("?")[0].rpartition("/")[2] if is_engines else Path.cwd().name)


def prompt_of(reference: str, observed: Fingerprint, call: Call, made: Inspection | None = None) -> Prompt:
    """Return the prompt in front of a target that was just probed."""
    address = parse(reference)
    subject = address.place if not address.row.opens else address.shown
    if not address.row.opens:  # a file: nobody knows where it was made
        return Prompt(subject=subject, call=call)
    said = _table(observed.context.get("python"))
    folders = {name: folder for name, folder in _table(said.get("folders")).items() if isinstance(folder, str)}
    return Prompt(
        scheme=address.scheme,
        place=address.place,
        subject=subject,
        call=call,
        installer=_installer(observed, _table(said.get("installer"))),
        line=None if made is None else _line(made, observed),
        folders=folders,
        exported=tuple(parted(observed)),
    )


def _line(made: Inspection, observed: Fingerprint) -> RunLine:
    """Return what makes the container again. Values of variables are shown that are facts anyway, and no secrets."""
    section = observed.sections.get("environment")
    shown = section.known if section is not None else {}
    return run_line(made.container, made.image, made.tool, _may_be_secret, shown.__contains__)


def _may_be_secret(words: list[str]) -> list[bool]:
    return [shown != word for shown, word in zip(redact_arguments(words), words, strict=True)]


def _installer(observed: Fingerprint, said: Mapping[str, object]) -> Installer:
    """Return what installs packages there; where nobody said anything, a pip that may."""
    pip = observed.get("packages.pip.version")
    return Installer(
        python=_shortened(str(_table(observed.context.get("target")).get("python") or "python3")),
        has_pip=not isinstance(pip, Absent) or "packages" not in observed.sections,
        has_uv=said.get("uv") is True,
        is_managed=said.get("managed") is True,
        is_writable=said.get("writable") is not False,
    )


def _shortened(python: str) -> str:
    """Return an interpreter's name in place of its path, where a shell finds that one by it."""
    path = Path(python)
    for name in ("python3", "python"):
        found = Path(shutil.which(name) or "/")
        if path.is_absolute() and found.parent == path.parent and found.resolve() == path.resolve():
            return name
    return python


def _table(value: object) -> dict[str, object]:
    """Return an object of a context; what a guest says there may be anything."""
    return value if isinstance(value, dict) else {}
