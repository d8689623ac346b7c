"""Numpy's files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from envprobe.output import Tolerance, compare_descriptions, describe

from .case import OTHER_RATE, RECORDED, OutputVerdict, compare, found, is_typed, only

KERNEL = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)


def _npy(array: Any, **options: Any) -> Callable[[Path], None]:
    return lambda path: np.save(path, array, **options)


def _npz(**arrays: Any) -> Callable[[Path], None]:
    return lambda path: np.savez(path, **arrays)


def _nudged(array: Any, place: tuple[int, ...]) -> Any:
    copy = array.copy()
    copy[place] = np.nextafter(copy[place], copy.dtype.type(9))
    return copy


def test_one_weight_off_by_one_ulp_is_found(tmp_path: Path) -> None:
    """The smallest change there is, with its place, both values and its distance."""
    observed = _nudged(KERNEL, (1, 2))
    difference = only(compare(tmp_path, "w.npy", _npy(KERNEL), _npy(observed)))
    assert difference.deviation is not None
    assert (difference.deviation.differing, difference.deviation.max_ulp) == (1, 1)
    assert difference.deviation.worst[0].where == "[1, 2]"
    assert difference.expected != difference.observed
    assert compare(tmp_path, "w.npy", _npy(KERNEL), _npy(observed), {"*": {"ulp": 1}}).verdict is OutputVerdict.TOLERANCE


def test_compression_and_order_of_arrays_do_not_count(tmp_path: Path) -> None:
    """The same arrays in another archive are identical."""
    observed = lambda path: np.savez_compressed(path, b=KERNEL, a=KERNEL * 2)  # noqa: E731
    comparison = compare(tmp_path, "w.npz", _npz(a=KERNEL * 2, b=KERNEL), observed)
    assert comparison.verdict is OutputVerdict.IDENTICAL
    assert is_typed(comparison)


@pytest.mark.parametrize("observed", [np.asfortranarray(KERNEL), KERNEL.astype(">f4")])
def test_how_an_array_is_stored_does_not_count(tmp_path: Path, observed: Any) -> None:
    """Fortran order and the order of bytes are storage, not values."""
    assert compare(tmp_path, "w.npy", _npy(KERNEL), _npy(observed)).verdict is OutputVerdict.IDENTICAL


@pytest.mark.parametrize(
    ("expected", "observed", "kind"),
    [
        (KERNEL, KERNEL.reshape(4, 3), "shape"),
        (KERNEL, KERNEL.astype(np.float64), "type"),
        (np.arange(3), np.arange(3.0), "type"),
        (np.array([True]), np.array([1]), "type"),
        (np.array(["a"]), np.array([b"a"]), "type"),
        (np.array(["a", "b"]), np.array(["a", "bcd"]), "changed"),
        (np.array([True, False]), np.array([True, True]), "changed"),
        (np.array(["2022-05-17"], "M8[D]"), np.array(["NaT"], "M8[D]"), "changed"),
        (np.array([1, 2**62]), np.array([1, 2**62 + 1]), "number"),
        (np.array([0, 2**64 - 1], "u8"), np.array([0, 2**64 - 2], "u8"), "number"),
        (np.array([1 + 2j]), np.array([1 + 3j]), "number"),
        (np.float32(1.5), np.float32(2.5), "number"),
    ],
)
def test_each_kind_of_difference(tmp_path: Path, expected: Any, observed: Any, kind: str) -> None:
    """Shapes, types and elements that differ are each told for what they are."""
    comparison = compare(tmp_path, "a.npy", _npy(expected), _npy(observed))
    assert (only(comparison).kind, comparison.verdict) == (kind, OutputVerdict.DIFFERS)


@pytest.mark.parametrize(
    ("expected", "observed", "rule", "verdict"),
    [
        (KERNEL, KERNEL.astype(np.float64), {"ulp": 0}, OutputVerdict.TOLERANCE),
        (np.arange(3), np.arange(3.0), {"absolute": 0}, OutputVerdict.TOLERANCE),
        (KERNEL, KERNEL.reshape(4, 3), {"absolute": 9}, OutputVerdict.DIFFERS),
        (np.array([1, 2**62]), np.array([1, 2**62 + 1]), {"absolute": 0}, OutputVerdict.DIFFERS),
        (np.array([1, 2**62]), np.array([1, 2**62 + 1]), {"absolute": 1}, OutputVerdict.TOLERANCE),
        (np.array(["NaT"], "M8[D]"), np.array([["NaT"]], "M8[D]").reshape(1), {}, OutputVerdict.IDENTICAL),
        (np.array([np.nan, 1]), np.array([np.nan, 1]), {"nan_equal": False}, OutputVerdict.DIFFERS),
        (np.array([np.inf]), np.array([1e308]), {"absolute": 1e308}, OutputVerdict.DIFFERS),
        (np.array([0.0]), np.array([-0.0]), {}, OutputVerdict.DIFFERS),
        (np.array([0.0]), np.array([-0.0]), {"absolute": 0}, OutputVerdict.TOLERANCE),
        (np.array([0.0]), np.array([-0.0]), {"absolute": 0, "signed_zero": True}, OutputVerdict.DIFFERS),
    ],
)
def test_rules_for_arrays(tmp_path: Path, expected: Any, observed: Any, rule: dict[str, Any], verdict: OutputVerdict) -> None:
    """The rules for numbers hold element by element."""
    assert compare(tmp_path, "a.npy", _npy(expected), _npy(observed), {"*": rule}).verdict is verdict


def test_nan_and_infinity_are_counted_apart(tmp_path: Path) -> None:
    """What is not finite is outside any tolerance, and does not spoil mean and maximum of the rest."""
    expected = np.array([1.0, 2.0, np.nan, np.inf, np.nan])
    observed = np.array([1.5, np.nan, 3.0, np.inf, np.nan])
    difference = only(compare(tmp_path, "a.npy", _npy(expected), _npy(observed), {"*": {"absolute": 1}}))
    deviation = difference.deviation
    assert deviation is not None
    assert (deviation.count, deviation.differing, deviation.outside, deviation.not_finite) == (5, 3, 2, 2)
    assert deviation.max_absolute == 0.5


def test_records_are_compared_field_by_field(tmp_path: Path) -> None:
    """One field of an array of records is named."""
    kind = np.dtype([("x", "f4"), ("box", "i4", (2,))])
    expected = np.zeros(3, kind)
    observed = expected.copy()
    observed["box"][1, 1] = 7
    assert found(compare(tmp_path, "a.npy", _npy(expected), _npy(observed))) == [("number", "box")]


def test_arrays_that_come_and_go_are_named(tmp_path: Path) -> None:
    """An array on one side only is added or removed, with type and shape."""
    comparison = compare(tmp_path, "w.npz", _npz(a=KERNEL), _npz(b=KERNEL))
    assert found(comparison) == [("removed", "a"), ("added", "b")]
    assert comparison.differences[0].expected == "float32 (3, 4)"


def test_object_arrays_are_never_unpickled(tmp_path: Path) -> None:
    """What they hold is read from their opcodes."""
    expected, observed = (_npy(np.array([{"a": value}], object), allow_pickle=True) for value in (1, 2))
    difference = only(compare(tmp_path, "o.npy", expected, observed))
    assert (difference.kind, difference.expected, difference.observed) == ("number", "1", "2")


def test_a_second_array_in_a_file_is_seen(tmp_path: Path) -> None:
    """Arrays, and bytes that are none, behind the first one."""
    first = _saved(KERNEL)
    assert found(compare(tmp_path, "a.npy", first, first + _saved(KERNEL))) == [("added", "array 2")]
    assert found(compare(tmp_path, "a.npy", first, first + b"more")) == [("added", "bytes behind the array")]


def _saved(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def test_one_member_that_cannot_be_read_is_unread_itself(tmp_path: Path) -> None:
    """The others are compared and named; the same bytes of it are the same."""
    members = {"y.npy": _saved(KERNEL), "notes.bin": b"\0\1"}
    sides = [members, {**members, "y.npy": _saved(KERNEL + 1)}, {**members, "notes.bin": b"\0\2"}]
    expected, other, unread = (_archive_of(side) for side in sides)
    assert found(compare(tmp_path, "a.npz", expected, other)) == [("number", "y")]
    comparison = compare(tmp_path, "a.npz", expected, unread)
    assert (comparison.verdict, found(comparison)) == (OutputVerdict.UNDETERMINED, [("unread", "member notes.bin")])


def _archive_of(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def test_pickles_are_described_by_their_opcodes(tmp_path: Path) -> None:
    """By suffix or by their first bytes."""
    import pickle

    for name in ("model.pkl", "model.bin"):
        comparison = compare(tmp_path, name, pickle.dumps([1] * 9, 4), pickle.dumps([2] * 9, 2))
        assert (comparison.compared_by, only(comparison).kind) == ("pickle", "number")


def _archive(member: str, data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(member), data, zipfile.ZIP_DEFLATED)  # no time: a test's name is made of these bytes
    return stream.getvalue()


def _header(shape: str, kind: str = "<f4") -> bytes:
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.npy", _header("(-1,)"), "its shape is (-1,)"),
        ("a.npy", _header("(3,)", "V0"), "of no size"),
        ("a.npy", _header("(" * 500), "cannot be read as npy"),
        ("a.npy", b"\x93NUMPY\x01\x00\xff\xff", "cannot be read as npy"),
        ("a.npz", b"PK\x05\x06" + b"\0" * 10, "cannot be read as npz"),
    ],
)
def test_damaged_files_are_compared_by_bytes(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    """Absurd headers and broken archives cost neither memory nor time."""
    expected = _npy(KERNEL) if name.endswith(".npy") else _npz(a=KERNEL)
    comparison = compare(tmp_path, name, expected, data)
    assert reason in comparison.compared_by
    assert comparison.verdict is OutputVerdict.DIFFERS


def test_an_array_that_claims_more_than_there_is_is_unread(tmp_path: Path) -> None:
    """Terabytes in a header cost neither memory nor time."""
    data = _header("(1000000000000,)")
    comparison = compare(tmp_path, "a.npy", data + b"\0" * 8, data + b"\0" * 4)
    assert comparison.verdict is OutputVerdict.UNDETERMINED
    assert "ends before its last element" in only(comparison).observed


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A member of 2 GiB in 2 MiB is refused by its size, and nothing is said about its values."""
    data = bytearray(_archive("a.npy", _header("(3,)") + b"\0" * 12))
    place = data.rindex(b"PK\x01\x02") + 24
    data[place : place + 4] = (2 << 30).to_bytes(4, "little")
    comparison = compare(tmp_path, "a.npz", _npz(a=KERNEL), bytes(data))
    assert comparison.verdict is OutputVerdict.UNDETERMINED
    assert "unpacks to 2,147,483,648 bytes" in comparison.compared_by


def test_real_predictions_are_compared() -> None:
    """What numpy 1.22 saved in the TensorFlow 2.9 environment is read, and another learning rate moves the logits alone."""
    from envprobe.output import Tolerance, compare_outputs

    comparison = compare_outputs(RECORDED / "predictions.npz", OTHER_RATE / "predictions.npz", Tolerance())
    assert found(comparison) == [("number", "logits")]


@pytest.mark.parametrize(
    "other", [[("b", "i4", (2,))], [("a", "i4", (2, 1))], [("a", [("x", "i4"), ("y", "i4")])], [("a", "u4", (2,))]]
)
def test_fields_are_described_by_name_and_type(other: list[tuple[str, Any]], tmp_path: Path) -> None:
    """Of a structured array whose file was not kept, other fields of the same bytes are no identical output."""
    ours, theirs = tmp_path / "ours.npy", tmp_path / "theirs.npy"
    np.save(ours, np.zeros(3, [("a", "i4", (2,))]))
    np.save(theirs, np.zeros(3, np.dtype(other)))
    verdict = compare_descriptions(describe(ours, "x.npy"), describe(theirs, "x.npy"), Tolerance()).verdict
    assert verdict in (OutputVerdict.DIFFERS, OutputVerdict.UNDETERMINED)
