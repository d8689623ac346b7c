"""PEP 440 as far as it needs no parser: do two spellings mean one version? And what version does a source file claim?"""

import re

_WORDS = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
_RELEASE = re.compile(r"(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)(.*)$", re.S)
_SUFFIX = re.compile(
    r"(?:[-_.]?(alpha|a|beta|b|preview|pre|rc|c)[-_.]?([0-9]*))?"
    r"(?:-([0-9]+)|[-_.]?(?:post|rev|r)[-_.]?([0-9]*))?(?:[-_.]?dev[-_.]?([0-9]*))?$"
)
_LITERAL = re.compile(r"""^__version__(?:\s*:\s*[\w.]+)?\s*=\s*[urUR]?(["'])([0-9][^"'\s]{0,100})\1\s*(?:#.*)?$""", re.M)
_ASSIGNMENT = re.compile(r"^[ \t]*__version__[ \t]*(?::[^=\n]*)?=(?!=)", re.M)
_PLACEHOLDER = re.compile(r"0+(\.0+)*([.+-]?(dev|unknown|a|post)\w*)*$")


def same(one, other):
    """Tell whether two spellings mean one version; a local label that only one of them has does not part them."""
    if one == other:
        return True
    one_public, _, one_local = one.partition("+")
    other_public, _, other_local = other.partition("+")
    if one_local and other_local and _separators(one_local) != _separators(other_local):
        return False
    return normal(one_public) == normal(other_public)


def normal(public):
    """Return one spelling for all that PEP 440 counts as equal: case, `v`, leading and trailing zeros, separators, long words."""
    text = public.strip().lower()
    text = text[1:] if text.startswith("v") else text
    match = _RELEASE.match(text)
    if not match:
        return text
    epoch, release, rest = match.groups()
    numbers = [int(number) for number in release.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return "%d!%s%s" % (int(epoch or 0), ".".join(map(str, numbers)), _suffix(rest))


def _suffix(rest):
    match = _SUFFIX.match(rest)
    if not match:
        return rest
    word, pre, short_post, post, dev = match.groups()
    post = post if short_post is None else short_post
    parts = ((_WORDS.get(word, word), pre if word else None), ("post", post), ("dev", dev))
    return "".join("%s%d" % (name, int(number or 0)) for name, number in parts if number is not None)


def _separators(label):
    return re.sub(r"[-_]", ".", label.lower())


def claimed(source):
    """Return the literal `__version__` that a module's text sets once, at its top level, and nowhere else; or None.

    A template's placeholder (0.0.0, 0+unknown) claims nothing, and neither does a value that is computed.
    """
    literal = _LITERAL.search(source) if "__version__" in source else None
    if literal is None or _PLACEHOLDER.match(literal.group(2).lower()) or len(_ASSIGNMENT.findall(source)) != 1:
        return None
    return literal.group(2)
