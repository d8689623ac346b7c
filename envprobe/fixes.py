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
    found: dict[tuple[str, str, bool] | Fix, Fix] = {}
    for fix in fixes:
        key = (fix.before, fix.after, fix.is_command) if fix.items else fix
        items = found[key].items if key in found else ()
        more = tuple(item for item in fix.items if item not in items)
        found[key] = msgspec.structs.replace(fix, items=(*items, *more))
    return [fix for fix in found.values() if fix]
