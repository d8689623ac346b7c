"""Compare the graph and the signatures of a TensorFlow SavedModel, by the wire format alone: nothing is loaded or run.

What TensorFlow numbers as it goes is numbered anew in the order in which it was made: functions (`__inference_f_301`), and
their arguments (`a_92`). The file holds functions and maps in any order; theirs are compared by name.
Source: saved_model.proto, meta_graph.proto, graph.proto and function.proto of TensorFlow 2.9.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from .. import protobuf
from ..finding import Findings, Unable, Unreadable
from ..plain import spelled_json
from ..summary import Summary
from ..tree import compare_trees
from .document import read_bytes

LIMIT_BYTES = 64 << 20
DEPTH_LIMIT = 60
META_GRAPH, GRAPH, LIBRARY, FUNCTION, SIGNATURE, ARGUMENT, NAME = 2, 2, 2, 1, 1, 2, 1
FUNCTIONS = (META_GRAPH, GRAPH, LIBRARY, FUNCTION)
NODES = {(META_GRAPH, GRAPH, 1), (*FUNCTIONS, 3)}
WORDS = {
    (META_GRAPH,): "graphs",
    (META_GRAPH, 1): "made by",
    (META_GRAPH, GRAPH): "graph",
    (META_GRAPH, GRAPH, 1): "nodes",
    (META_GRAPH, GRAPH, LIBRARY): "library",
    FUNCTIONS: "functions",
    (*FUNCTIONS, 3): "nodes",
    (META_GRAPH, 5): "signatures",
    (META_GRAPH, 7): "objects",
}
"""Fields that are shown by name; others by their numbers."""
NUMBERED = re.compile(r"_(\d+)(?![0-9])")
UNREAD = "they differ only in numbers that TensorFlow puts behind names, and which of these belong together is not known"

Rename = Callable[[str], str]


def read_saved_model(path: Path) -> dict[str, object]:
    """Return the model as nested values. Raises Unreadable for anything else."""
    data = read_bytes(path, LIMIT_BYTES)
    names = _numbered_anew(_functions(data))
    if not protobuf.repeated(data, META_GRAPH):
        raise Unreadable("it holds no graph")
    return _message(data, (), _renaming(names))


def _functions(data: bytes) -> list[bytes]:
    graphs = [protobuf.binary(protobuf.message(graph), GRAPH) for graph in protobuf.repeated(data, META_GRAPH)]
    libraries = [protobuf.binary(protobuf.message(graph), LIBRARY) for graph in graphs]
    return [function for library in libraries for function in protobuf.repeated(library, FUNCTION)]


def _name_of(function: bytes) -> str:
    signature = protobuf.message(protobuf.binary(protobuf.message(function), SIGNATURE))
    return protobuf.binary(signature, NAME).decode("utf-8", "backslashreplace")


def _numbered_anew(functions: list[bytes]) -> dict[str, str]:
    """Return the name of each function with its place among all, by the numbers that TensorFlow counted up, in their place."""
    names = {_name_of(function) for function in functions}
    inorder = sorted(names, key=lambda name: ([int(number) for number in NUMBERED.findall(name)[-1:]], name))
    return {name: f"{NUMBERED.sub('_#', name)} {index}" if NUMBERED.search(name) else name for index, name in enumerate(inorder)}


def _renaming(names: dict[str, str]) -> Rename:
    return lambda text: re.sub(r"\w+", lambda word: names.get(word[0], word[0]), text) if names else text


def _message(data: bytes, path: tuple[int, ...], rename: Rename) -> dict[str, object]:
    if path == FUNCTIONS:
        rename = _with_arguments(data, rename)
    found: dict[int, list[object]] = {}
    for number, value in protobuf.fields(data):
        found.setdefault(number, []).append(_value(value, (*path, number), rename))
    return {WORDS.get((*path, number), str(number)): _arranged(found[number], (*path, number)) for number in sorted(found)}


def _with_arguments(function: bytes, rename: Rename) -> Rename:
    """Return what also names a function's arguments by their places."""
    arguments = protobuf.repeated(protobuf.binary(protobuf.message(function), SIGNATURE), ARGUMENT)
    spelled = [protobuf.binary(protobuf.message(argument), NAME).decode("utf-8", "backslashreplace") for argument in arguments]
    places = _renaming(
        {name: f"{NUMBERED.sub('_#', name)} {index}" for index, name in enumerate(spelled) if NUMBERED.search(name)}
    )
    return lambda text: rename(places(text))


def _value(value: int | bytes, path: tuple[int, ...], rename: Rename) -> object:
    """Return a text, a message, or bytes that are neither in hexadecimal; a number is a type, a size or a place."""
    if isinstance(value, int):
        return f"number {value}"
    try:
        text = value.decode("utf-8")
        if text.isprintable():
            return rename(text)
    except UnicodeDecodeError:
        pass
    try:
        return _message(value, path, rename) if len(path) < DEPTH_LIMIT else value.hex()
    except Unreadable:
        return f"hex {value.hex()}"


def _arranged(values: list[object], path: tuple[int, ...]) -> object:
    """Return by their names what stands in any order: functions, nodes and the entries of maps; else a list, or its one value."""
    keys = [_key(value, path) for value in values]
    if None not in keys and len({*keys}) == len(keys):
        return {str(key): value for key, value in sorted(zip(keys, values, strict=True), key=lambda pair: str(pair[0]))}
    return values if len(values) > 1 else values[0]


def _key(value: object, path: tuple[int, ...]) -> str | None:
    if not isinstance(value, dict):
        return None
    if path == FUNCTIONS:
        value = value.get("1")
    name = value.get("1") if isinstance(value, dict) else None
    is_named = path == FUNCTIONS or path in NODES or (isinstance(value, dict) and value.keys() == {"1", "2"})
    return name if is_named and isinstance(name, str) else None


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Compare two models. Raises Unable where they differ only in numbers behind names."""
    ours, theirs = read_saved_model(expected), read_saved_model(observed)
    if ours != theirs and NUMBERED.sub("_#", spelled_json(ours)) == NUMBERED.sub("_#", spelled_json(theirs)):
        raise Unable(UNREAD)
    compare_trees(ours, theirs, findings)


def summarize(path: Path, type_name: str) -> Summary:
    """Return the digest of the whole model, as it is compared."""
    whole = spelled_json(read_saved_model(path)).encode("utf-8", "surrogatepass")
    return Summary({}, {"graph": f"sha256:{hashlib.sha256(whole).hexdigest()}"})
