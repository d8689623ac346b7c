"""From a target to a fingerprint, with small targets that answer as real ones do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from envprobe.error import DocumentError, ProbeError, TargetError
from envprobe.fact import Section
from envprobe.fingerprint import Fingerprint, Probe, to_json
from envprobe.probing.collect import TAKEN, Options, collect, collect_from
from envprobe.targets.deadline import Deadline
from envprobe.targets.packed import Packer
from envprobe.targets.protocol import Completed, NoProgram

IMAGE = {"image": Section(known={"id": "sha256:1"})}
HASHED = {"integrity": Section(known={"six": "ok"}), "stdlib": Section(known={"json": "sha256:2"})}


class Guest:
    """A target in which the probe answers: the sections it is asked for, and what it was asked."""

    def __init__(
        self,
        *,
        pythons: tuple[str, ...] = ("python3",),
        there: tuple[str, ...] = ("python3",),
        image_id: str = "",
        clean: bool = False,
    ) -> None:
        self.reference = "fake://guest"
        self.deadline = Deadline()
        self.pythons = pythons
        self.context: dict[str, Any] = {"container": "trainer"}
        self.image_id = image_id
        self.requests: list[dict[str, Any]] = []
        self.argvs: list[list[str]] = []
        self._there = there
        self._clean = clean

    def run(self, argv: Sequence[str], stdin: bytes, timeout_s: float, limit_bytes: int) -> Completed:
        self.argvs.append(list(argv))
        if argv[0] not in self._there:
            raise NoProgram(f"{argv[0]}: no such program")
        request = json.loads(stdin)["request"]
        self.requests.append(request)
        return Completed(0, b"noise" + self.answer(request) + b"noise", b"", False)

    def answer(self, request: dict[str, Any]) -> bytes:
        sections: dict[str, Any] = {"python": {"known": {"version": "3.8.10"}}, "image": {"known": {"id": "forged"}}}
        skipped = {} if request["integrity"] else {"integrity.*": "left out", "stdlib.*": "left out", "cuda.*": "other"}
        if request["integrity"]:
            sections["integrity"] = {"known": {"six": "hashed"}}
        payload = json.dumps(
            {
                "schema": "envprobe.answer/1",
                "probe": {"version": "0", "digest": "sha256:0"},
                "trace": None,
                "sections": sections,
                "skipped": skipped,
                "context": {"host_name": "h", "python": {"path": ["/usr/lib/python3", "relative"]}},
            }
        ).encode()
        nonce, digest = request["nonce"], hashlib.sha256(payload).hexdigest()
        return f"\n{nonce} {len(payload)} {digest}\n{payload.decode()}\n{nonce} end\n".encode()

    launch: ClassVar[dict[str, Any]] = {}

    def outside(self) -> dict[str, Section]:
        return (
            {"image": Section(known={"id": self.image_id}), "container": Section(known={"user": "root"})} if self.image_id else {}
        )

    @contextmanager
    def packer(self) -> Iterator[Packer | None]:
        yield self.pack

    pack: Packer | None = None
    image_reference = ""

    def unchanged(self, places: Sequence[str]) -> bool:
        assert places == ["/usr/lib/python3"]
        return self._clean

    def __enter__(self) -> Guest:
        return self

    def __exit__(self, *error: object) -> None:
        pass


def ask(guest: Guest, known: Fingerprint | None = None, **options: Any) -> Fingerprint:
    return collect_from(guest, Options(**options), known, lambda message: None)


def baseline(sections: dict[str, Section]) -> Fingerprint:
    return Fingerprint(probe=Probe("0", "sha256:0"), sections=sections)


def test_what_is_seen_from_outside_joins_what_the_probe_says():
    """Image and container come from outside, and a guest that speaks of them is not believed."""
    fingerprint = ask(Guest(image_id="sha256:1"))
    assert fingerprint.sections["python"].known == {"version": "3.8.10"}
    assert fingerprint.sections["image"].known == {"id": "sha256:1"}
    assert fingerprint.context["target"] == {"reference": "fake://guest", "container": "trainer", "python": "python3"}


def test_a_guest_without_an_outside_cannot_make_one_up():
    """Where there is no image, a guest that sends one is not believed either."""
    assert "image" not in ask(Guest()).sections


def test_the_options_reach_the_probe():
    """What was asked for is what the probe is asked for."""
    guest = Guest()
    ask(guest, benchmark="off", timeout_s=7, sections=("python",), hash_key="00ff", code="/work", patch=True, data=("/data",))
    request = {name: value for name, value in guest.requests[0].items() if name != "nonce"}
    assert request == {
        "integrity": True,
        "benchmark": "off",
        "timeout_s": 7,
        "sections": ["python"],
        "hash_key": "00ff",
        "code": "/work",
        "patch": True,
        "data": ["/data"],
        "core": None,
        "gpu": None,
    }


def test_every_question_has_a_nonce_of_its_own():
    """A recorded answer cannot be played back."""
    guest = Guest()
    ask(guest)
    ask(guest)
    assert guest.requests[0]["nonce"] != guest.requests[1]["nonce"]


def test_sections_that_were_not_asked_for_are_not_there():
    """`sections` holds for what is seen from outside too."""
    assert "container" not in ask(Guest(image_id="sha256:1"), sections=("python", "image")).sections


def test_the_first_python_that_is_there_is_asked():
    """A target with only a `python` is asked through that one."""
    guest = Guest(pythons=("python3", "python"), there=("python",))
    ask(guest)
    assert [argv[0] for argv in guest.argvs] == ["python3", "python"]
    assert guest.argvs[1][1:3] == ["-B", "-c"]


def test_no_python_is_said():
    """A target without Python is named, with the names that were tried."""
    with pytest.raises(TargetError, match=r"fake://guest: no Python in it \(python3 and python") as caught:
        ask(Guest(pythons=("python3", "python"), there=()))
    assert caught.value.hint


def test_a_python_that_was_named_and_is_not_there_is_said():
    """An interpreter that the user named is not replaced by another."""
    with pytest.raises(NoProgram, match=r"python3\.9: no such program"):
        ask(Guest(pythons=("python3.9",), there=("python3",)))


def test_the_same_image_unchanged_is_not_hashed_again():
    """With the baseline's image and nothing changed since, integrity is the baseline's and the probe is not asked for it."""
    guest, said = Guest(image_id="sha256:1", clean=True), []
    fingerprint = collect_from(guest, Options(), baseline({**IMAGE, **HASHED}), said.append)
    assert [request["integrity"] for request in guest.requests] == [False]
    assert fingerprint.sections["integrity"] == HASHED["integrity"]
    assert fingerprint.sections["stdlib"] == HASHED["stdlib"]
    assert fingerprint.skipped == {}
    assert fingerprint.context["integrity"] == TAKEN
    assert any(TAKEN in message for message in said)


def test_a_change_on_pythons_path_is_hashed():
    """When the outside cannot vouch for Python's path, the files are hashed after all."""
    guest = Guest(image_id="sha256:1", clean=False)
    fingerprint = ask(guest, baseline({**IMAGE, **HASHED}))
    assert [(request["integrity"], request["sections"]) for request in guest.requests] == [(False, None), (True, ["integrity"])]
    assert fingerprint.sections["integrity"].known == {"six": "hashed"}
    assert "integrity.*" not in fingerprint.skipped
    assert "integrity" not in fingerprint.context


@pytest.mark.parametrize(
    "known",
    [
        None,
        baseline({**IMAGE}),
        baseline({"image": Section(known={"id": "sha256:other"}), **HASHED}),
        baseline({**HASHED}),
    ],
    ids=["no baseline", "a baseline without integrity", "another image", "a baseline of no image"],
)
def test_nothing_is_taken_from_a_baseline_that_does_not_fit(known):
    """Integrity is taken only from a baseline of the very same image that has it."""
    guest = Guest(image_id="sha256:1", clean=True)
    assert ask(guest, known).sections["integrity"].known == {"six": "hashed"}
    assert len(guest.requests) == 1


def test_no_integrity_stays_no_integrity():
    """`--no-integrity` is not answered from the baseline: what was left out is said to be left out."""
    fingerprint = ask(Guest(image_id="sha256:1", clean=True), baseline({**IMAGE, **HASHED}), integrity=False)
    assert "integrity" not in fingerprint.sections
    assert fingerprint.skipped["integrity.*"] == "left out"


def test_a_target_does_not_decide_what_is_left_out():
    """What a probe was asked for and did not tell is missing, whatever the answer says of it."""
    fingerprint = ask(Guest(), integrity=False)
    assert fingerprint.skipped == {"integrity.*": "left out", "stdlib.*": "left out"}


def test_a_target_that_dies_is_a_probe_error():
    """A guest that ends without an answer is named with its last words."""

    class Dying(Guest):
        def run(self, argv, stdin, timeout_s, limit_bytes):
            return Completed(1, b"", b"Illegal instruction", False)

    with pytest.raises(ProbeError, match=r"fake://guest: .*status 1"):
        ask(Dying())


@pytest.mark.parametrize("kind", ["fingerprint", "answer"])
def test_a_colleagues_file_is_read(tmp_path, kind):
    """`file://` takes a fingerprint, or what envprobe-probe.pyz wrote."""
    fingerprint = baseline({"python": Section(known={"version": "3.8.10"})})
    path = tmp_path / "theirs.json"
    body = {"schema": "envprobe.answer/1", **msgspec.to_builtins(fingerprint)}
    path.write_bytes(to_json(fingerprint) if kind == "fingerprint" else json.dumps(body).encode())
    assert collect(f"file://{path}", Options()).id == fingerprint.id


def test_a_file_that_is_not_there_is_said(tmp_path):
    """A file's error names the file and what to name instead."""
    with pytest.raises(TargetError, match="No such file") as caught:
        collect(f"file://{tmp_path}/nothing.json", Options())
    assert "envprobe-probe.pyz" in caught.value.hint


def test_a_folder_is_not_a_file(tmp_path):
    """A folder instead of a file is a clear error."""
    with pytest.raises(TargetError, match="directory"):
        collect(f"file://{tmp_path}", Options())


def test_a_file_that_is_no_fingerprint_is_said(tmp_path):
    """A file of another kind names itself and its fault."""
    (tmp_path / "x.json").write_text('{"schema": "other/1"}')
    with pytest.raises(DocumentError, match=r"x\.json: schema"):
        collect(f"file://{tmp_path}/x.json", Options())


def test_a_file_that_takes_long_to_read_ends_with_the_time_limit(tmp_path: Path) -> None:
    """An answer that was made to cost minutes costs what `--timeout` says."""
    slow = Section(known={f"p{number}": "password=" * 100_000 for number in range(60)})
    answer = Fingerprint(probe=Probe("1", "d"), sections={"packages": slow})
    (tmp_path / "slow.json").write_bytes(to_json(answer))
    with pytest.raises(ProbeError, match="cannot be read in time"):
        collect(f"file://{tmp_path}/slow.json", Options(timeout_s=0.5))
