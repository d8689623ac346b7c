"""Who gets colour."""

from __future__ import annotations

import pytest

from envprobe.cli.terminal import wants_color


@pytest.mark.parametrize(
    ("environ", "terminal", "pipe"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ({"CLICOLOR_FORCE": "1"}, True, True),
        ({"CLICOLOR_FORCE": "0"}, True, False),
        ({"CLICOLOR": "0"}, False, False),
        ({"CLICOLOR": "1"}, True, False),
        ({"CLICOLOR": "0", "CLICOLOR_FORCE": "1"}, True, True),
        ({"TERM": "dumb"}, False, False),
    ],
    ids=str,
)
def test_the_conventions_hold(environ: dict[str, str], terminal: bool, pipe: bool) -> None:
    """What other programs do with these variables: NO_COLOR first, then what forces it, then where stdout leads."""
    assert (wants_color(environ, True), wants_color(environ, False)) == (terminal, pipe)
