"""YAML as plain values, made of its nodes: a tag that names a class is shown with the parts below it, and never made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .finding import Unable, Unreadable, missing_extra
from .number import Wide, fits
from .plain import TAGGED, VALUE_LIMIT, plain

EVENT_LIMIT = 2_000_000
DEPTH_LIMIT = 100
EXPANDED = 100
"""Values that aliases may make of one node, on average."""
MERGE_LIMIT = 100_000
"""Members that `<<` may merge into one document; each level of a bomb multiplies them."""
STANDARD = "tag:yaml.org,2002:"
SCALARS = ("null", "bool", "int", "float", "binary", "timestamp", "str")


def read(data: bytes) -> object:
    """Return the one document of a stream, or the list of several.

    The events are counted before anything is built: libyaml's composer recurses in C, and a deep document would end the process.
    """
    try:
        import yaml
    except ImportError:
        raise missing_extra("PyYAML", "yaml") from None
    fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = count = 0
    for count, event in enumerate(yaml.parse(data, Loader=fast)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_LIMIT:
            raise Unreadable(f"it is nested more than {DEPTH_LIMIT} levels deep")
        if count > EVENT_LIMIT:
            raise Unable(f"it holds more than {EVENT_LIMIT:,} YAML nodes")
    nodes = _Nodes(yaml.SafeLoader(""), min(VALUE_LIMIT, EXPANDED * (count + 100)))
    documents = [plain(nodes.value(node, 0)) for node in yaml.compose_all(data, Loader=fast)]
    return documents[0] if len(documents) == 1 else documents


class _Nodes:
    """One conversion, which counts values and merged members."""

    def __init__(self, loader: Any, limit: int) -> None:
        self.loader = loader
        self.limit = limit
        self.count = self.merged = 0

    def value(self, node: Any, depth: int) -> object:
        self.count += 1
        if self.count > self.limit:
            raise Unable(f"its aliases make more than {self.limit:,} values of it")
        if depth > DEPTH_LIMIT:  # an alias may stand inside what it names
            raise Unreadable(f"it is nested more than {DEPTH_LIMIT} levels deep")
        kind = node.tag.removeprefix(STANDARD)
        if node.id == "scalar":
            return self._scalar(node, kind)
        if node.id == "sequence":
            items = [self.value(item, depth + 1) for item in node.value]
            return items if kind == "seq" else {TAGGED: node.tag, "items": items}
        members = self._members(node, depth)
        return members if kind == "map" else {TAGGED: node.tag, "members": members}

    def _scalar(self, node: Any, kind: str) -> object:
        if not node.tag.startswith(STANDARD) or kind not in SCALARS:
            return {TAGGED: node.tag, "text": node.value}
        value = self.loader.yaml_constructors[node.tag](self.loader, node)
        if kind == "float" and ":" not in node.value and not _fits(node.value, value):
            return Wide(node.value)
        return value

    def _members(self, node: Any, depth: int) -> dict[object, object]:
        own: dict[object, object] = {}
        merged: dict[Any, object] = {}
        for key_node, value_node in node.value:
            if key_node.tag == STANDARD + "merge":
                for key, item in self._merged(value_node, depth):
                    merged.setdefault(key, item)
                continue
            key = self.value(key_node, depth + 1)
            key = key if isinstance(key, str | int | float | bool | type(None)) else repr(key)
            if (type(key), key) in own:
                raise Unreadable(f"a mapping has the key {str(key)[:80]!r} twice")
            own[type(key), key] = self.value(value_node, depth + 1)
        return {_name(key): item for key, item in {**merged, **own}.items()}

    def _merged(self, node: Any, depth: int) -> Iterator[tuple[object, object]]:
        """Yield the members that `<<` brings, those of the first mapping first."""
        for mapping in node.value if node.id == "sequence" else [node]:
            if mapping.id != "mapping":
                raise Unreadable("`<<` merges what is no mapping")
            for name, item in self._members(mapping, depth + 1).items():
                self.merged += 1
                if self.merged > MERGE_LIMIT:
                    raise Unreadable(f"it merges more than {MERGE_LIMIT:,} members")
                yield (str, name), item


def _name(key: tuple[type, Any]) -> str:
    """Spell a key that is no text so that it is no text's: `1` and `"1"` are two keys."""
    kind, value = key
    return value if kind is str else f"{kind.__name__} {value!r}"


def _fits(text: str, value: float) -> bool:
    digits = text.replace("_", "").lower()
    return "inf" in digits or "nan" in digits or fits(digits, value)
