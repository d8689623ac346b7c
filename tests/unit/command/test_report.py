from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

import msgspec
import pytest

from envprobe import fingerprint
from envprobe.baseline import Baseline
from envprobe.baseline.declaration import Declaration
from envprobe.carrier import open_carrier
from envprobe.command.recorded import load, record_in, signed_in
from envprobe.command.report import attach, verify
from envprobe.config import Config
from envprobe.error import DocumentError, EnvprobeError, StoreError, UsageError
from envprobe.records.record import Record
from envprobe.report import Verdict
from envprobe.signing.dsse import Signature
from envprobe.verification.authenticity import Trust
from envprobe.verification.verification import Status, Verification
from tests.support.attached import PREDICTIONS, RECORD, Notary, attached, bare, edited, forge
from tests.support.sample import fingerprint as sample

ANN, BEN, EVE = Notary("ann"), Notary("ben"), Notary("eve")
NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
OTHER = msgspec.structs.replace(RECORD, metrics={"accuracy": "0.99"})


def signed(folder: Path, *signers: Notary, record: Record = RECORD) -> Path:
    """Return a report with a record that some people signed."""
    path = bare("report.md", folder)
    for signer in signers:
        attach(record, path, signer=signer, now=NOON)
    return path


def trusting(*names: str) -> Trust:
    """Return the trust in some people."""
    return Trust(verifiers=[Notary("keyring", *names)])


class TestAttach:
    def test_a_fingerprint_file_is_a_source(self, tmp_path: Path) -> None:
        """What `envprobe probe --output` wrote can be attached, without host name and user."""
        path = tmp_path / "trainer.json"
        path.write_bytes(fingerprint.to_json(msgspec.structs.replace(sample(), context={"user": "ann"})))
        record = attach(path, bare("report.md", tmp_path)).record
        assert record.fingerprint == sample()

    def test_a_recorded_baseline_is_a_source(self) -> None:
        """A baseline that was recorded is an environment."""
        baseline = Baseline(name="b", kind="recorded", fingerprint=sample())
        assert record_in(load(baseline)).fingerprint == sample()

    def test_a_declared_baseline_is_none(self) -> None:
        """What is only declared was never anybody's environment."""
        declared = Baseline(name="b", kind="declared", declared={"python.version": Declaration(equals="3.8")})
        with pytest.raises(UsageError, match="a declared baseline; it has no record"):
            record_in(load(declared))

    def test_a_fingerprint_of_any_name_is_a_source(self, tmp_path: Path) -> None:
        """A name that is no report's is read as a document."""
        path = tmp_path / "trainer.fingerprint"
        path.write_bytes(fingerprint.to_json(sample()))
        assert record_in(load(path)).fingerprint == sample()

    @pytest.mark.parametrize("name", ["report.html", "report.json"])
    def test_a_report_is_a_source(self, name: str, tmp_path: Path) -> None:
        """The record of one report goes into another."""
        attach(attached(name, tmp_path), bare("report.md", tmp_path))
        assert verify(tmp_path / "report.md").record == RECORD

    def test_a_report_without_a_record_is_none(self, tmp_path: Path) -> None:
        """Nothing can be taken from a report that carries nothing."""
        with pytest.raises(DocumentError, match="no envprobe record"):
            load(bare("report.html", tmp_path))

    def test_a_copy_leaves_the_report_as_it_is(self, tmp_path: Path) -> None:
        """With an output the report itself is only read."""
        path = bare("report.md", tmp_path)
        before = path.read_bytes()
        attach(RECORD, path, output=tmp_path / "copy.md")
        assert path.read_bytes() == before
        assert verify(tmp_path / "copy.md").status is Status.INTACT

    def test_a_report_that_cannot_be_written_stays_whole(self, tmp_path: Path) -> None:
        """The report is written whole or not at all: a folder in its place is trouble, not half a report."""
        (tmp_path / "copy.md").mkdir()
        with pytest.raises(StoreError):
            attach(RECORD, bare("report.md", tmp_path), output=tmp_path / "copy.md")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.md", "predictions.csv", "report.md"]

    def test_a_report_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        """attach writes into a report; it does not make one."""
        with pytest.raises(DocumentError, match="No such file"):
            attach(RECORD, tmp_path / "none.md")

    def test_a_damaged_record_is_replaced(self, tmp_path: Path) -> None:
        """Whoever broke the record by hand can attach it again."""
        path = edited(
            attached("report.md", tmp_path), lambda data: data.replace(b"<!-- envprobe:record\ne", b"<!-- envprobe:record\n?")
        )
        assert verify(path).status is Status.REFUSED
        attach(RECORD, path)
        assert verify(path).status is Status.INTACT


class TestOutputs:
    def test_outputs_beside_the_report_are_checked(self, tmp_path: Path) -> None:
        """A file that lies there with its recorded digest counts as checked."""
        found = verify(attached("report.md", tmp_path))
        assert (found.status, found.checked_outputs, found.notes) == (Status.INTACT, 1, [])

    @pytest.mark.parametrize("place", range(len(PREDICTIONS)))
    def test_any_character_of_an_output_is_told(self, place: int, tmp_path: Path) -> None:
        """One byte of a result: altered."""
        path = attached("report.md", tmp_path)
        edited(tmp_path / "predictions.csv", lambda data: data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        found = verify(path)
        assert found.status is Status.ALTERED
        assert found.reasons == ["output predictions.csv: its content is not the recorded one"]

    def test_another_size_is_told(self, tmp_path: Path) -> None:
        """A file that grew does not have to be read."""
        path = attached("report.md", tmp_path)
        edited(tmp_path / "predictions.csv", lambda data: data + b"1,1\n")
        assert verify(path).reasons == ["output predictions.csv: has 12 bytes, the recorded one had 8"]

    def test_outputs_that_are_not_there_are_noted(self, tmp_path: Path) -> None:
        """A report that was mailed alone is intact, and it is said what was not checked."""
        path = attached("report.md", tmp_path)
        (tmp_path / "predictions.csv").unlink()
        found = verify(path)
        assert found.status is Status.INTACT
        assert found.notes == ["1 of 1 recorded outputs do not lie beside the report: not checked"]

    def test_outputs_that_were_asked_for_must_be_there(self, tmp_path: Path) -> None:
        """Where a folder is named, a missing output is no pass."""
        path = attached("report.md", tmp_path)
        (tmp_path / "empty").mkdir()
        assert verify(path, outputs=tmp_path).status is Status.INTACT
        assert verify(path, outputs=tmp_path / "empty").status is Status.ALTERED

    def test_a_pipe_in_place_of_an_output_does_not_hang(self, tmp_path: Path) -> None:
        """verify reads what strangers sent: a pipe or a device must not make it wait."""
        path = attached("report.md", tmp_path)
        (tmp_path / "predictions.csv").unlink()
        os.mkfifo(tmp_path / "predictions.csv")
        assert verify(path).reasons == ["output predictions.csv: is no file"]

    def test_a_report_among_its_own_outputs_is_left_out(self, tmp_path: Path) -> None:
        """The report that an experiment wrote carries its record now, so it cannot have the recorded digest."""
        path = bare("report.md", tmp_path)
        outputs = {**RECORD.outputs, "report.md": RECORD.outputs["predictions.csv"]}
        attach(msgspec.structs.replace(RECORD, outputs=outputs), path)
        assert verify(path).status is Status.INTACT


class TestSignatures:
    def test_a_trusted_signature_is_named(self, tmp_path: Path) -> None:
        """Who signed is part of the answer."""
        found = verify(signed(tmp_path, ANN), trust=trusting("ann"), require_signature=True)
        assert found.status is Status.INTACT
        assert [signer.name for signer in found.signers] == ["ann"]

    def test_a_second_person_signs_the_same_record(self, tmp_path: Path) -> None:
        """A reviewer's signature joins the author's."""
        found = verify(signed(tmp_path, ANN, BEN), trust=trusting("ann", "ben"))
        assert [signer.name for signer in found.signers] == ["ann", "ben"]

    def test_two_who_sign_at_once_both_sign(self, tmp_path: Path) -> None:
        """A reviewer whose passphrase took until the author had signed too: neither signature replaces the other."""
        path = attached("report.md", tmp_path)

        class Waiting(Notary):
            def sign(self, message: bytes) -> Signature:
                attach(RECORD, path, signer=BEN, now=NOON)
                return super().sign(message)

        attach(RECORD, path, signer=Waiting("ann"), now=NOON)
        found = verify(path, trust=trusting("ann", "ben"))
        assert sorted(signer.name for signer in found.signers) == ["ann", "ben"]

    def test_many_who_sign_at_once_all_sign(self, tmp_path: Path) -> None:
        """Reading and writing again is one step, whoever comes between waits."""
        path, names = attached("report.md", tmp_path), [f"reviewer{number}" for number in range(8)]
        with ThreadPoolExecutor(len(names)) as pool:
            list(pool.map(lambda name: attach(RECORD, path, signer=Notary(name), now=NOON), names))
        found = verify(path, trust=trusting(*names))
        assert sorted(signer.name for signer in found.signers) == names

    def test_signatures_do_not_pass_to_another_record(self, tmp_path: Path) -> None:
        """Attaching another record drops the signatures of the first."""
        path = signed(tmp_path, ANN)
        attach(OTHER, path)
        assert verify(path, trust=trusting("ann")).status is Status.REFUSED

    @pytest.mark.parametrize(
        ("signers", "trust", "word"),
        [
            ((), trusting("ann"), "not signed"),
            ((EVE,), trusting("ann"), "eve is nobody who is trusted"),
            ((ANN,), Trust(), "nobody was named"),
            ((), Trust(), "nobody was named"),
        ],
    )
    def test_a_signature_that_is_missing_or_strange_is_refused(
        self, signers: tuple[Notary, ...], trust: Trust, word: str, tmp_path: Path
    ) -> None:
        """Where a signature is required, whatever is short of a trusted one ends in 2, never in 0."""
        found = verify(
            signed(tmp_path, *signers) if signers else attached("report.md", tmp_path), trust=trust, require_signature=True
        )
        assert (found.status, found.exit_status) == (Status.REFUSED, 2)
        assert word in "; ".join(found.reasons)

    def test_naming_whom_to_trust_requires_a_signature(self, tmp_path: Path) -> None:
        """Somebody who strips the signature must not turn a signed report into one that passes."""
        assert verify(attached("report.md", tmp_path), trust=trusting("ann")).status is Status.REFUSED

    def test_a_signature_that_nobody_checked_is_said_to_be_unchecked(self, tmp_path: Path) -> None:
        """A signed report that is verified without keys is intact, and no signer is named."""
        found = verify(signed(tmp_path, EVE))
        assert (found.status, found.signers) == (Status.INTACT, [])
        assert "NOT CHECKED" in found.notes[0]

    def test_a_strange_signature_beside_a_trusted_one_is_noted(self, tmp_path: Path) -> None:
        """One trusted signature is enough; another one does not hide."""
        found = verify(signed(tmp_path, ANN, EVE), trust=trusting("ann"))
        assert found.status is Status.INTACT
        assert "eve" in found.notes[0]

    def test_a_record_that_replaced_the_signed_one_is_altered(self, tmp_path: Path) -> None:
        """Whoever swaps the record and keeps the signature is found out."""
        envelopes = signed_in(open_carrier(signed(tmp_path, ANN))).envelopes
        path = bare("report.md", tmp_path)
        forged = msgspec.structs.replace(signed_in(open_carrier(attached("report.md", tmp_path, OTHER))), envelopes=envelopes)
        forge(path, forged)
        found = verify(path, trust=trusting("ann"))
        assert (found.status, found.exit_status) == (Status.ALTERED, 1)
        assert "ann signed another record" in "; ".join(found.reasons)


class TestBaseline:
    def compare(self, folder: Path, expected: Baseline, **options: bool) -> Verification:
        return verify(attached("report.md", folder), baseline=expected, config=Config(baselines_folder=folder), **options)

    def test_the_same_environment_reproduces(self, tmp_path: Path) -> None:
        """Intact, and made in the baseline's environment: 0."""
        found = self.compare(tmp_path, Baseline(name="b", kind="recorded", fingerprint=RECORD.fingerprint))
        assert found.comparison is not None
        assert (found.comparison.verdict, found.exit_status) == (Verdict.REPRODUCES, 0)
        assert found.comparison.observed_name.endswith("report.md")

    def test_another_environment_differs(self, tmp_path: Path) -> None:
        """Intact, and made with another numpy: 1."""
        found = self.compare(
            tmp_path, Baseline(name="b", kind="recorded", fingerprint=sample({"packages.numpy.version": "1.23.5"}))
        )
        assert (found.status, found.exit_status) == (Status.INTACT, 1)

    def test_what_the_record_does_not_know_is_undetermined(self, tmp_path: Path) -> None:
        """A gated fact that nobody looked at ends in 2."""
        gap = sample(unknown={"packages.numpy.version": "not asked"})
        path = attached("report.md", tmp_path, Record(fingerprint=gap))
        found = verify(
            path, baseline=Baseline(name="b", kind="recorded", fingerprint=sample()), config=Config(baselines_folder=tmp_path)
        )
        assert (found.status, found.exit_status) == (Status.INTACT, 2)

    def test_what_is_altered_is_not_compared(self, tmp_path: Path) -> None:
        """An altered record says nothing about an environment: 1 without a comparison."""
        path = edited(attached("report.md", tmp_path), lambda data: data.replace(b"0.943` |", b"0.944` |"))
        found = verify(path, baseline=Baseline(name="b", kind="recorded", fingerprint=RECORD.fingerprint))
        assert (found.status, found.exit_status, found.comparison) == (Status.ALTERED, 1, None)


def test_exit_statuses_never_pass_what_is_not_intact() -> None:
    """0 is for intact alone; 1 says altered; everything else could not be told."""
    statuses = {status: Verification(report="r", status=status).exit_status for status in Status}
    assert statuses == {Status.INTACT: 0, Status.ALTERED: 1, Status.MISSING: 2, Status.REFUSED: 2}


def test_a_report_that_cannot_be_read_is_trouble(tmp_path: Path) -> None:
    """No report is no verdict."""
    with pytest.raises(EnvprobeError, match="No such file"):
        verify(tmp_path / "none.md")
