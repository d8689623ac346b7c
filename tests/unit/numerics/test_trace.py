"""Traces: read from documents that nobody vouches for, and kept by numeric class."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any

import pytest

from envprobe import document
from envprobe.error import DocumentError
from envprobe.numerics.trace import numeric_class, read_trace, read_traces, to_json, with_trace
from tests.support.trace_sample import TRACE, trace


def test_a_trace_survives_being_written_and_read() -> None:
    """What record writes is what check reads, member by member."""
    assert read_trace(json.loads(json.dumps(to_json(trace()))), "file") == trace()


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("schema",), "envprobe.trace/2", "newer"),
        (("schema",), "nonsense", "schema"),
        (("kind",), "torch", "kind"),
        (("mode",), None, "mode"),
        (("records",), [], "records: empty"),
        (("records", 0, "part"), "\x1b[2Jhost", "not a name"),
        (("records", 0, "tensor"), "../../etc/passwd" * 20, "not a name"),
        (("records", 0, "tensor"), "", "not a name"),
        (("records", 0, "digest"), "0" * 31, "32 hexadecimal digits"),
        (("records", 0, "sample"), "!!!!", "base64"),
        (("records", 0, "sample"), base64.b64encode(bytes(400)).decode(), "do not fit"),
        (("records", 0, "sample"), base64.b64encode(bytes(3)).decode(), "do not fit"),
        (("records", 0, "scale"), "0x1.fp+9999", "hex float"),
        (("records", 0, "projection"), "1.5", "hex float"),
        (("records", 0, "dtype"), "object", "dtype"),
        (("records", 0, "shape"), [-1], "not a shape"),
        (("records", 0, "shape"), [2] * 1000, "not a shape"),
        (("records", 0, "shape"), [1.5], "shape"),
        (("records", 0, "step"), -1, "not a step"),
        (("records", 0, "surprise"), 1, "surprise"),
        (("class", "framework"), "a\nb", "class"),
        (("class",), {}, "class: empty"),
    ],
)
def test_what_a_trace_may_not_be(path: tuple[Any, ...], value: Any, words: str) -> None:
    """Newer schema, hostile names, truncated samples: refused with the place named, and nothing of it is trusted."""
    broken = copy.deepcopy(TRACE)
    at: Any = broken
    for member in path[:-1]:
        at = at[member]
    at[path[-1]] = value
    with pytest.raises(DocumentError, match=words):
        read_trace(broken, "trace")


def test_every_fault_is_told_at_once() -> None:
    """A reader mends a file in one go."""
    broken = copy.deepcopy(TRACE)
    broken["records"][0]["digest"] = "x"
    broken["records"][1]["sample"] = "x"
    with pytest.raises(DocumentError) as caught:
        read_trace(broken, "trace")
    assert "records[0].digest" in caught.value.message and "records[1].sample" in caught.value.message


def test_a_record_comes_once() -> None:
    """Two records of one tensor would let the second hide the first."""
    broken = copy.deepcopy(TRACE)
    broken["records"].append(broken["records"][0])
    with pytest.raises(DocumentError, match="a second record of"):
        read_trace(broken, "trace")


def test_nan_is_not_a_number_here() -> None:
    """JSON's NaN never reaches a trace; a loss that became NaN is spelled as one, and is a value like another."""
    with pytest.raises(DocumentError, match="NaN"):
        document.read_json(b'{"schema": "envprobe.trace/1", "records": NaN}', "trace")
    spelled = copy.deepcopy(TRACE)
    spelled["records"][0]["scale"] = spelled["records"][0]["projection"] = "nan"
    assert read_trace(spelled, "trace").records[0].scale == "nan"


def test_a_class_is_one_line_that_names_what_decides_bits() -> None:
    """Two machines of one class are expected to agree bit for bit, so everything that is known to part them is in it."""
    told = "cpu GenuineIntel 6 x86-64:avx512_core; cpus 2; device cpu; framework tensorflow 2.9.0; onednn True"
    assert numeric_class(trace()) == told


def test_a_baseline_keeps_several_traces_of_a_class_each_once() -> None:
    """`--add-trace` adds what is new and leaves what is there; a class may hold every run that was seen on it."""
    once = with_trace({}, trace())
    assert with_trace(once, trace()) == once
    other = trace(records=trace().records[:-1])
    assert [len(members) for members in with_trace(once, other).values()] == [2]


def test_traces_lie_under_their_own_class() -> None:
    """A trace under another class's name would be expected of the wrong machines."""
    document_of = {numeric_class(trace()): to_json(trace())}
    assert read_traces(document_of, "baseline") == {numeric_class(trace()): [trace()]}
    with pytest.raises(DocumentError, match="is of class"):
        read_traces({"another": to_json(trace())}, "baseline")
