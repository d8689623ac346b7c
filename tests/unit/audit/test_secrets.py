"""What counts as a secret in a file is what counts as one everywhere."""

from __future__ import annotations

import pytest

from envprobe.audit.examine import examine
from envprobe.audit.reading import read_command
from envprobe.redaction import kinds_of

TOKENS = (
    "ghp_" + "a1B2" * 9,
    "dop_v1_" + "a1" * 32,
    "hvs." + "a1B2c3" * 5,
    "dckr_pat_" + "a1B2c3" * 5,
    "https://ann:" + "pw1" * 3 + "@index.example/simple",
    "xoxb-" + "123456789-" * 3 + "abc",
)


@pytest.mark.parametrize("token", TOKENS)
def test_every_form_of_the_table_is_found_on_a_command_line(token: str) -> None:
    """A new row of the table is a new rule of doctor, and no finding shows the value."""
    assert kinds_of(token)
    found = examine(read_command("x", f"docker run -e PLACE=x team/train:1.4.0 python3 train.py --where {token}"))
    secrets = [one for one in found if one.rule == "secret.in-file"]
    assert secrets and token not in str(secrets)


@pytest.mark.parametrize(
    "word", ["https://$USER:$PASS@index.example/x", "https://git@github.com/a/b", "$HF_TOKEN", "sk-learn==1.0"]
)
def test_what_a_variable_stands_for_is_none(word: str) -> None:
    """Whoever starts it has the secret, and the file has not."""
    found = examine(read_command("x", f"docker run team/train:1.4.0 python3 train.py --where '{word}'"))
    assert not [one for one in found if one.rule == "secret.in-file"]
