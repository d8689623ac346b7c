"""The benchmark of one more machine, added to a baseline wherever that lies."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import envprobe
from envprobe import store
from envprobe.baseline import read_baseline
from envprobe.command import baseline
from envprobe.config import Config
from envprobe.error import ProbeError, StoreError
from envprobe.fingerprint import to_json
from envprobe.numerics.trace import Trace
from envprobe.numerics.trace import to_json as trace_json
from envprobe.report import Verdict
from tests.support.sample import fingerprint
from tests.support.trace_sample import moved, trace, with_class

ELSEWHERE = with_class(cpu="AuthenticAMD 25 x86-64:avx512_core").numeric_class
ROUNDING = moved({("operation", "matmul"): (1.0, 0.5000001, 0.25)}, numeric_class=ELSEWHERE)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A project with one baseline, and fingerprints of machines as targets."""
    config = Config(target=machine(tmp_path, "here", trace()), baselines_folder=tmp_path / "baselines")
    baseline.save(baseline.record(name="tf", config=config))
    return config


def machine(folder: Path, name: str, found: Trace | None) -> str:
    document = fingerprint({"cpu.dispatch": "x86-64:avx512_core"} if name == "elsewhere" else None)
    traced = msgspec.structs.replace(document, trace=trace_json(found) if found else None)
    (folder / f"{name}.json").write_bytes(to_json(traced))
    return f"file://{folder}/{name}.json"


@pytest.mark.parametrize("given", [{"name": "tf"}, {"name": "./baselines/tf.json"}, {"output": Path("baselines/tf.json")}, {}])
def test_by_name_by_path_or_the_only_one(
    given: dict[str, object], config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After it the machine computes what is expected, and its class is a note."""
    monkeypatch.chdir(tmp_path)
    target = machine(tmp_path, "elsewhere", ROUNDING)
    assert envprobe.check(target, "tf", config=config).verdict_words == "reproduces up to rounding"
    recording = baseline.add_trace(target, config=config, **given)  # type: ignore[arg-type]
    assert recording.path.resolve() == (tmp_path / "baselines" / "tf.json").resolve()
    baseline.save(recording, update=True)
    report = envprobe.check(target, "tf", config=config)
    assert report.verdict is Verdict.REPRODUCES and report.verdict_words == "reproduces"
    assert {item.path: item.severity.value for item in report.differences} == {"cpu.dispatch": "note"}


def test_a_shipped_baseline_is_copied_first(config: Config, tmp_path: Path) -> None:
    """What comes with envprobe is nobody's to write: its name in the project's folder is found first from then on."""
    shipped = store.shipped() / "standin-tensorflow-2.9.0.json"
    before = shipped.read_bytes()
    recording = baseline.add_trace(machine(tmp_path, "elsewhere", ROUNDING), name="standin-tensorflow-2.9.0", config=config)
    assert recording.path == config.baselines_folder / "standin-tensorflow-2.9.0.json"
    baseline.save(recording, update=True)
    assert shipped.read_bytes() == before
    copied = read_baseline(recording.path.read_bytes(), "copy")
    assert copied.fingerprint == read_baseline(before, "shipped").fingerprint and len(copied.traces) > 0


def test_bits_that_are_known_make_no_other_class(config: Config, tmp_path: Path) -> None:
    """A cap that moves nothing is another class by name, and nothing to expect besides."""
    capped = msgspec.structs.replace(trace(), numeric_class=ELSEWHERE)
    recording = baseline.add_trace(machine(tmp_path, "elsewhere", capped), name="tf", config=config)
    assert recording.baseline.traces == {}


def test_what_cannot_be_added(config: Config, tmp_path: Path) -> None:
    """No such baseline, or no benchmark: what was typed is not what is suggested."""
    with pytest.raises(ProbeError, match="did not run"):
        baseline.add_trace(machine(tmp_path, "blind", None), name="tf", config=config)
    with pytest.raises(StoreError, match="no baseline named 'nothing-like-it'") as error:
        baseline.add_trace(machine(tmp_path, "elsewhere", ROUNDING), name="nothing-like-it", config=config)
    assert "did you mean nothing-like-it" not in error.value.hint
