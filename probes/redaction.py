"""Take secrets out of every text that leaves this machine, on both sides: the host loads this very module.

What is taken out is known by its form (secretforms.py), by the name in front of it, by being a long random word, or by being the
value of a variable that is named like a secret. Digests, commits, UUIDs, versions and paths stay: what is hexadecimal is no secret
unless its name says so. Most text holds nothing that a secret needs, and costs no more than to see that.
"""

import re

from .secretforms import ENDINGS, FORMS, SCRUBBED, TOKENS

SHORTEST = 6  # a shorter value is found in ordinary words
ROUNDS = 4  # what a secret stood before may be one too: two in a row
BETWEEN = "\x1f"  # stands between the arguments of a command line: white space to a pattern, and in no argument
SECRET_NAME = re.compile(
    r"(?:^|_)(?:KEY|TOKEN|SECRET|PASS|PASSWD|PASSWORD|PASSPHRASE|PWD|CREDENTIALS?|AUTH|COOKIE|PAT|DSN)S?(?:_|$)"
    r"|(?:API|ACCESS|PRIVATE)KEY",
    re.IGNORECASE,
)  # of environment variables whose values are taken out wherever they stand

PLAIN = re.compile(r"[A-Za-z0-9_.~+-]{0,14}$|[0-9][0-9a-z.:~+-]*$|(?:sha256:)?[0-9a-f]*$|[a-z.+-]*$")  # versions, names, digests
PATH = r"(?:~|\.{1,2})?(?:/[\w.@+ -]+){1,40}/?$"
VERSION = re.compile(r"(?:[0-9]+:)?v?[0-9]+\.[0-9][\w.:+~-]*$")
MEASURED = r"(?i)[0-9.,]+(?:[a-z]{1,3}|e[+-]?[0-9]+)(?:/[a-z]+)?$"  # 12.5ms, 1e-05

# What every secret needs: a word of the table, a name that ends like one in front of a sign, an address with more than a host in it, or
# a long word of both cases.
ADDRESSES = ("://", ":/")
WORDS = [word for _, words, _, _ in FORMS for word in words if word not in ADDRESSES]
WORDS += [prefix.lower() for _, prefixes, _ in TOKENS for prefix in prefixes.split()]
NAME = r"(?:%s)[0-9_-]*[\\\"'`\]&%% \t\x1f=:]" % "|".join(ENDINGS)
NAMED = re.compile(NAME)
NEEDED = re.compile(
    NAME + r"|://\S{0,2000}?[@?#&;]|[a-z0-9]:/[^/\s:@]{1,100}:[^/\s:@]{1,500}@|://\S{0,2000}?/\S{8}|[A-Za-z0-9]{24}"
)


def redact(text, values=()):
    """Return a text without secrets: those known by their form, and `values`, see secret_values."""
    for value in values:
        text = text.replace(value, SCRUBBED)
    if not may_hold_one(text):
        return text
    from .secretfinder import without_secrets  # much to compile, and seldom needed

    for _ in range(ROUNDS):
        text, kinds = without_secrets(text)
        if not kinds:
            break
    return text


def may_hold_one(text):
    """Tell whether a text has what every secret needs."""
    if not text:
        return False
    lowered = text.lower().replace(BETWEEN, " ")
    return any(map(lowered.__contains__, WORDS)) or NEEDED.search(lowered) is not None


def redact_all(document, values=()):
    """Return JSON values without secrets, keys included; the same object where there is none.

    What a member holds that is named like a secret is one, whatever it looks like.
    """
    texts = set()
    _gather(document, texts)
    text = "\n".join(text for text in texts if values or not PLAIN.match(text))
    return document if redact(text, values) == text else _redacted(document, values)


def redact_arguments(arguments, values=()):
    """Return a command line without secrets: `--token VALUE` are two arguments, and one argument's value may hold spaces."""
    from .secretfinder import without_values

    found = without_values(arguments)
    together = redact(BETWEEN.join(found), values).split(BETWEEN)
    return together if len(together) == len(found) else [redact(argument, values) for argument in found]


def kinds(text):
    """Return what kinds of secrets a text holds, as words for a reader."""
    from .secretfinder import without_secrets

    return without_secrets(text)[1]


def secret_values(environ, only_mixed=False):
    """Return the values of variables that are named like secrets, the longest first; no path, which only leads to one.

    Each line of a value counts by itself: a patch begins every line with a sign. With `only_mixed` they are those of letters and
    digits: `TOKEN=tensorflow` must not take a word out of what is compared.
    """
    found = {part for name, value in environ.items() if SECRET_NAME.search(name) for part in [value] + value.splitlines()}
    wanted = [value for value in found if len(value) >= SHORTEST and not re.match(PATH, value)]
    return sorted((value for value in wanted if not only_mixed or is_mixed(value)), key=lambda value: (-len(value), value))


def is_mixed(value):
    """Tell whether a value holds letters and digits as a credential does, and is no version and no measured number."""
    has_both = re.search("[0-9]", value) and re.search("[A-Za-z]", value)
    return bool(len(value) >= SHORTEST and has_both and not VERSION.match(value) and not re.match(MEASURED, value))


def _gather(value, texts):
    if isinstance(value, str):
        texts.add(value)
    elif isinstance(value, dict):
        for name, member in value.items():
            is_text = isinstance(member, str)
            is_named = is_text and name.lower().endswith(ENDINGS) and not VERSION.match(member)
            texts.add("%s=%s" % (name, member) if is_named else name)
            if is_text:  # as nearly every member is
                texts.add(member)
            else:
                _gather(member, texts)
    elif isinstance(value, (list, tuple)):
        for place, item in enumerate(value):
            _gather(item, texts)
            if isinstance(item, str) and item.lower().endswith(ENDINGS):
                texts.update("%s%s%s" % (item, BETWEEN, follows) for follows in value[place + 1 : place + 2])


def _redacted(value, values, name=""):
    if isinstance(value, str):
        from .secretfinder import is_named_secret

        return SCRUBBED if name and is_named_secret(name, value) else redact(value, values)
    if isinstance(value, dict):
        return {redact(key, values): _redacted(member, values, key) for key, member in value.items()}
    if not isinstance(value, (list, tuple)):
        return value
    if value and all(isinstance(item, str) for item in value):  # a command line may be one
        from .secretfinder import without_values

        value = without_values(value)
    return [_redacted(item, values) for item in value]
