"""What of a text is a secret: rows of the table, names, addresses and random words. Loaded only where redaction.py suspects one."""

import re

from .redaction import BETWEEN, NAMED, PATH, VERSION, is_mixed
from .secretforms import CERTAIN, CREDENTIALS, DOUBTFUL, ENDINGS, FORMS, LINES, NO_VALUE, OF_MODELS, QUOTES, SCRUBBED, TOKENS

SPACES = r"(?:[ \t\x1f]|%20)*"
ASSIGNED = re.compile(
    r"(?:(?<![\w.%-])|(?<=%[0-9A-Fa-f][0-9A-Fa-f]))([\w.-]{2,60}?)[0-9_-]{0,3}QUOTES\]?SPACES(?:=>|:=|==?|:|%3[ADad])SPACESQUOTES(?=[^\s\"'`])".replace(
        "QUOTES", QUOTES
    ).replace("SPACES", SPACES)
)
SPACED = re.compile(r"(?<![\w.-])(-{0,2}[A-Za-z_/][\w./:-]{1,60})(?:[ \t\x1f]+(?:is|was))?[ \t\x1f]+[\"'`]?(?=[^\s\"'`-])")
ESCAPES = {"\\n": "\ue00a", "\\r": "\ue00d", "\\t": "\ue009"}  # what stands behind one begins a word: `\npassword=x`
LOOKED_AT = 512  # letters of a value by which it is judged
VALUE = r"[^\s,;&\"'`)\]}<>|\\\ue00a\ue00d\ue009]+"
TO_QUOTE = {quote: r"(?:[^%s\\\n]|\\(?!%s).)+" % (quote, quote) for quote in "\"'`"}
TO_SPACE = r"[^\s\"'`]+"
WORD = re.compile(r"[A-Za-z0-9+/_-]{24,}")
ADDRESS = r"(?<=://)([^/\s\"'<>]+/)([^\s?#\"'<>)]+)"
HEXADECIMAL = r"(?:[0-9a-f]+|[0-9A-F]+)$"
LABELLED = r"(?i)(?:sha[0-9]{1,3}|md5)[=:-](?=$|[A-Za-z0-9+/_-]{20})"
START = r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f][0-9A-Fa-f]))"  # `%3D` may stand before one
BOUNDARY = r"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z])|(?=(?i:passw|api_?key|secret)|TOKEN))"  # db_password, dbPassword, PGPASSWORD


def without_secrets(text):
    """Return the text without what each row and each function below finds in turn, and what kinds that was."""
    if any(mark in text for mark in ESCAPES.values()):
        return _without_secrets(text)
    for escape, mark in ESCAPES.items():
        text = text.replace(escape, mark)
    text, found = _without_secrets(text)
    for escape, mark in ESCAPES.items():
        text = text.replace(mark, escape)
    return text, found


def _without_secrets(text):
    found = []
    lowered = text.lower().replace(BETWEEN, " ")
    text = _of_rows(ALL_FORMS, text, lowered, found)
    for kind, find in FINDERS:
        changed = find(text)
        if changed != text:
            text = changed
            found.append(kind)
    return _of_rows(LINES, text, lowered, found), found


def without_values(arguments):
    """Return a command line without the values of options: `--token VALUE` are two arguments, and one's value may hold spaces."""
    befores = [""] + list(arguments)
    return [SCRUBBED if _is_value(*pair) else _without_value(pair[1]) for pair in zip(befores, arguments)]


def is_secret(name, value, certain=False):
    """Tell whether `name=value` is a secret; `certain` where it stands so that a value of a doubtful name is one."""
    if not value or value.startswith((SCRUBBED, CREDENTIALS)) or not _named("(?:%s|%s)" % (CERTAIN, DOUBTFUL), name):
        return False
    if re.match(NO_VALUE, value) or re.search(OF_MODELS, name) or re.match(PATH, value) or value.lower().endswith(name.lower()):
        return False
    if re.match(r"[A-Za-z_]+(?:\.[A-Za-z_]+)+$", value):  # `args.password`
        return False
    if name.lower().endswith("key") and not _named(CERTAIN, name):
        return _is_random(value, 16, 2) or (certain and len(value) >= 32 and re.match(HEXADECIMAL, value) is not None)
    return certain or _named(CERTAIN, name) or is_mixed(value)


def is_named_secret(name, value):
    """Tell whether a member of a document is a secret by its name alone; a package that is called `passwd` has a version."""
    return _named(CERTAIN, name) and is_secret(name, value) and not VERSION.match(value)


def _named(names, name):
    return re.search(BOUNDARY + "(?i:%s)$" % names, name) is not None


# -- what takes more than a pattern ----------------------------------------------------------------------------------------


def _token_form(whose, prefixes, follows):
    words = prefixes.split()
    pattern = START + r"(?:%s)%s" % ("|".join(map(re.escape, words)), follows)
    return "a token of " + whose, [word.lower() for word in words], pattern, SCRUBBED


def _in_addresses(text):
    return re.sub(ADDRESS, _address, text) if "://" in text else text


def _address(match):
    """Redact segments of an address's path that look like tokens, and what stands behind `/token/`."""
    segments = match.group(2).split("/")
    for index, segment in enumerate(segments):
        named = index and segments[index - 1].lower() in ("token", "tokens", "auth", "key", "secret", "t")
        if (named and is_mixed(segment)) or any(_is_random(part, 12, 2) for part in re.split("[^A-Za-z0-9]", segment)):
            segments[index] = SCRUBBED
    return match.group(1) + "/".join(segments)


def _after_names(text):
    return "\n".join(_after_names_in(line) if NAMED.search(line.lower()) else line for line in text.split("\n"))


def _after_names_in(text):
    """`name=value`, `"name": "value"`, `--name value`, and `the password is value`."""
    spans = []
    for pattern in (ASSIGNED, SPACED):
        done = 0
        for match in pattern.finditer(text):
            name = match.group(1).rstrip("0123456789_-")
            is_inside = match.end() < done and match.group()[-1] not in TO_QUOTE
            if name.lower().endswith(ENDINGS) and not is_inside:
                found = _spans_of_value(match, name, text)
                done = max([done] + [end for _, end in found])
                spans += found
    return _without(text, spans)


def _spans_of_value(match, name, text):
    """Return where the secret behind a name stands: one place or none."""
    quote, plain = match.group()[-1], name.lstrip("-")
    pattern = TO_QUOTE.get(quote, VALUE)
    value = _at(pattern, text, match.end(), LOOKED_AT)
    if value is None or not is_secret(plain, value.group(), _is_bound(match, name, value.group())):
        return []
    is_certain = _named(CERTAIN, plain)
    is_prose = match.re is SPACED and not name.startswith("-")
    if is_prose and not (is_mixed(value.group()) and (is_certain or plain.lower() == "token")):
        return []
    whole = _at(TO_SPACE if is_certain and quote not in TO_QUOTE else pattern, text, value.start())  # a password may hold a comma
    return [(value.start(), whole.end())]


def _at(pattern, text, place, length=None):
    return re.compile(pattern).match(text, place, len(text) if length is None else place + length)


def _is_bound(match, name, value):
    """Tell whether a doubtful name has its value as a command line or a call gives one: `--pat x`, `TOKEN=x`, `token=x`."""
    plain = name.lstrip("-").lower()
    is_argument = plain == "token" and len(value) >= 8 and re.search(r"\S=\S?$", match.group()) is not None
    return plain != "auth" and (name.startswith("-") or (name.isupper() and "=" in match.group()) or is_argument)


def _without(text, spans):
    pieces, done = [], 0
    for start, end in sorted(spans):
        if start >= done:
            pieces += [text[done:start], SCRUBBED]
        done = max(done, end)  # a password that may hold anything ends where one in it does
    return "".join(pieces) + text[done:]


def _random_words(text):
    """Long words in which letters and digits alternate as in no name; a digest says what it is, a compiler's names begin with _Z."""
    spans = []
    for match in WORD.finditer(text):
        word = match.group()
        if word.lower() == word or word.upper() == word or re.search(LABELLED, text[max(0, match.start() - 8) : match.end()]):
            continue
        for part in re.finditer("[A-Za-z0-9]{24,}", word):
            if _is_random(part.group(), 24, 3) and not part.group().startswith("Z"):
                spans.append((match.start() + part.start(), match.start() + part.end()))
    return _without(text, spans)


def _is_random(word, least, sorts):
    """Tell whether digits and letters alternate as in no name; what is hexadecimal is a digest, an id or a commit."""
    if len(word) < least or re.match(HEXADECIMAL, word):
        return False
    word = word[:200]
    classes = ["0" if letter.isdigit() else "A" if letter.isupper() else "a" for letter in word]
    changes = sum(one != other for one, other in zip(classes[1:], classes))
    return "0" in classes and len(set(classes)) >= sorts and changes > 0.4 * len(word)


def _of_rows(rows, text, lowered, found):
    for kind, words, pattern, becomes in rows:
        if any(word in lowered for word in words):
            changed = re.sub(pattern, becomes, text)
            if changed != text:
                text = changed
                found.append(kind)
    return text


ALL_FORMS = FORMS + tuple(_token_form(*row) for row in TOKENS)
FINDERS = (
    ("a token in an address", _in_addresses),
    ("a value that is named like a secret", _after_names),
    ("a random word", _random_words),
)


def _is_value(option, value):
    """Tell whether an argument is the value of the one before it."""
    name = option.lstrip("-")
    if not name.lower().endswith(ENDINGS) or value.startswith("-") or not re.match(r"[\w./:-]+$", option):
        return False
    if not option.startswith("-") and name.lower() in ("secret", "token", "key"):  # `kubectl create secret generic`
        return False
    return is_secret(name, value, certain=option.startswith("-") and name.lower() != "auth")


def _without_value(argument):
    """Return `--name=VALUE` and `NAME=VALUE` without a secret value, which ends where the argument does."""
    name, sign, value = argument.partition("=")
    plain = name.strip("-").rstrip("0123456789_-")
    if not sign or not plain.lower().endswith(ENDINGS) or not re.match(r"[\w./:+-]+$", name):
        return argument
    certain = (name.startswith("-") or name.isupper()) and plain.lower() != "auth"
    return name + sign + SCRUBBED if is_secret(plain, value, certain) else argument
