"""References to targets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.error import UsageError
from envprobe.targets.address import parse
from envprobe.targets.opening import open_target
from envprobe.targets.scheme import SCHEMES


@pytest.mark.parametrize(
    ("reference", "scheme", "place", "options"),
    [
        ("local://", "local", "", {}),
        (" docker://trainer\n", "docker", "trainer", {}),
        ("image://tensorflow/tensorflow:2.9.0-gpu", "image", "tensorflow/tensorflow:2.9.0-gpu", {}),
        (
            "image://registry:5000/x@sha256:ab?gpus=all&env=A=1&env=B=",
            "image",
            "registry:5000/x@sha256:ab",
            {"gpus": ["all"], "env": ["A=1", "B="]},
        ),
        ("ssh://me@host:22/opt/py/bin/python3", "ssh", "me@host:22/opt/py/bin/python3", {}),
        ("file://what?is=this", "file", "what?is=this", {}),
    ],
)
def test_a_reference_is_taken_apart(reference, scheme, place, options):
    """Scheme, place and options are read from a reference; a file's name may hold anything."""
    address = parse(reference)
    assert (address.scheme, address.place, address.options) == (scheme, place, options)
    assert address.reference == f"{scheme}://{place}"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("trainer", "docker://trainer"),
        ("", "empty"),
        ("dokcer://trainer", "did you mean docker://"),
        ("imgae://x", "did you mean image://"),
        ("gopher://x", "no such scheme 'gopher'"),
    ],
)
def test_a_wrong_scheme_is_told_with_the_right_ones(reference, said):
    """Who mistypes a scheme is told the closest one and all that exist."""
    with pytest.raises(UsageError) as caught:
        parse(reference)
    assert said in caught.value.message
    assert all(row.form in caught.value.hint for row in SCHEMES.values())


@pytest.mark.parametrize(
    "reference",
    [
        "image://x?gpu=all",
        "docker://x?gpus=all",
        "local://?start=yes",
        "docker://x?start=perhaps",
        "image://x?gpus=some",
        "image://x?gpus=device=",
        "image://x?env=JUSTANAME",
        "image://x?nonsense",
        "docker://a/b",
        "docker://",
        "image://",
        "docker://a\x1b[31m",
        "ssh://",
        "ssh://-oProxyCommand=id",
        "ssh://a b",
        "ssh://host:port",
        "file://x",
    ],
)
def test_what_means_nothing_is_refused_before_anything_is_contacted(reference):
    """An option that a scheme does not know, and a place that cannot be one, are usage errors."""
    with pytest.raises(UsageError):
        open_target(reference)


@pytest.mark.parametrize(
    ("reference", "shown"),
    [
        ("image://x?env=TOKEN=hunter2&env=A=b=c&gpus=device=0,1", "image://x?env=TOKEN&env=A&gpus=device=0,1"),
        ("docker://x?start=yes", "docker://x?start=yes"),
        (" local:// ", "local://"),
        ("image://x?env=A%20B", "image://x?env=A%20B"),
    ],
)
def test_a_shown_reference_holds_no_value_of_a_variable(reference, shown):
    """What is recorded and shown says which variables were given, not what is in them, and means the same when typed."""
    assert parse(reference).shown == shown
    assert parse(shown).shown == shown


@pytest.mark.parametrize(
    "reference", ["imgae://x?env=A=hunter2", "image://x?env=A=hunter2&nonsense", "image://x?env=hunter2\x07"]
)
def test_an_error_repeats_no_options(reference):
    """A wrong reference is told without what follows `?`: a secret may stand there."""
    with pytest.raises(UsageError) as caught:
        parse(reference)
    assert "hunter2" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("scheme", [name for name, row in SCHEMES.items() if row.opens])
def test_each_scheme_opens_without_contacting_anything(scheme):
    """Opening a target names it as the user wrote it and touches nothing."""
    assert open_target(f"{scheme}://name").reference == f"{scheme}://name"


@given(st.text())
def test_any_text_is_a_target_or_a_usage_error(text):
    """No text that a user may type ends in anything but a target or a usage error."""
    try:
        address = parse(text)
    except UsageError:
        return
    assert address.scheme in SCHEMES
