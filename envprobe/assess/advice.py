"""The words of the advice table, filled for one difference."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from fnmatch import fnmatchcase, translate

from ..fact import Fact
from ..fixes import Fix
from ..probing import bundle
from ..report import Kind
from ..spelling import line, safe, spell
from . import fix
from .advice_table import ROWS
from .change import Change
from .fix import Case

PLACE = re.compile(r"\{(\w+)\}")
BUILDERS: dict[str, Callable[[Case], Fix]] = {
    "install": fix.install,
    "reinstall": fix.reinstall,
    "uninstall": fix.uninstall,
    "fresh": fix.fresh,
    "set_variable": fix.set_variable,
    "set_onednn": fix.variables("TF_ENABLE_ONEDNN_OPTS", "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA"),
    "set_tf32": fix.variables("NVIDIA_TF32_OVERRIDE"),
    "set_locale": fix.variables("LC_ALL", "LC_CTYPE", "LANG"),
    "set_encoding": fix.variables("PYTHONUTF8", "PYTHONIOENCODING", "LC_ALL", "LANG"),
    "set_timezone": fix.variables("TZ"),
    "no_user_site": fix.no_user_site,
    "container": fix.container,
    "limit": fix.limit,
    "image": fix.image,
    "pinned": fix.pinned,
    "check_out": fix.check_out,
    "record": fix.record,
    "show": fix.show,
}
TEXTS: dict[str, Callable[[Case], str]] = {
    "name": lambda case: safe(case.name),
    "keras_json": fix.keras_json,
    "pth_file": fix.pth_file,
    "place": fix.place,
    "real": fix.real,
    "other_copy": fix.other_copy,
    "site": lambda case: line(case.prompt.folders.get("{site}", "site-packages")),
    "image_name": fix.image_name,
}


def why_of(change: Change) -> str:
    """Return why a change matters; empty where no row speaks of it."""
    row = _row(change.path, change.kind)
    return "" if row is None else _fill(row[1], _words(change.path, change.expected, change.observed)) or ""


def fix_for(case: Case) -> Fix:
    """Return what helps against a difference: the first of a row's ways, separated by `|`, that can be gone here."""
    row = _row(case.difference.path, case.difference.kind)
    ways = (_way(template, case) for template in row[2].split("|")) if row is not None else ()
    return next((fix for fix in ways if fix), Fix())


def _row(path: str, kind: Kind) -> tuple[str, str, str] | None:
    kinds = ("", kind.value)
    for pattern, only, row in _rows_of(path.partition(".")[0]):
        if only in kinds and pattern.match(path):
            return row
    return None


@functools.cache
def _rows_of(section: str) -> tuple[tuple[re.Pattern[str], str, tuple[str, str, str]], ...]:
    """Return the rows that may speak of a section, ready to be asked: of a million differences most are of one section."""
    split = [(*row[0].partition("@")[::2], row) for row in ROWS]
    speaks = [entry for entry in split if fnmatchcase(section, entry[0].partition(".")[0])]
    return tuple((re.compile(translate(glob)), only, row) for glob, only, row in speaks)


def _way(template: str, case: Case) -> Fix:
    """Fill one template: a builder that stands alone gives the command, among words it gives its text."""
    if template[1:-1] in BUILDERS and template[:1] == "{":
        return BUILDERS[template[1:-1]](case)
    difference = case.difference
    words = {
        **_words(difference.path, difference.expected, difference.observed),
        **{name: text(case) for name, text in TEXTS.items()},
        **{name: build(case).text for name, build in BUILDERS.items() if f"{{{name}}}" in template},
    }
    return Fix(_fill(template, words))


def _words(path: str, expected: Fact, observed: Fact) -> dict[str, str]:
    key = path.partition(".")[2]
    return {
        "key": safe(key),
        "expected": spell(expected),
        "observed": spell(observed),
        "variable": bundle.variables().get(key, "how programs run"),
    }


def _fill(template: str, words: dict[str, str]) -> str:
    """Put the words into their places, once: a value may itself hold braces.

    Empty where a word is; a part in square brackets is only left out.
    """
    found = ""
    for part in re.split(r"(\[[^\]]*\])", template):
        is_optional = part.startswith("[")
        part = part[1:-1] if is_optional else part
        if all(words[place] for place in PLACE.findall(part)):
            found += PLACE.sub(lambda place: words[place[1]], part)
        elif not is_optional:
            return ""
    return found
