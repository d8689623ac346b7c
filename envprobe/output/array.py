"""Compare arrays block by block, so that arrays larger than memory can be compared. The rules are those of number.py."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from .finding import Findings, Step, Unreadable, missing_extra

if TYPE_CHECKING:
    import numpy as np

BLOCK_BYTES = 4 << 20


class Array(NamedTuple):
    """An array somewhere in a file."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    blocks: Callable[[], Iterator[np.ndarray[Any, Any]]]
    """Yields its elements in C order, as one-dimensional arrays of any length; each is valid until the next one is asked for."""

    def __str__(self) -> str:
        return f"{spell_type(self.dtype)} {self.shape}"


def spell_type(dtype: np.dtype[Any]) -> str:
    """Spell a type, a structured one by its fields: numpy's own name of it says the size alone."""
    if dtype.subdtype:
        return f"{spell_type(dtype.subdtype[0])} {dtype.subdtype[1]}"
    if dtype.names is None or dtype.fields is None:
        return str(dtype.name)
    fields = ", ".join(f"{name}: {spell_type(dtype.fields[name][0])}" for name in dtype.names)
    return f"{{{fields}}}"


def require_numpy() -> Any:
    """Import numpy. Raises Unable where it is not installed."""
    try:
        import numpy
    except ImportError:
        raise missing_extra("numpy", "arrays") from None
    return numpy


def slabs(shape: tuple[int, ...], block_elements: int, multiple: int = 1) -> Iterator[tuple[slice, ...]]:
    """Yield the slices that cut an array into parts of about `block_elements`, in C order.

    `multiple` is the number of leading rows that are stored together, so that no chunk is decompressed twice.
    """
    row_elements = math.prod(shape[1:])
    if not shape or math.prod(shape) <= block_elements:
        yield tuple(slice(0, length) for length in shape)
    elif row_elements * multiple <= 4 * block_elements:
        step = max(1, block_elements // max(row_elements, 1) // multiple) * multiple
        for start in range(0, shape[0], step):
            yield (slice(start, min(start + step, shape[0])), *(slice(0, length) for length in shape[1:]))
    else:
        for row in range(shape[0]):
            for inner in slabs(shape[1:], block_elements):
                yield (slice(row, row + 1), *inner)


def read_blocks(stream: IO[bytes], count: int, dtype: np.dtype[Any]) -> Iterator[np.ndarray[Any, Any]]:
    """Yield elements that lie one behind another in a stream. Raises Unreadable where it ends early."""
    import numpy as np

    left = count * dtype.itemsize
    buffer = bytearray(min(left, max(BLOCK_BYTES // dtype.itemsize, 1) * dtype.itemsize))
    elements, room = np.frombuffer(buffer, dtype), memoryview(buffer)
    while left:
        size = stream.readinto(room[:left])  # type: ignore[attr-defined]
        if not size or size % dtype.itemsize:
            raise Unreadable("an array ends before its last element")
        yield elements[: size // dtype.itemsize]
        left -= size


def paired(expected: Array, observed: Array) -> Iterator[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """Yield blocks of equal length of two arrays of equal shape. Raises Unreadable where one ends early."""
    ours_blocks, theirs_blocks = expected.blocks(), observed.blocks()
    ours = theirs = None
    left = math.prod(expected.shape)
    while left:
        ours = next(ours_blocks, None) if ours is None or not ours.size else ours
        theirs = next(theirs_blocks, None) if theirs is None or not theirs.size else theirs
        if ours is None or theirs is None:
            raise Unreadable("an array ends before its last element")
        size = min(ours.size, theirs.size)
        if size:
            yield ours[:size], theirs[:size]
        ours, theirs = ours[size:], theirs[size:]
        left -= size


def whole_block(elements: Any) -> Array:
    """Return an array that is in memory."""
    import numpy as np

    return Array(elements.dtype, elements.shape, lambda: iter([np.ascontiguousarray(elements).reshape(-1)]))


def compare_arrays(
    expected: dict[str, Array], observed: dict[str, Array], findings: Findings, prefix: tuple[Step, ...] = ()
) -> None:
    """Compare named arrays."""
    for name in sorted({*expected, *observed}):
        path = (*prefix, name) if name else prefix
        if findings.rule(path).ignore:
            continue
        if name not in observed:
            findings.add(path, "removed", str(expected[name]), "absent")
        elif name not in expected:
            findings.add(path, "added", "absent", str(observed[name]))
        else:
            compare_array(path, expected[name], observed[name], findings)


def compare_array(path: tuple[Step, ...], expected: Array, observed: Array, findings: Findings) -> None:
    """Compare one array: shape first, then type, then the elements."""
    if expected.shape != observed.shape:
        findings.add(path, "shape", str(expected), str(observed))
        return
    for field in expected.dtype.names or ():
        if field in (observed.dtype.names or ()):
            compare_array((*path, field), _field(expected, field), _field(observed, field), findings)
    if expected.dtype.names or observed.dtype.names:
        if expected.dtype.names != observed.dtype.names:
            findings.add(path, "type", str(expected.dtype), str(observed.dtype))
        return
    from .array_tally import ArrayTally

    tally = ArrayTally(findings.rule(path), expected.dtype, observed.dtype, expected.shape)
    if not tally.is_comparable:
        findings.add(path, "type", str(expected), str(observed))
        return
    for ours, theirs in paired(expected, observed):
        tally.add(ours, theirs)
    deviation = tally.deviation()
    if tally.same_type:
        findings.add_numbers(path, deviation, "number" if tally.is_numeric else "changed")
    else:
        is_accepted = not findings.rule(path).is_exact and not deviation.outside
        findings.add(path, "type", str(expected), str(observed), accepted=is_accepted, deviation=deviation)


def _field(array: Array, name: str) -> Array:
    """Return one field of an array of records; a field may be a small array itself."""
    import numpy as np

    fields: Any = array.dtype.fields
    kind = fields[name][0]
    base, inner = kind.subdtype or (kind, ())

    def blocks() -> Iterator[np.ndarray[Any, Any]]:
        return (np.ascontiguousarray(block[name]).reshape(-1) for block in array.blocks())

    return Array(base, (*array.shape, *inner), blocks)


def _spelled_object(item: object) -> bytes:
    return repr(item).encode("utf-8", "surrogatepass") + b"\0"


def describe_array(array: Array) -> str:
    """Return type, shape and the digest of the elements in C order."""
    hasher = hashlib.sha256()
    for block in array.blocks():
        if block.dtype.hasobject:
            hasher.update(b"".join(map(_spelled_object, block.tolist())))
        else:
            hasher.update(block.astype(block.dtype.newbyteorder("<"), copy=False).tobytes())
    return f"{array} sha256:{hasher.hexdigest()}"
