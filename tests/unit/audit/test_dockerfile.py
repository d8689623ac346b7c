"""The instructions of a Dockerfile, next to the parser of BuildKit."""

from __future__ import annotations

from pathlib import Path

import pytest

from envprobe.audit.dockerfile import read_instructions
from envprobe.audit.stages import read_stages

dockerfile = pytest.importorskip("dockerfile", reason="BuildKit's parser has wheels for Linux and macOS alone")

CORPUS = Path(__file__).parents[2] / "data" / "audit"
ODD = (
    "FROM a\nRUN echo \\\n\n  # comment\n  b\nCMD x\n",
    "# escape=`\nFROM a\nRUN echo `\n  b \\\nCMD c:\\\n",
    "# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nCOPY `\n a b\n",
    "FROM a\nRUN <<EOF cat <<-'TWO'\nx\nEOF\n\ty\n\tTWO\nUSER b\n",
    "from a as b\n\n\trun x\nonbuild run y\n",
    "FROM a\nRUN cat <<< text && echo b\nCMD c\n",
    "FROM a\nRUN\\\n echo b\nCMD c\n",
    "FROM a\nRUN --mount=type=cache,target=/x \\\n    --network=none \\\n    pip install b\n",
)


@pytest.mark.parametrize(
    "text",
    [*ODD, *(path.read_text("utf-8") for path in sorted(CORPUS.glob("*/*/Dockerfile")))],
    ids=[
        *map(str, range(len(ODD))),
        *(path.parent.parent.name + path.parent.name for path in sorted(CORPUS.glob("*/*/Dockerfile"))),
    ],
)
def test_instructions_stand_where_buildkit_sees_them(text: str) -> None:
    """Keyword and line of each instruction, and what heredocs hold, are those of BuildKit's own parser."""
    theirs = dockerfile.parse_string(text)
    mine = [*read_instructions(text.split("\n"))]
    expected = [("RUN" if one.cmd.upper() == "ONBUILD" else one.cmd.upper(), one.start_line) for one in theirs]
    assert [(one.keyword, one.line) for one in mine] == expected


def test_stages_inherit() -> None:
    """A stage made from another has its variables, its user and its command; the last one is the image."""
    first, last = read_stages(["ARG T=1.0", "FROM a:$T AS base", "ENV X=y", "USER u", 'CMD ["p"]', "FROM base", "ENV Z=${X}z"])
    assert (first.base.value, last.root.value, last.user.value if last.user else "") == ("a:1.0", "a:1.0", "u")
    assert {name: setting.value for name, setting in last.environment.items()} == {"X": "y", "Z": "yz"}
    assert [word.text for word in last.command] == ["p"]
    assert (first.is_final, last.is_final) == (False, True)
