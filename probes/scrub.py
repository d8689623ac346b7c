"""Take out of an environment variable's value what must not leave the machine: credentials, device ids, the user's home."""

import re

LIMIT = 4096
SCRUBBED = "{scrubbed}"
URL_CREDENTIALS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)[^/\s@]*@")
NAMED_SECRET = re.compile(
    r"((?:api[_-]?key|access[_-]?key|token|secret|passw(?:or)?d|credentials?|auth(?:orization)?)"
    r"[\"']?\s*[=:]\s*)[^\s,;&]+",
    re.IGNORECASE,
)
KNOWN_TOKEN = re.compile(
    r"\b(?:hf_|gh[opsur]_|github_pat_|glpat-|nvapi-|sk-|pypi-|xox[abpr]-|AKIA|ASIA|AIza|eyJ)"
    r"[A-Za-z0-9_.-]{8,}"
)
LONG_WORD = re.compile(r"[A-Za-z0-9_-]{32,}={0,2}")
SECRET_NAME = re.compile(
    r"(?:^|_)(?:KEY|TOKEN|SECRET|PASS|PASSWD|PASSWORD|PASSPHRASE|CREDENTIALS?|AUTH|COOKIE|PAT|DSN)S?(?:_|$)"
    r"|(?:API|ACCESS|PRIVATE)KEY",
    re.IGNORECASE,
)
SHORTEST_SECRET = 6  # a shorter value would be found in ordinary words
DEVICE_ID = re.compile(r"\b(GPU|MIG)-[0-9a-fA-F][0-9a-fA-F/-]{7,}")


def scrub(value, home=""):
    """Return a value that may be written down and compared.

    Passwords in URLs, words that look like a token and `…key=VALUE` become a fixed word; the id of a GPU becomes `GPU-{id}`;
    the home folder becomes `{home}`; bytes that are not UTF-8 become escapes; a value of more than 4,096 characters ends in
    its length.
    """
    value = value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    value = URL_CREDENTIALS.sub(r"\1{credentials}@", value)
    value = DEVICE_ID.sub(r"\1-{id}", value)
    value = NAMED_SECRET.sub(r"\1" + SCRUBBED, value)
    value = KNOWN_TOKEN.sub(SCRUBBED, value)
    value = LONG_WORD.sub(_unless_plain, value)
    if len(home) > 1:
        value = re.sub(r"(?<![^:;,=\s\"'])" + re.escape(home.rstrip("/")) + r"(?=$|[/:;,\s\"'])", "{home}", value)
    return value if len(value) <= LIMIT else "%s… (%d characters)" % (value[:LIMIT], len(value))


def without_secrets(text, environ):
    """Return text without the values of variables that are named like secrets: they must not even leave for the host.

    Each line of a value counts by itself: a patch begins every line with a sign.
    """
    secrets = {part for name, value in environ.items() if SECRET_NAME.search(name) for part in (value, *value.splitlines())}
    for secret in sorted((secret for secret in secrets if len(secret) >= SHORTEST_SECRET), key=len, reverse=True):
        text = text.replace(secret, SCRUBBED)
    return text


def _unless_plain(match):
    """Keep a long word that a person wrote (one case, or no digit); a random one mixes all three, or is hexadecimal."""
    word = match.group()
    mixed = re.search("[0-9]", word) and re.search("[a-z]", word) and re.search("[A-Z]", word)
    return SCRUBBED if mixed or re.match(r"^[0-9a-fA-F]{32,}$", word) else word
