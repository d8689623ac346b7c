"""Secrets of today's providers for tests: made when a test runs, each in its provider's form, none of them anybody's."""

from __future__ import annotations

import random
import string

_RANDOM = random.Random(20)
LETTERS = string.ascii_letters + string.digits


def _made(length: int, letters: str = LETTERS) -> str:
    return "".join(_RANDOM.choice(letters) for _ in range(length))


def _hex(length: int) -> str:
    return _made(length, "0123456789abcdef")


TOKENS = {
    "age": "AGE-SECRET-KEY-1" + _made(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    "Anthropic": "sk-ant-api03-" + _made(93) + "AA",
    "Atlassian": "ATATT3xFfGF0" + _made(170),
    "AWS access key": "AKIA" + _made(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "Azure client secret": _made(3) + "8Q~" + _made(34),
    "Azure storage key": _made(86) + "==",
    "Databricks": "dapi" + _hex(32),
    "Databricks, numbered": "dapi" + _hex(32) + "-2",
    "DigitalOcean": "dop_v1_" + _hex(64),
    "Docker Hub": "dckr_pat_" + _made(27),
    "GitHub": "ghp_" + _made(36),
    "GitHub, fine-grained": "github_pat_" + _made(22) + "_" + _made(59),
    "GitLab": "glpat-" + _made(20),
    "GitLab, with an instance's prefix": "ACME-glpat-" + _made(20),
    "GitLab runner": "glrt-" + _made(20),
    "Google API key": "AIza" + _made(35),
    "Google OAuth": "ya29." + _made(60),
    "Google client secret": "GOCSPX-" + _made(28),
    "Grafana": "glsa_" + _made(32) + "_" + _hex(8),
    "Groq": "gsk_" + _made(52),
    "Hugging Face": "hf_" + _made(34),
    "JSON web token": "eyJ" + _made(33) + ".eyJ" + _made(60) + "." + _made(43),
    "LangSmith": "lsv2_pt_" + _hex(32) + "_" + _hex(10),
    "npm": "npm_" + _made(36),
    "NVIDIA": "nvapi-" + _made(64),
    "OpenAI": "sk-proj-" + _made(48),
    "PyPI": "pypi-AgEIcHlwaS5vcmc" + _made(120),
    "SendGrid": "SG." + _made(22) + "." + _made(43),
    "Sentry": "sntrys_eyJ" + _made(90),
    "Slack": "xoxb-" + _made(12, string.digits) + "-" + _made(13, string.digits) + "-" + _made(24),
    "Stripe": "sk_live_" + _made(24),
    "Stripe webhook": "whsec_" + _made(32),
    "Telegram": _made(9, "123456789") + ":AA" + _made(33),
    "Vault": "hvs." + _made(90),
    "Weights & Biases": "wandb_v1_" + _made(77),
    "Cerebras": "csk-" + _made(48, string.ascii_lowercase + string.digits),
    "Cloudflare": "v1.0-" + _hex(24) + "-" + _hex(146),
    "E2B": "e2b_" + _hex(40),
    "ElevenLabs": "sk_" + _hex(48),
    "Firecrawl": "fc-" + _hex(32),
    "Jina": "jina_" + _made(60),
    "Langfuse": "pk-lf-" + "-".join(map(_hex, (8, 4, 4, 4, 12))),
    "Sonar": "sqp_" + _hex(40),
    "Twilio": "SK" + _hex(32),
}
"""What is known by its form, wherever it stands."""
PEM = f"-----BEGIN PRIVATE KEY-----\n{_made(64)}\n{_made(40)}\n-----END PRIVATE KEY-----"
PASSWORD = "hunter2-xy1"
"""What only its place gives away."""
PLACES = (
    "--passphrase={}",
    "api_key: '{}'",
    '{{"client_secret": "{}"}}',
    "print('auth={}')",
    "Authorization: Basic {}",
    "X-Api-Key: {}",
    "https://user:{}@host.invalid/simple",
    "https://user:a@{}@host.invalid/simple",
    "https://host.invalid/a?token={}&b=1",
    "postgresql://u:{}@db.invalid/x",
    "curl -u bob:{} https://host.invalid",
    "DB_PASSWORD={}",
    "AccountKey={};EndpointSuffix=core",
    "wandb.login(key='{}')",
    "sshpass -p {} ssh host",
    "the password is {}",
)
"""Where a password stands that has no form."""
IN_TEXT = [*TOKENS.values(), *(place.format(PASSWORD) for place in PLACES)]
"""One line each."""


def leaked(text: str | bytes) -> list[str]:
    """Return the names of the secrets that a text holds."""
    told = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    found = [name for name, token in TOKENS.items() if token in told or token.replace("/", "\\/") in told]
    return found + ["the password"] * (PASSWORD in told) + ["the private key"] * (PEM.splitlines()[1] in told)
