"""Read a pickle without running it: its opcodes, as pickletools names them, build a description of what they would make.

Nothing is imported, called or made. A class or function is its name, a call is `Made` with the arguments; arrays of numpy and
tensors of PyTorch are known by their names and read from their bytes. Source of the semantics: CPython's Lib/pickle.py.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from typing import IO, Any

from .finding import Unable, Unreadable

OPERATION_LIMIT = 20_000_000
JOBLIB_ARRAY = "NumpyArrayWrapper"
MARK = object()
RENAMED = {"__builtin__.": "builtins.", "copy_reg.": "copyreg.", "numpy.core.": "numpy._core."}
"""Modules by the names that they had when older protocols and libraries wrote them."""
SETS = ("builtins.set", "builtins.frozenset")


class Named:
    """A class or a function, by its name alone."""

    def __init__(self, name: str) -> None:
        self.name = name


class Made:
    """What a call of a class or function would make."""

    def __init__(self, name: str, arguments: Any) -> None:
        self.name = name
        self.arguments = arguments
        self.state: Any = None
        self.items: list[object] = []
        self.members: list[tuple[object, object]] = []


class Persistent:
    """What lies outside the pickle, by the name that it has there: the storage of a tensor."""

    def __init__(self, identity: Any) -> None:
        self.identity = identity


class Members(list[object]):
    """The members of a dict, as pairs: a key may be anything."""


class Items(list[object]):
    """The items of a set."""


def load(stream: IO[bytes], outside: list[Persistent] | None = None) -> Any:
    """Return what one pickle describes, and add to `outside` what it names that lies elsewhere.

    Raises Unreadable where it is none, Unable where it is too long.
    """
    return _Machine(stream, [] if outside is None else outside).run()


class _Machine:
    """The stack and the memo of one pickle."""

    def __init__(self, stream: IO[bytes], outside: list[Persistent]) -> None:
        self.stream = stream
        self.outside = outside
        self.stack: list[Any] = []
        self.memo: dict[int, object] = {}

    def run(self) -> object:
        try:
            for count, (opcode, argument, _) in enumerate(pickletools.genops(self.stream)):
                if count > OPERATION_LIMIT:
                    raise Unable(f"it has more than {OPERATION_LIMIT:,} operations")
                if opcode.name == "STOP":
                    return self.stack.pop()
                self.step(opcode.name, argument)
        except (IndexError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unreadable(f"it is no sound pickle: {error}") from None
        raise Unreadable("it is no sound pickle: it does not stop")

    def step(self, name: str, argument: object) -> None:
        if name in VALUES:
            self.stack.append(argument)
        elif name in CONSTANTS:
            self.stack.append(CONSTANTS[name]())
        elif name in IGNORED:
            pass
        else:
            METHODS[name](self, argument)

    def marked(self) -> list[object]:
        """Take what lies above the last mark."""
        place = len(self.stack) - 1 - next(index for index, item in enumerate(reversed(self.stack)) if item is MARK)
        found = self.stack[place + 1 :]
        del self.stack[place:]
        return found

    def put(self, number: Any) -> None:
        self.memo[int(number)] = self.stack[-1]

    def extend(self, items: list[object]) -> None:
        target = self.stack[-1]
        (target.items if isinstance(target, Made) else target).extend(items)

    def set_members(self, flat: list[object]) -> None:
        target = self.stack[-1]
        pairs = list(zip(flat[::2], flat[1::2], strict=True))
        (target.members if isinstance(target, Made) else target).extend(pairs)

    def call(self, arguments: Any, called: object) -> None:
        name = called.name if isinstance(called, Named) else "something that was made"
        for old, new in RENAMED.items():
            name = new + name.removeprefix(old) if name.startswith(old) else name
        if name in SETS and isinstance(arguments, tuple):
            self.stack.append(Items(arguments[0] if arguments else []))
        elif name == "builtins.bytearray" and isinstance(arguments, tuple) and [type(one) for one in arguments] == [bytes]:
            self.stack.append(arguments[0])
        elif name == "_codecs.encode" and arguments[1] == "latin1":  # bytes, as protocol 2 spells them
            self.stack.append(arguments[0].encode("latin-1"))
        else:
            self.stack.append(Made(name, arguments))

    def point_outside(self, identity: object) -> None:
        self.stack.append(Persistent(identity))
        self.outside.append(self.stack[-1])

    def build(self) -> None:
        state = self.stack.pop()
        target = self.stack[-1]
        if isinstance(target, Made):
            target.state = state
            if target.name.endswith(JOBLIB_ARRAY):
                target.items.append(self.array_behind(dict(state)))

    def array_behind(self, state: dict[str, Any]) -> object:
        """Read the array that joblib writes behind the object that speaks of it: its bytes, or a pickle of objects."""
        from .pickle_values import read_dtype

        dtype = read_dtype(state["dtype"])
        if dtype is None or dtype.hasobject:
            return load(self.stream)
        if state.get("numpy_array_alignment_bytes") is not None:
            self.stream.read(self.stream.read(1)[0])
        count = dtype.itemsize
        for length in state["shape"]:
            count *= length
        data = self.stream.read(count)
        if len(data) != count:
            raise Unreadable("an array ends before its last element")
        return data


TEXTS = "STRING BINSTRING SHORT_BINSTRING UNICODE SHORT_BINUNICODE BINUNICODE BINUNICODE8"
DATA = "BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8"
NUMBERS = "INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT"
VALUES = frozenset(f"{TEXTS} {DATA} {NUMBERS}".split())
CONSTANTS: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "EMPTY_DICT": Members,
    "EMPTY_SET": Items,
    "MARK": lambda: MARK,
}
IGNORED = frozenset(("PROTO", "FRAME", "READONLY_BUFFER"))


def _global(machine: _Machine, argument: object) -> None:
    machine.stack.append(Named(str(argument).replace(" ", ".", 1)))


def _stack_global(machine: _Machine, argument: object) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    machine.stack.append(Named(f"{module}.{name}"))


def _tuple(count: int) -> Callable[[_Machine, object], None]:
    def take(machine: _Machine, argument: object) -> None:
        found = tuple(machine.stack[-count:])
        del machine.stack[-count:]
        machine.stack.append(found)

    return take


def _reduce(machine: _Machine, argument: object) -> None:
    arguments, called = machine.stack.pop(), machine.stack.pop()
    machine.call(arguments, called)


def _newobj_ex(machine: _Machine, argument: object) -> None:
    named, arguments, called = machine.stack.pop(), machine.stack.pop(), machine.stack.pop()
    machine.call((*arguments, named), called)


def _instance(machine: _Machine, argument: object) -> None:
    machine.call(tuple(machine.marked()), Named(str(argument).replace(" ", ".", 1)))


def _object(machine: _Machine, argument: object) -> None:
    called, *arguments = machine.marked()
    machine.call(tuple(arguments), called)


def _pop(machine: _Machine, argument: object) -> None:
    machine.stack.pop()


def _pop_mark(machine: _Machine, argument: object) -> None:
    machine.marked()


def _dict(machine: _Machine, argument: object) -> None:
    flat = machine.marked()
    machine.stack.append(Members())
    machine.set_members(flat)


METHODS: dict[str, Callable[[_Machine, Any], None]] = {
    "GLOBAL": _global,
    "STACK_GLOBAL": _stack_global,
    "REDUCE": _reduce,
    "NEWOBJ": _reduce,
    "NEWOBJ_EX": _newobj_ex,
    "INST": _instance,
    "OBJ": _object,
    "BUILD": lambda machine, _: machine.build(),
    "TUPLE": lambda machine, _: machine.stack.append(tuple(machine.marked())),
    "TUPLE1": _tuple(1),
    "TUPLE2": _tuple(2),
    "TUPLE3": _tuple(3),
    "LIST": lambda machine, _: machine.stack.append(machine.marked()),
    "APPEND": lambda machine, _: machine.extend([machine.stack.pop()]),
    "APPENDS": lambda machine, _: machine.extend(machine.marked()),
    "DICT": _dict,
    "SETITEM": lambda machine, _: machine.set_members([machine.stack.pop(-2), machine.stack.pop()]),
    "SETITEMS": lambda machine, _: machine.set_members(machine.marked()),
    "ADDITEMS": lambda machine, _: machine.extend(machine.marked()),
    "FROZENSET": lambda machine, _: machine.stack.append(Items(machine.marked())),
    "PUT": lambda machine, number: machine.put(number),
    "BINPUT": lambda machine, number: machine.put(number),
    "LONG_BINPUT": lambda machine, number: machine.put(number),
    "MEMOIZE": lambda machine, _: machine.put(len(machine.memo)),
    "GET": lambda machine, number: machine.stack.append(machine.memo[int(number)]),
    "BINGET": lambda machine, number: machine.stack.append(machine.memo[number]),
    "LONG_BINGET": lambda machine, number: machine.stack.append(machine.memo[number]),
    "DUP": lambda machine, _: machine.stack.append(machine.stack[-1]),
    "POP": _pop,
    "POP_MARK": _pop_mark,
    "PERSID": lambda machine, identity: machine.point_outside(identity),
    "BINPERSID": lambda machine, _: machine.point_outside(machine.stack.pop()),
    "EXT1": lambda machine, number: machine.stack.append(Named(f"extension {number}")),
    "EXT2": lambda machine, number: machine.stack.append(Named(f"extension {number}")),
    "EXT4": lambda machine, number: machine.stack.append(Named(f"extension {number}")),
    "NEXT_BUFFER": lambda machine, _: machine.stack.append(Named("a buffer outside the pickle")),
}
