"""Strategies: environments as a probe could tell them, and as nobody in his right mind would."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from envprobe.fact import Section
from envprobe.fingerprint import Fingerprint, Probe

HOSTILE = (
    "\x1b[2J\x1b[31mred",
    "[bold]markup[/bold]",
    "a|b\\|c",
    "`x` ``y``",
    "\u202e\u200b\ufeff",
    "line\nbreak\r\t\0",
    "\x85\u2028",
    ":smile:",
    "<script>",
    "\x9b31m",
    "😀" * 3,
    "{observed}",
    "x" * 400,
    "~" * 60 + "1",
    "~" * 60 + "2",
    "\x7f",
    "@everyone #1 http://x.invalid",
    "; rm -rf ~",
    "-r /etc/passwd",
)

texts = st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.sampled_from(HOSTILE))
integers = st.integers(-(1 << 63), (1 << 63) - 1)
plausible = st.sampled_from(["1.22.4", "1.23.5", "2.9.0", "2.9.0+cpu", "sha256:" + "1" * 64, 0, 1])
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(texts, integers, st.booleans(), plausible),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(texts, inner, max_size=5)),
    max_leaves=6,
)

KEYS = {
    "python": ["version", "implementation", "path", "flags", "user_site", "sitecustomize", "pth.a"],
    "packages": ["numpy.version", "numpy.record", "numpy.origin", "numpy.shadowed", "six.version", "tensorflow.version"],
    "integrity": ["numpy", "six", "tensorflow"],
    "unlisted": ["numpy", "six"],
    "modules": ["utils", "six"],
    "system": ["os", "libc", "kernel", "locale", "timezone", "limits.stack"],
    "cpu": ["dispatch", "model", "isa", "affinity", "quota"],
    "numerics": ["onednn", "onednn_isa", "intra_threads", "keras.floatx"],
    "environment": ["LANG", "PYTHONPATH", "TF_ENABLE_ONEDNN_OPTS", "LD_LIBRARY_PATH", "TZ"],
    "ospackages": ["libc6", "bash"],
    "image": ["id", "reference", "digest"],
    "container": ["changes", "gpus", "limits.cpuset"],
    "gpu": ["count", "0.name", "driver"],
    "cuda": ["built.cuda", "loaded.cudnn", "disk.cudart"],
    "invented\x1b[2J": ["a|b", "c"],
}


@st.composite
def sections(draw: st.DrawFn, name: str) -> Section:
    """Draw a section in which each key has one state."""
    keys = draw(st.lists(st.one_of(st.sampled_from(KEYS[name]), texts.filter(lambda key: key != "*")), unique=True, max_size=8))
    states = {key: draw(st.sampled_from(["known", "known", "known", "absent", "unknown"])) for key in keys}
    unknown = {key: draw(texts) for key, state in states.items() if state == "unknown"}
    if draw(st.integers(0, 9)) == 0:
        unknown["*"] = draw(texts)
    return Section(
        {key: draw(values) for key, state in states.items() if state == "known"},
        sorted(key for key, state in states.items() if state == "absent"),
        unknown,
    )


@st.composite
def fingerprints(draw: st.DrawFn) -> Fingerprint:
    """Draw a fingerprint of some sections."""
    names = draw(st.lists(st.sampled_from(sorted(KEYS)), unique=True, min_size=1, max_size=6))
    return Fingerprint(
        probe=Probe("0.0.0", "sha256:" + "0" * 64),
        sections={name: draw(sections(name)) for name in names},
        context=draw(st.dictionaries(texts, values, max_size=2)),
    )


@st.composite
def drifted(draw: st.DrawFn) -> tuple[Fingerprint, Fingerprint]:
    """Draw two fingerprints that share most of their facts, as those of one team do."""
    expected = draw(fingerprints())
    observed = dict(expected.sections)
    for name in draw(st.lists(st.sampled_from(sorted(observed)), unique=True, max_size=3)):
        known, other = dict(observed[name].known), draw(sections(name))
        for key in draw(st.lists(st.sampled_from(sorted(known)), unique=True, max_size=4)) if known else []:
            known[key] = draw(values)
        told = known.keys() | {*observed[name].absent} | observed[name].unknown.keys()
        known.update({key: value for key, value in other.known.items() if key not in told})
        observed[name] = Section(known, observed[name].absent, observed[name].unknown)
    return expected, Fingerprint(probe=expected.probe, sections=observed)


def shuffled(fingerprint: Fingerprint) -> Fingerprint:
    """Return the same facts told in another order."""
    return Fingerprint(
        probe=fingerprint.probe,
        sections={name: _reversed(section) for name, section in reversed(fingerprint.sections.items())},
        skipped=dict(reversed(fingerprint.skipped.items())),
    )


def _reversed(section: Section) -> Section:
    return Section(_deeply(section.known), section.absent[::-1], dict(reversed(section.unknown.items())))


def _deeply(value: Any) -> Any:
    """Return a value with the members of each object in another order; a list's order is part of what it says."""
    if isinstance(value, dict):
        return {key: _deeply(item) for key, item in reversed(value.items())}
    return [_deeply(item) for item in value] if isinstance(value, list) else value
