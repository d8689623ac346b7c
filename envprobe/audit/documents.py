"""YAML and JSON with the line of each value: anchors and merge keys resolved, comments in devcontainer.json, all bounded."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from ..error import DocumentError
from .model import Scalar, Tree

if TYPE_CHECKING:
    from tree_sitter import Node as JsonNode
    from tree_sitter import Parser
    from yaml import Node

VALUES = 200_000
"""What a file may hold, each anchor's values counted as often as it is used: a bomb of anchors has billions."""
DEPTH = 60
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class Budget:
    """How many values are still read, of a file or of several that belong together."""

    def __init__(self, name: str) -> None:
        self.left, self.name = VALUES, name

    def take(self, depth: int, count: int = 1) -> None:
        self.left -= count
        if self.left < 0:
            raise DocumentError(f"{self.name}: more than {VALUES:,} values, with what its anchors stand for")
        if depth > DEPTH:
            raise DocumentError(f"{self.name}: nested more than {DEPTH} levels deep, or an anchor that holds itself")


def read_yaml(text: str, name: str, budget: Budget | None = None) -> list[Tree]:
    """Return the documents of a YAML file whose root is an object or a list. Raises DocumentError."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        roots = list(yaml.compose_all(text, Loader=loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = f" at line {mark.line + 1}" if mark else ""
        raise DocumentError(f"{name}: not YAML{at}: {getattr(error, 'problem', None) or error}") from None
    except RecursionError:
        raise DocumentError(f"{name}: nested more than {DEPTH} levels deep") from None
    left = budget or Budget(name)
    found = [_yaml(root, left, 0) for root in roots if root is not None]
    return [tree for tree in found if isinstance(tree, Tree)]


def _yaml(node: Node, budget: Budget, depth: int) -> Tree | Scalar:
    import yaml

    budget.take(depth)
    line = node.start_mark.line + 1
    tag = node.tag if node.tag.startswith("!") else ""
    if isinstance(node, yaml.ScalarNode):
        is_null = node.tag.endswith(":null")
        return Scalar("" if is_null else str(node.value), line, node.style is not None, tag)
    if isinstance(node, yaml.SequenceNode):
        return Tree({str(index): _yaml(item, budget, depth + 1) for index, item in enumerate(node.value)}, line, True, tag=tag)
    members: dict[str, Tree | Scalar] = {}
    lines: dict[str, int] = {}
    merged: list[Tree] = []
    for key, value in node.value:
        found = _yaml(value, budget, depth + 1)
        if key.value == "<<" and isinstance(found, Tree):
            merged += [item for item in found.members.values() if isinstance(item, Tree)] if found.is_list else [found]
        else:
            members[str(key.value)], lines[str(key.value)] = found, key.start_mark.line + 1
    for tree in merged:
        for name, item in tree.members.items():
            if name not in members:
                members[name], lines[name] = item, tree.lines.get(name, item.line)
    return Tree(members, line, lines=lines, tag=tag)


def read_json(text: str, name: str, *, is_strict: bool) -> Tree:
    """Return the object of a JSON file; unless `is_strict`, comments and commas before a bracket are allowed.

    Raises DocumentError.
    """
    data = text.encode("utf-8", "replace")
    root = _json_parser().parse(data).root_node
    _refuse(root, data, name, is_strict)
    value = next((child for child in root.named_children if child.type not in ("comment", "ERROR")), None)
    found = _json(value, data, Budget(name), 0) if value is not None else None
    if not isinstance(found, Tree):
        raise DocumentError(f"{name}: expected an object")
    return found


@cache
def _json_parser() -> Parser:
    import tree_sitter_json
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_json.language()))


def _refuse(root: JsonNode, data: bytes, name: str, is_strict: bool) -> None:
    waiting = [root] if root.has_error or is_strict else []
    while waiting:
        node = waiting.pop()
        is_wrong = node.is_error and (is_strict or data[node.start_byte : node.end_byte].strip() not in (b",", b""))
        if is_wrong or node.is_missing or (is_strict and node.type == "comment"):
            what = "a comment" if node.type == "comment" else "a part that is none"
            raise DocumentError(f"{name}: not JSON: {what} at line {node.start_point[0] + 1}")
        waiting.extend(reversed(node.children))


def _json(node: JsonNode, data: bytes, budget: Budget, depth: int) -> Tree | Scalar:
    budget.take(depth)
    line = node.start_point[0] + 1
    inner = [child for child in node.named_children if child.type not in ("comment", "ERROR")]
    if node.type == "array":
        return Tree({str(index): _json(child, data, budget, depth + 1) for index, child in enumerate(inner)}, line, is_list=True)
    if node.type != "object":
        text = data[node.start_byte : node.end_byte].decode("utf-8", "replace")
        is_text = node.type == "string"
        return Scalar(_unescaped(text[1:-1]) if is_text else "" if text == "null" else text, line, is_text)
    members: dict[str, Tree | Scalar] = {}
    lines: dict[str, int] = {}
    for pair in inner:
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if key is not None and value is not None:
            name = _unescaped(data[key.start_byte + 1 : key.end_byte - 1].decode("utf-8", "replace"))
            members[name], lines[name] = _json(value, data, budget, depth + 1), key.start_point[0] + 1
    return Tree(members, line, lines=lines)


def _unescaped(text: str) -> str:
    return re.sub(
        r"\\(u[0-9a-fA-F]{4}|.)",
        lambda found: chr(int(found[1][1:], 16)) if len(found[1]) == 5 else ESCAPES.get(found[1], found[1]),
        text,
    )


def child(tree: Tree | Scalar | None, *names: str) -> Tree | Scalar | None:
    """Return what lies at a path of keys; None where there is nothing."""
    for name in names:
        tree = tree.members.get(name) if isinstance(tree, Tree) else None
    return tree


def text(tree: Tree | Scalar | None, *names: str) -> str:
    """Return the text of a value at a path of keys, empty where there is none."""
    found = child(tree, *names)
    return found.text if isinstance(found, Scalar) else ""


def items(tree: Tree | Scalar | None, *names: str) -> list[Tree | Scalar]:
    """Return the items of a list at a path of keys; a single value counts as a list of one."""
    found = child(tree, *names)
    if isinstance(found, Tree):
        return list(found.members.values()) if found.is_list else [found]
    return [found] if found is not None else []


def pairs(tree: Tree | Scalar | None, *names: str) -> list[tuple[str, Tree | Scalar, int]]:
    """Return the members of an object at a path of keys, each with the line of its key."""
    found = child(tree, *names)
    if not isinstance(found, Tree) or found.is_list:
        return []
    return [(name, value, found.lines.get(name, value.line)) for name, value in found.members.items()]
