"""What is true of every requirements file and every configuration."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from envprobe.baseline import read_baseline, to_json
from envprobe.config import read_config
from envprobe.error import DocumentError
from envprobe.requirement import declare

fragments = st.sampled_from(
    [
        "a",
        "B_b",
        "==1",
        ">=2",
        ",<3",
        "===x",
        " ",
        "\\\n",
        "\n",
        "\r\n",
        ";",
        'python_version < "3"',
        "[x,y]",
        " @ ",
        "@v1",
        "git+https://u:p@h/a",
        "https://u:p@h/s",
        "#egg=a",
        "&subdirectory=s",
        "-r ",
        "-c ",
        "-e ",
        "--hash=sha256:aa",
        "--pre",
        "--index-url ",
        "./a",
        "f.txt",
        "#",
        "${X}",
        "'",
        '"',
        "file:",
        "//",
        "%00",
        ".whl",
        "-1.0-py3-none-any",
        "[",
        "(",
        "\u00e9",
        "\x00",
        "\x1b",
    ]
)
documents = st.lists(fragments, max_size=25).map("".join)


@given(st.one_of(documents.map(str.encode), st.binary(max_size=100)), documents)
def test_any_file_is_a_baseline_or_a_sentence(data: bytes, nested: str) -> None:
    """No requirements file makes a traceback, and what is declared can be saved, without a password."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "requirements.txt").write_bytes(data)
        Path(folder, "f.txt").write_text(nested, "utf-8")
        try:
            baseline = declare(Path(folder, "requirements.txt"))
        except DocumentError as error:
            assert ":p@" not in error.message
            assert folder not in error.message
            return
        text = to_json(baseline)
        assert read_baseline(text, "b") == baseline
        assert b":p@" not in text
        assert folder.encode() not in text


@given(
    st.lists(st.sampled_from(["a==1", "a>=1", "b==2", "c", 'a==1; os_name == "posix"', "-c f.txt"]), min_size=1, unique=True),
    st.randoms(),
)
def test_the_order_of_lines_declares_the_same(lines: list[str], random: Any) -> None:
    """Sorting a requirements file changes no expectation."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "f.txt").write_text("a<9\nd==4\n")
        found = []
        for _ in range(2):
            Path(folder, "requirements.txt").write_text("\n".join(lines))
            found.append({path: item.describe() for path, item in declare(Path(folder, "requirements.txt")).declared.items()})
            random.shuffle(lines)
        assert found[0] == found[1]


settings_tables = st.dictionaries(
    st.one_of(
        st.sampled_from(
            [
                "target",
                "baseline",
                "baselines_folder",
                "policy",
                "waivers",
                "code",
                "data",
                "hash_key_file",
                "profile",
                "allowed_signers",
            ]
        ),
        st.text(max_size=9),
    ),
    st.recursive(
        st.one_of(st.text(max_size=9), st.integers(), st.booleans(), st.floats(), st.dates()),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=9), inner, max_size=3)),
        max_leaves=5,
    ),
    max_size=4,
)


@given(settings_tables)
def test_any_table_is_a_configuration_or_a_sentence(value: dict[str, Any]) -> None:
    """Whatever TOML can say in our table, there is no traceback."""
    try:
        read_config(value, Path("/project/envprobe.toml"))
    except DocumentError as error:
        assert error.message.startswith("/project/envprobe.toml: ")
