"""What helps against a difference: a command that is typed as it stands, or a sentence."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Fix(msgspec.Struct, frozen=True):
    """A command or a sentence. Several that differ in their `items` alone are one: `pip install A B`."""

    before: str = ""
    items: tuple[str, ...] = ()
    after: str = ""
    is_command: bool = False

    @property
    def text(self) -> str:
        """The whole; empty where nothing is known to help."""
        return self.before + " ".join(self.items) + self.after

    def __bool__(self) -> bool:
        return bool(self.text)


def joined(fixes: Iterable[Fix]) -> list[Fix]:
    """Return fixes in their order, each once, those that differ in their items alone as one."""
    found: dict[tuple[str, str, bool] | Fix, tuple[Fix, dict[str, None]]] = {}
    for fix in fixes:
        key = (fix.before, fix.after, fix.is_command) if fix.items else fix
        found.setdefault(key, (fix, {}))[1].update(dict.fromkeys(fix.items))
    together = (msgspec.structs.replace(fix, items=tuple(items)) for fix, items in found.values())
    return [fix for fix in together if fix]
