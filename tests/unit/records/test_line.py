from __future__ import annotations

import pytest

from envprobe.error import DocumentError
from envprobe.fact import ABSENT, Known, Unknown
from envprobe.records.line import FIELDS, NOT_TOLD, format_line, parse_line, summarize
from tests.support.attached import RECORD
from tests.support.sample import fingerprint

DIGEST = "sha256:" + "0123456789abcdef" * 4


def line(**facts: object) -> str:
    """Return the line of the sample with some facts changed."""
    return str(summarize(fingerprint({name.replace("__", "."): value for name, value in facts.items()}), None, DIGEST))


def test_a_person_reads_the_environment_from_the_line() -> None:
    """The line names Python, TensorFlow, CUDA and cuDNN as loaded, GPU, instruction set, image, trace, outputs and digests."""
    assert str(RECORD.line) == (
        "envprobe:1|py:3.8.10|tf:2.9.0|cuda:11.2.152|cudnn:8.1.0|gpu:2xNVIDIA-A100-SXM4-40GB|isa:x86-64:avx512_core_bf16|"
        f"img:sha256:ab12ab12ab12ab12|trace:-|out:{RECORD.outputs_digest[7:23]}|fp:{RECORD.fingerprint.id[7:23]}|"
        f"rec:{RECORD.digest[7:39]}"
    )


def test_unknown_and_absent_have_marks_of_their_own() -> None:
    """What could not be looked up is `?`, what is not there `-`; neither is left to be guessed."""
    found = summarize(fingerprint(unknown={"gpu.count": "no answer"}, absent=("packages.tensorflow.version",)), None, DIGEST)
    assert "|tf:-|" in str(found)
    assert "|gpu:?|" in str(found)


def test_what_was_left_out_on_request_is_unknown() -> None:
    """Without the training run nothing is known of loaded libraries: that must not read as if there were none."""
    found = summarize(fingerprint({"cuda.built.cuda": "11.2"}, skipped={"cuda.loaded.*": "left out"}), None, DIGEST)
    assert "|cuda:?|cudnn:?|" in str(found)


@pytest.mark.parametrize("name", ["tensorflow-cpu", "tensorflow-gpu", "intel-tensorflow"])
def test_every_distribution_of_tensorflow_is_told(name: str) -> None:
    """A CPU or vendor build of TensorFlow is TensorFlow."""
    found = summarize(fingerprint({f"packages.{name}.version": "2.9.1"}, without=("packages.tensorflow.version",)), None, DIGEST)
    assert "|tf:2.9.1|" in str(found)


def test_unlike_gpus_are_all_named() -> None:
    """Two kinds of GPU are two names, not the first one."""
    assert "|gpu:A100,H100|" in line(gpu__count=2, gpu__0__name="A100", gpu__1__name="H100")


def test_hostile_values_cannot_forge_a_field() -> None:
    """A version that holds separators, white space or markup stays inside its field."""
    text = line(python__version="3|tf:9 \n<b>`é")
    assert text.count("|") == len(FIELDS)
    assert "|py:3%7Ctf:9-%3Cb%3E%60%C3%A9|" in text
    assert parse_line(text, "line").fields["py"] == Known("3|tf:9-<b>`é")


@pytest.mark.parametrize(("value", "spelled"), [("-", "%2D"), ("?", "%3F"), ("%", "%25"), ("a~b", "a%7Eb")])
def test_values_that_look_like_marks_are_escaped(value: str, spelled: str) -> None:
    """A value `-` is not absent and a value `?` is not unknown."""
    text = line(python__version=value)
    assert f"|py:{spelled}|" in text
    assert parse_line(text, "line").fields["py"] == Known(value)


def test_marks_are_read_as_states() -> None:
    """`-` comes back as absent and `?` as unknown."""
    fields = parse_line(line().replace("py:3.9.2", "py:?"), "line").fields
    assert (fields["py"], fields["gpu"]) == (Unknown(NOT_TOLD), ABSENT)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("envprobe:1|", "envprobe:2|"), "begins with"),
        (("|py:", "|Py:"), "fields are"),
        (("|tf:2.9.0", ""), "fields are"),
        (("|tf:2.9.0", "|tf:2.9.0|tf:2.9.0"), "fields are"),
        (("2.9.0", "2.9.%30"), "not as envprobe spells"),
        (("2.9.0", "2.9.0 "), "not as envprobe spells"),
        (("2.9.0", ""), "not as envprobe spells"),
        (("2.9.0", "9" * 3000), "characters"),
    ],
)
def test_a_line_has_one_spelling(change: tuple[str, str], word: str) -> None:
    """Anything but the one spelling of a line is refused with what is wrong."""
    with pytest.raises(DocumentError, match=word):
        parse_line(line().replace(*change), "report.md")


def test_a_newer_line_says_to_upgrade() -> None:
    """A reader with an old envprobe learns that the report is newer, not that it is broken."""
    with pytest.raises(DocumentError) as trouble:
        parse_line(line().replace("envprobe:1", "envprobe:2"), "report.md")
    assert "upgrade" in trouble.value.hint


def test_the_line_is_ascii_without_white_space() -> None:
    """The line survives mail, shells and terminals."""
    text = format_line(RECORD.line)
    assert text.isascii()
    assert not set(text) & set(" \t\n\"'`<>&\\$")
