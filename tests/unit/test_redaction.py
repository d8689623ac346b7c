"""Secrets do not get into a record, and ordinary words stay."""

from __future__ import annotations

import pytest

from envprobe.redaction import SCRUBBED, mask, mask_arguments


@pytest.mark.parametrize(
    "text",
    [
        "HF_TOKEN=hf_abcdefgh12345678",
        "pulling https://user:pa55word@host.invalid/repo",
        "Authorization: Bearer abc.def.ghi",
        "api_key: 'a1b2c3d4'",
        "aws_secret = AKIAABCDEFGHIJKLMNOP",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
        "the password is hunter22; password=hunter22",
    ],
)
def test_what_looks_like_a_secret_is_masked(text):
    """Known forms of credentials are masked wherever they stand."""
    shown = mask(text, {})
    for secret in ("abcdefgh12345678", "pa55word", "abc.def.ghi", "a1b2c3d4", "AKIAABCDEFGHIJKLMNOP", "MIIEow", "=hunter22"):
        assert secret not in shown


@pytest.mark.parametrize(
    "text",
    [
        "loss: 0.25 - accuracy: 0.9",
        "tokenizer: bert-base-uncased",
        "Epoch 3/10 passed 120 tests",
        "https://host.invalid/repo@v1",
        "keys: ['a', 'b']",
    ],
)
def test_ordinary_words_stay(text):
    """A log stays readable: what only resembles a secret's name is left as it is."""
    assert mask(text, {"HOME": "/root", "PATH": "/usr/bin"}) == text


def test_values_of_secret_variables_are_masked():
    """A secret that the command prints without its name is known by its value."""
    variables = {"DB_PASSWORD": "correct horse", "API_KEY": "abc", "HOME": "/home/ana"}
    assert mask("connected with correct horse from /home/ana, abc", variables) == f"connected with {SCRUBBED} from /home/ana, abc"


def test_a_command_line():
    """The argument behind an option that is named like a secret is one."""
    arguments = ["train.py", "--api-key", "abc123", "--rate", "0.1", "--token=xyz987", "--key-column", "name"]
    masked = mask_arguments(arguments, {})
    assert masked[:5] == ["train.py", "--api-key", SCRUBBED, "--rate", "0.1"]
    assert "xyz987" not in masked[5]
