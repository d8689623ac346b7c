"""Write envprobe/schemas/*.json, one JSON Schema (2020-12) a document: `python docs/tools/schemas.py`.

Types come from the structs that read a document, words from the docstrings of their members, so that neither can say something
else; what a struct cannot say is in schema_rules.py beside this, what no struct reads in schema_definitions.py. A test compares
the files with what this writes.
"""

from __future__ import annotations

import ast
import copy
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

from schema_definitions import DEFINITIONS
from schema_rules import COPIES, DIGEST, DOCUMENTS, FOREIGN, IDENTIFIED, MEMBERS, TYPES, VALUE

DOCS = Path(__file__).parents[1]
FOLDER = DOCS.parent / "envprobe" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ID = "envprobe:schema/{}"
"""A URI of our own scheme, as that of a signed record's type: it names, and need not resolve."""
REFERENCE = "#/$defs/"


def schemas() -> dict[str, str]:
    """Return file name to text, for every document."""
    pool = {**_from_types(), **DEFINITIONS}
    pool |= {name: copy.deepcopy(pool[original]) for name, original in COPIES.items()}
    for name, root in DOCUMENTS.items():
        _put_head(pool[root], name)
    _put_head(pool["Fingerprint"], "fingerprint/1")  # inside of another document it has either number
    del pool["Fingerprint"]["properties"]["schema"]["const"]
    for member, rules in MEMBERS.items():
        definition, _, name = member.partition(".")
        (pool[definition]["properties"][name] if name else pool[definition]).update(rules)
    return {f"{name.replace('/', '-')}.json": _spell(_document(name, root, pool)) for name, root in DOCUMENTS.items()}


def _put_head(definition: dict[str, Any], name: str) -> None:
    """Put the members first that a struct does not have: a document says what it is, and some what they hold."""
    if name in FOREIGN:
        return
    head = {"schema": {"const": f"envprobe.{name}"}, **({"id": {"type": "string", **DIGEST}} if name in IDENTIFIED else {})}
    definition["properties"] = {**head, **definition["properties"]}
    definition["required"] = [*head, *definition["required"]]


def _from_types() -> dict[str, Any]:
    """Return the definitions of the structs, with the docstrings of their members."""
    _, found = msgspec.json.schema_components(TYPES, ref_template=REFERENCE + "{name}")
    definitions: dict[str, Any] = _with_values(json.loads(json.dumps(found)))
    for kind in _structs(TYPES):
        name = kind.__name__
        if "description" in definitions[name]:  # Python 3.13 takes the indentation out of docstrings, earlier ones leave it
            definitions[name]["description"] = inspect.cleandoc(definitions[name]["description"])
        for member, words in _words(kind):
            definitions[name]["properties"][member]["description"] = words
    return definitions


def _with_values(schema: Any) -> Any:
    """Put a reference in place of what msgspec makes of a fact's value: it cannot say what lists and objects hold."""
    if isinstance(schema, dict):
        if schema.get("anyOf") == VALUE:
            return {"$ref": f"{REFERENCE}Value"}
        changed = {name: _with_values(member) for name, member in schema.items()}
        if "anyOf" in changed:  # the order of a union's members is Python's: null stands last whatever the version
            changed["anyOf"].sort(key=lambda kind: kind.get("type") == "null")
        return changed
    return [_with_values(item) for item in schema] if isinstance(schema, list) else schema


def _structs(kinds: tuple[Any, ...]) -> Iterator[type[msgspec.Struct]]:
    """Yield the structs among some types, and those that they are made of."""
    seen: set[Any] = set()
    waiting = list(kinds)
    while waiting:
        kind = waiting.pop()
        if kind in seen or isinstance(kind, str):
            continue
        seen.add(kind)
        waiting.extend(getattr(kind, "__args__", ()))
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            waiting.extend(field.type for field in msgspec.structs.fields(kind))
            yield kind


def _words(kind: type[msgspec.Struct]) -> Iterator[tuple[str, str]]:
    """Yield the members of a struct that have a docstring, and that."""
    spelled = {field.name: field.encode_name for field in msgspec.structs.fields(kind)}
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    for member, words in zip(body.body, body.body[1:], strict=False):
        match member, words:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield spelled[name], re.sub(r"\bNone\b", "null", " ".join(text.split()))


def _document(name: str, root: str, pool: dict[str, Any]) -> dict[str, Any]:
    """Return one self-contained schema: the root's definition, and those that it reaches."""
    reached: dict[str, Any] = {}
    waiting = [root]
    while waiting:
        definition = waiting.pop()
        if definition not in reached:
            reached[definition] = pool[definition]
            waiting += re.findall(rf'"{re.escape(REFERENCE)}([^"]+)"', json.dumps(pool[definition]))
    head = {"$schema": DIALECT, "$id": ID.format(name), "title": f"envprobe.{name}"}
    own = {member: rule for member, rule in reached.pop(root).items() if member != "title"}
    return {**head, **own, "$defs": dict(sorted(reached.items()))}


def _spell(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for stale in FOLDER.glob("*.json"):
        stale.unlink()
    for file_name, text in schemas().items():
        (FOLDER / file_name).write_text(text, "utf-8")
