"""Redaction: no secret stays wherever it stands, nothing harmless goes, and once is enough."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from envprobe.fingerprint import Fingerprint
from envprobe.redaction import redact, redact_all, redact_arguments, without_secrets
from tests.property.environment import fingerprints
from tests.support.secrets import IN_TEXT, PASSWORD, TOKENS, leaked

HEXADECIMAL = st.sampled_from([7, 12, 32, 40, 64, 128]).flatmap(
    lambda size: st.text("0123456789abcdef", min_size=size, max_size=size)
)
BASE64 = st.text(string.ascii_letters + string.digits + "-_", min_size=43, max_size=43)
NAMES = st.lists(st.text(string.ascii_lowercase, min_size=1, max_size=9), min_size=1, max_size=6)
NUMBERS = st.lists(st.integers(0, 2022), min_size=2, max_size=4).map(lambda parts: ".".join(map(str, parts)))
HARMLESS = st.one_of(
    HEXADECIMAL,
    HEXADECIMAL.map("sha256:{}".format),
    HEXADECIMAL.map("v2.9.0-rc2-42-g{}".format),
    HEXADECIMAL.map("https://host.invalid/packages/{}/six-1.16.0-py2.py3-none-any.whl".format),
    BASE64.map("six.py,sha256={},42".format),
    BASE64.map("SHA256:{}".format),
    st.uuids().map(str),
    st.uuids().map("GPU-{}".format),
    NUMBERS,
    NUMBERS.map("numpy=={}".format),
    NUMBERS.map("numpy-{}-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl".format),
    NAMES.map("/".join).map("/usr/lib/{}".format),
    NAMES.map(".".join).map("{{site}}/{}".format),
    st.tuples(NAMES.map("_".join), st.integers()).map(lambda pair: f"--xla_{pair[0]}={pair[1]}"),
    st.floats(allow_nan=False).map("loss: {}".format),
)
ANY = st.one_of(
    st.text(max_size=12), st.sampled_from(IN_TEXT), st.sampled_from(["token=", "--password ", "\n", " ", "://", "@", '"', "'"])
)


@given(HARMLESS, HARMLESS, st.sampled_from([" ", "\n", ", ", "; "]))
def test_digests_commits_versions_and_paths_stay(first: str, second: str, between: str) -> None:
    """What a fingerprint is made of is compared as it is."""
    text = first + between + second
    assert redact(text) == text
    assert redact_arguments([first, second]) == [first, second]
    assert redact_all({"a": [first], second: {"b": second}}) == {"a": [first], second: {"b": second}}


@given(st.sampled_from(sorted(TOKENS)), st.text(" \t\n/=:,;'\"()[]{}<>|&", max_size=5), HARMLESS)
def test_no_token_stays(provider: str, edge: str, text: str) -> None:
    """Whatever stands around it that could not belong to it."""
    token = TOKENS[provider]
    assert not leaked(redact(f"{text} {edge}{token}{edge} {text}"))
    assert not any(map(leaked, redact_arguments([text, edge + token + edge])))
    assert not leaked(str(redact_all({text: [{"a": token}, edge + token], token: 1})))


@given(st.lists(ANY, max_size=8).map("".join))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    """Both sides of a comparison meet, however often each was written and read."""
    once = redact(text, {"API_KEY": PASSWORD})
    assert redact(once, {"API_KEY": PASSWORD}) == once
    assert PASSWORD not in once


@given(st.lists(ANY, max_size=6))
def test_a_command_line_keeps_its_arguments(arguments: list[str]) -> None:
    """As many as there were, whatever stands in them."""
    assert len(redact_arguments(arguments)) == len(arguments)


@given(fingerprints())
def test_a_document_is_itself_or_without_secrets(document: Fingerprint) -> None:
    """Reading a document changes no id unless a secret was in it, and once is enough."""
    found = without_secrets(document)
    assert without_secrets(found) == found
