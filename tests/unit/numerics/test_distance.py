"""How far two tensors are apart."""

from __future__ import annotations

import base64
import math
import struct

import msgspec
import pytest

from envprobe.numerics.distance import SAME, UNKNOWN, distance, losses, values
from envprobe.numerics.trace import TraceRecord
from tests.support.trace_sample import record, trace


def pair(wanted: tuple[float, ...], found: tuple[float, ...]) -> tuple[TraceRecord, TraceRecord]:
    return record("p", "s", "t", values=wanted), record("p", "s", "t", values=found)


def test_equal_bits_have_no_distance() -> None:
    """The digest decides, before any value is looked at."""
    assert distance(*pair((1.0, 2.0), (1.0, 2.0))) == SAME


def test_neighbouring_floats_are_one_ulp_apart() -> None:
    """The ULP is counted where the error is largest: near a zero element it would mean nothing."""
    near = struct.unpack("<f", struct.pack("<i", struct.unpack("<i", struct.pack("<f", 1.0))[0] + 1))[0]
    apart = distance(*pair((1.0, 0.0), (near, 1e-30)))
    assert apart.ulp == 1
    assert apart.relative == pytest.approx(2.0**-23)


def test_the_scale_is_the_largest_magnitude() -> None:
    """An error counts against the whole tensor, not against its own small element."""
    assert distance(*pair((100.0, 0.001), (100.0, 0.002))).relative == pytest.approx(1e-5, rel=1e-3)


def test_the_sign_is_crossed_by_way_of_zero() -> None:
    """Both zeros are at rank 0, so the smallest numbers on either side of them are two apart."""
    smallest = struct.unpack("<f", struct.pack("<i", 1))[0]
    assert distance(*pair((smallest,), (-smallest,))).ulp == 2


def test_an_error_between_the_sampled_elements_is_seen() -> None:
    """One wrong element of ten thousand, none of it in the sample, still has a distance: the projection moved."""
    whole = msgspec.structs.replace(record("p", "s", "t"), shape=[10_000])
    other = msgspec.structs.replace(whole, digest="0" * 32, projection=(float.fromhex(whole.projection) + 1.0).hex())
    apart = distance(whole, other)
    assert apart.ulp is None
    assert apart.relative == pytest.approx(0.01)


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "float64", "sample": ""},
        {"shape": [3, 1]},
        {"error": "UnimplementedError"},
        {"scale": "nan"},
        {"sample": base64.b64encode(struct.pack("<3f", math.nan, math.inf, 1.0)).decode()},
    ],
)
def test_what_has_no_distance_is_said_to_have_none(change: dict[str, object]) -> None:
    """Another type or shape, an exception, a value that is not finite: nothing is made up."""
    wanted = record("p", "s", "t")
    other = msgspec.structs.replace(wanted, digest="0" * 32, **change)
    scaled = msgspec.structs.replace(wanted, scale="nan") if "scale" in change else wanted
    assert distance(scaled, other) == UNKNOWN


@pytest.mark.parametrize(
    ("dtype", "raw", "expected"),
    [
        ("bfloat16", bytes.fromhex("803f00c0"), [1.0, -2.0]),
        ("float16", struct.pack("<2e", 0.5, 2.0), [0.5, 2.0]),
        ("float64", struct.pack("<d", 0.1), [0.1]),
        ("int32", struct.pack("<2i", -3, 4), [-3.0, 4.0]),
        ("uint8", b"\x00\xff", [0.0, 255.0]),
        ("bool", b"\x00\x01", [0.0, 1.0]),
    ],
)
def test_a_sample_is_decoded_by_its_type(dtype: str, raw: bytes, expected: list[float]) -> None:
    """Every type that a trace may hold has a value."""
    whole = msgspec.structs.replace(record("p", "s", "t"), dtype=dtype, sample=base64.b64encode(raw).decode())
    assert values(whole) == expected


def test_losses_come_in_the_order_of_the_steps() -> None:
    """The curve that `show` draws is the CPU's training run and nothing else."""
    assert [(step, name) for step, name, _ in losses(trace().records)] == [(0, "classes"), (1, "classes"), (7, "classes")]
