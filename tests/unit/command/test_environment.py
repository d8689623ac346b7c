"""What envprobe does, as functions: values in, values out, nothing printed."""

from __future__ import annotations

import os
import threading
from datetime import date, datetime, timezone
from pathlib import Path

import pytest

import envprobe
from envprobe.baseline import Baseline, read_baseline
from envprobe.baseline.declaration import Declaration
from envprobe.baseline.waiver import Waiver
from envprobe.command import baseline, environment, source
from envprobe.command.report import attach
from envprobe.config import Config
from envprobe.error import DocumentError, EnvprobeError, StoreError, TargetError, UsageError
from envprobe.fingerprint import to_json
from envprobe.installation import calling
from envprobe.policy import Policy, Severity
from envprobe.render.quoted import quoted
from envprobe.report import Verdict
from tests.support.sample import fingerprint


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A project whose target is a file, so that nothing is run."""
    (tmp_path / "here.json").write_bytes(to_json(fingerprint()))
    (tmp_path / "drifted.json").write_bytes(to_json(fingerprint({"packages.numpy.version": "1.23.5"})))
    return Config(target=f"file://{tmp_path}/here.json", baselines_folder=tmp_path / "baselines")


def _drifted(tmp_path: Path) -> str:
    return f"file://{tmp_path}/drifted.json"


def test_record_writes_nothing_until_saved(config: Config, tmp_path: Path) -> None:
    """`record` returns what it would write; `save` writes it, and never over another unless it is told to."""
    recording = baseline.record(name="tf", config=config, now=datetime(2026, 1, 1, tzinfo=timezone.utc))
    assert not recording.path.exists()
    assert (recording.baseline.name, recording.replaces) == ("tf", None)
    assert recording.baseline.provenance.recorded == "2026-01-01T00:00:00Z"
    baseline.save(recording)
    assert read_baseline(recording.path.read_bytes(), "tf") == recording.baseline
    with pytest.raises(StoreError, match="exists already"):
        baseline.save(recording)


def test_recording_again_says_what_changes_and_keeps_what_was_decided(config: Config, tmp_path: Path) -> None:
    """A new recording reports how it differs from the old one and keeps its policy, waivers and description."""
    waiver = Waiver(path="gpu.*", owner="ana", reason="x", expires="2027-01-01")
    old = Baseline(
        name="tf", kind="recorded", description="ours", fingerprint=fingerprint(), policy={"cpu.*": "fail"}, waivers=[waiver]
    )
    path = tmp_path / "tf.json"
    path.write_bytes(envprobe.baseline.to_json(old))
    recording = baseline.record(_drifted(tmp_path), output=path, config=config)
    assert recording.replaces is not None
    assert [root.path for root in recording.replaces.roots] == ["packages.numpy.version"]
    kept = recording.baseline
    assert (kept.description, kept.policy, kept.waivers) == ("ours", {"cpu.*": "fail"}, [waiver])
    baseline.save(recording, update=True)
    assert environment.check(_drifted(tmp_path), str(path), config=config).verdict is Verdict.REPRODUCES


def test_check_chooses_the_only_baseline(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a name the configured baseline is taken, else the only one there is; of several one must be named."""
    (tmp_path / "my lab").mkdir()
    monkeypatch.chdir(tmp_path / "my lab")
    with pytest.raises(StoreError) as missing:
        environment.check(config=config)
    assert missing.value.hint == f"record one: {calling()} record --name my-lab"
    with pytest.raises(StoreError) as missing:
        environment.check("docker://trainer", config=config)
    assert missing.value.hint == f"record one: {calling()} record docker://trainer --name trainer"
    baseline.save(baseline.record(name="tf", config=config))
    assert environment.check(config=config).expected_name == "tf"
    baseline.save(baseline.record(name="torch", config=config))
    with pytest.raises(StoreError, match="which baseline\\? there are tf, torch") as missing:
        environment.check(config=config)
    assert missing.value.hint == f"name one, as in: {calling()} check --baseline tf"
    with pytest.raises(StoreError) as missing:
        environment.check("image://lab:1.0.0?env=TOKEN=hunter2&gpus=all", "tff", config=config)
    hint = f"{calling()} record 'image://lab:1.0.0?env=TOKEN&gpus=all' --name tff"
    assert missing.value.hint == f"did you mean tf?\nor record it: {hint}"
    assert environment.check(config=config, baseline="torch").expected_name == "torch"


def test_policies_lie_over_one_another(config: Config, tmp_path: Path) -> None:
    """The project's policy wins over the baseline's, which wins over the default; waivers of both count."""
    observed = fingerprint({"cpu.affinity": 8})
    baseline = Baseline(name="tf", kind="recorded", fingerprint=fingerprint(), policy={"cpu.affinity": "fail"})

    def severity(given: Config) -> Severity:
        return environment.diff(baseline, observed, config=given).differences[0].severity

    assert severity(config) is Severity.FAIL
    project = Config(baselines_folder=tmp_path, policy=Policy(rules={"cpu.affinity": Severity.NOTE}))
    assert severity(project) is Severity.NOTE
    waiver = Waiver(path="cpu.*", owner="ana", reason="x", expires="2026-01-31")
    waived = Config(baselines_folder=tmp_path, waivers=[waiver])
    assert environment.diff(baseline, observed, config=waived, today=date(2026, 1, 31)).verdict is Verdict.REPRODUCES
    assert environment.diff(baseline, observed, config=waived, today=date(2026, 2, 1)).verdict is Verdict.DIFFERS


def test_diff_takes_names_files_and_values(config: Config, tmp_path: Path) -> None:
    """Either side may be a baseline's name, a file or a value, and is called what the caller called it."""
    baseline.save(baseline.record(name="tf", config=config))
    drifted = tmp_path / "drifted.json"
    for expected in ("tf", tmp_path / "here.json", str(tmp_path / "baselines" / "tf.json"), fingerprint()):
        report = environment.diff(expected, drifted, config=config)
        assert (report.verdict, report.observed_name) == (Verdict.DIFFERS, str(drifted))
    assert environment.diff("tf", "tf", config=config).expected_name == "tf"
    assert environment.diff(fingerprint(), fingerprint(), config=config).expected_name == fingerprint().id[:19]


def test_a_report_quotes_what_attach_would_write(config: Config, tmp_path: Path) -> None:
    """A reviewer finds in the report the very line that the author's report carries."""
    page = tmp_path / "report.md"
    page.write_text("# Results\n")
    line = str(attach(tmp_path / "drifted.json", page, config=config).record.line)
    assert line in page.read_text()
    assert quoted(environment.diff(fingerprint(), tmp_path / "drifted.json", config=config)) == line


def test_a_declared_baseline_is_no_environment(config: Config) -> None:
    """What is only declared can be expected and not observed."""
    declared = Baseline(name="pins", kind="declared", declared={"packages.numpy.version": Declaration(specifier="==1.22.4")})
    assert environment.diff(declared, fingerprint(), config=config).verdict is Verdict.REPRODUCES
    with pytest.raises(UsageError, match="pins is a declared baseline; it can only stand first"):
        environment.diff(fingerprint(), declared, config=config)


def test_a_pipe_is_a_file_too(config: Config, tmp_path: Path) -> None:
    """`diff` reads from a pipe, as in `envprobe diff tf <(ssh host envprobe probe)`."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(to_json(fingerprint()),))
    writer.start()
    assert source.load(pipe, config=config) == fingerprint()
    writer.join()


def test_trouble_is_an_error_of_ours(config: Config, tmp_path: Path) -> None:
    """Trouble is an EnvprobeError that says what, where and what next; never another exception."""
    (tmp_path / "half.json").write_bytes(b'{"schema"')
    (tmp_path / "folder.json").mkdir()
    for kind, call in (
        (StoreError, lambda: source.load("gone", config=config)),
        (StoreError, lambda: source.load(tmp_path / "folder.json", config=config)),
        (DocumentError, lambda: source.load(tmp_path / "half.json", config=config)),
        (TargetError, lambda: environment.probe(f"file://{tmp_path}/gone.json", config=config)),
        (UsageError, lambda: environment.probe("nowhere://x", config=config)),
        (UsageError, lambda: baseline.record(config=config)),
        (UsageError, lambda: baseline.record(name="a", output=tmp_path / "a.json", config=config)),
        (StoreError, lambda: baseline.record(name="../a", config=config)),
    ):
        with pytest.raises(kind) as caught:
            call()
        assert isinstance(caught.value, EnvprobeError)
        assert caught.value.message
