"""The published schemas fit whatever envprobe reads and writes."""

from __future__ import annotations

import base64
import json
import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from envprobe.baseline import Baseline, read_baseline
from envprobe.baseline import to_json as baseline_json
from envprobe.error import DocumentError
from envprobe.fingerprint import Fingerprint
from envprobe.fingerprint import to_json as fingerprint_json
from envprobe.numerics.trace import Trace
from envprobe.numerics.trace import to_json as trace_json
from envprobe.records.packing import pack
from envprobe.records.record import Record, SignedRecord
from envprobe.render import FORMATS, Style
from envprobe.report import Report
from envprobe.runs import Run
from envprobe.runs import to_json as run_json
from envprobe.signing.dsse import Envelope
from tests.property.environment import fingerprints
from tests.property.test_baseline import damaged, declared, recorded
from tests.property.test_experiment import runs
from tests.property.test_render import reports
from tests.property.test_report import envelopes, records
from tests.property.test_trace import traces
from tests.support.schema import problems

few = settings(max_examples=30)  # a document is a large value to draw, and the validator walks all of it


@few
@given(fingerprints())
def test_fingerprints(fingerprint: Fingerprint) -> None:
    """Every environment, hostile names among it."""
    assert problems("fingerprint/1", fingerprint_json(fingerprint)) == []


@few
@given(st.one_of(declared, recorded))
def test_baselines(baseline: Baseline) -> None:
    """Recorded and declared."""
    assert problems("baseline/1", baseline_json(baseline)) == []


@few
@given(traces())
def test_traces(trace: Trace) -> None:
    """Whatever was computed."""
    assert problems("trace/1", trace_json(trace)) == []


@few
@given(runs())
def test_runs(run: Run) -> None:
    """However an experiment ended."""
    assert problems("run/1", run_json(run)) == []


@few
@given(reports())
def test_reports(report: Report) -> None:
    """Whatever a comparison found."""
    assert problems("report/1", FORMATS["json"](report, Style())) == []


@few
@given(records, envelopes)
def test_records(record: Record, signed: list[Envelope]) -> None:
    """Whatever a report carries."""
    assert problems("record/1", zlib.decompress(base64.b64decode(pack(SignedRecord(record=record, envelopes=signed))))) == []


@few
@given(declared, st.data())
def test_what_the_reader_accepts_fits(baseline: Baseline, data: st.DataObject) -> None:
    """A baseline that somebody edited: where the reader takes it, the schema does."""
    value = damaged(json.loads(baseline_json(baseline)), data)
    try:
        read_baseline(json.dumps(value).encode(), "b")
    except DocumentError:
        return
    assert problems("baseline/1", value) == []
