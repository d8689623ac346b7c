"""Which rule holds for which value of an output: globs over paths, metrics, outputs and types; the most specific wins."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from fnmatch import translate
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from .. import document
from . import mask

SHOWN = 80


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When two values count as the same. With no field set it is exact: the same type and the same bits.

    A number is accepted if it meets any of `ulp`, `absolute` and `relative`. As soon as one of these is set, numbers are
    compared by value: 1 and 1.0, float32 and float64, 0.0 and -0.0 are then accepted.
    """

    ulp: int | None = None
    """Representable numbers that may lie in between."""
    absolute: float | None = None
    """Limit of |expected - observed|."""
    relative: float | None = None
    """Limit of |expected - observed| / max(|expected|, |observed|): `math.isclose` (PEP 485), so it is symmetric."""
    nan_equal: bool = True
    """Whether NaN is the same as NaN, whatever its payload. NaN is never close to a number."""
    signed_zero: bool = False
    """Whether 0.0 and -0.0 are told apart even where numbers are compared by value."""
    ignore_order: bool = False
    """Whether the items of a list, the rows or the columns of a table may come in any order."""
    ignore: bool = False
    """Whether the value is left out, as a duration or a date should be."""
    bytes: bool = False
    """Of a whole output: whether its bytes decide, and are not read as anything."""
    mask: tuple[str, ...] | None = None
    """Of a text: what is taken out of each line before it is compared: `time`, `duration`, `address`, `path`, `uuid`, `number`,
    or a regular expression. Without it, only the times in `.log`, `.out` and `.err`."""
    key: tuple[str, ...] = ()
    """Of a table (`"rows"`): the columns that tell its rows apart. Without it, a column that does so on both sides."""
    encoding: str = ""
    """Of a text or a table: how its characters are encoded. Without it, UTF-8, a byte order mark, or what is found likely."""

    @property
    def is_exact(self) -> bool:
        """Whether numbers must have the same type and bits."""
        return self.ulp is None and self.absolute is None and self.relative is None

    @property
    def without_limits(self) -> Rule:
        """The same rule where numbers are not compared by value."""
        return msgspec.structs.replace(self, ulp=None, absolute=None, relative=None)

    @property
    def tells_zeros_apart(self) -> bool:
        """Whether 0.0 and -0.0 differ."""
        return self.signed_zero or self.is_exact


EXACT = Rule()


class _Selector(NamedTuple):
    """A rule's glob, ready to be asked."""

    pattern: re.Pattern[str]
    type: str
    literals: int


class Tolerance(msgspec.Struct, frozen=True, dict=True):
    """Rules by glob; exact where none matches.

    A glob is matched against the value's path (`history.loss`; list indices as `.3`), against `OUTPUT:PATH`, and against the
    path's last part alone, so that `accuracy` speaks of a metric wherever it stands. `GLOB@TYPE` holds only in outputs of
    that type. Of the rules that match, the one with more literal characters wins, then the one with a type, then the last in
    alphabetical order: the order in which rules are written never matters.
    """

    rules: dict[str, Rule] = {}

    def rule(self, path: str, output: str = "", type_name: str = "") -> Rule:
        """Return the rule for the value at `path` of an output."""
        return self._chosen((path, f"{output}:{path}", path.rpartition(".")[2]), type_name)

    def rule_of_output(self, output: str, type_name: str = "") -> Rule:
        """Return the rule for a whole output: `train.log` speaks of it as `train.log:` does."""
        return self._chosen(("", f"{output}:", output, output.rpartition("/")[2]), type_name)

    def _chosen(self, spellings: tuple[str, ...], type_name: str) -> Rule:
        if not self.rules:
            return EXACT
        found = [
            (selector.literals, selector.type != "", text)
            for text, selector in self._selectors.items()
            if selector.type in ("", type_name) and any(map(selector.pattern.match, spellings))
        ]
        return self.rules[max(found)[-1]] if found else EXACT

    @property
    def trusts_equal_bytes(self) -> bool:
        """Whether equal bytes are enough: not where some NaN must differ from itself."""
        return all(rule.nan_equal for rule in self.rules.values())

    @cached_property
    def _selectors(self) -> dict[str, _Selector]:
        return {text: _selector(text) for text in self.rules}


def _selector(text: str) -> _Selector:
    glob, _, type_name = text.partition("@")
    return _Selector(re.compile(translate(glob)), type_name, len(re.sub(r"\[[^\]]*\]|[*?]", "", glob)))


def read_tolerance(value: Any, where: str, types: frozenset[str]) -> Tolerance:
    """Read `{glob: {field: limit}}`, as in `"*.loss" = {relative = 1e-6}`. Raises DocumentError with every fault."""
    if not isinstance(value, dict):
        document.refuse(where, ['tolerances are a table of rules, such as "*.loss" = {relative = 1e-6}'])
    document.refuse(where, [fault for text, fields in value.items() for fault in _faults(text, fields, types)])
    return Tolerance({text: msgspec.convert(fields, Rule) for text, fields in value.items()})


def _faults(text: str, fields: object, types: frozenset[str]) -> Iterator[str]:
    shown = text[:SHOWN]
    _, at, type_name = text.partition("@")
    if at and type_name not in types:
        yield f"{shown}: no output type is called {type_name[:SHOWN]!r}; there are {', '.join(sorted(types))}"
    try:
        rule = msgspec.convert(fields, Rule)
    except msgspec.ValidationError as error:
        yield f"{shown}: {error}; a rule has {', '.join(Rule.__struct_fields__)}"
        return
    for name in ("ulp", "absolute", "relative"):
        limit = getattr(rule, name)
        if limit is not None and not limit >= 0:
            yield f"{shown}.{name}: expected a number from 0 up, found {limit}"
    yield from (f"{shown}.mask: {fault}" for fault in mask.faults(rule.mask or ()))
    if rule.encoding and not _is_encoding(rule.encoding):
        yield f"{shown}.encoding: Python knows no text encoding {rule.encoding[:SHOWN]!r}"


def _is_encoding(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding
    except LookupError:
        return False
