"""A target's reference, taken apart. Pure."""

from __future__ import annotations

from urllib.parse import parse_qs, quote

import msgspec

from ..error import UsageError
from .scheme import SCHEMES, Scheme

NAMES_ONLY = ("env",)
"""Options whose values may be secrets: `NAME=VALUE`."""
SAFE = ",=:/@"
"""What may stand in a value as it is, here and in a shell."""


class Address(msgspec.Struct, frozen=True):
    """A target's reference, taken apart: `image://tensorflow/tensorflow:2.9.0?gpus=all`."""

    scheme: str
    place: str
    """What stands between `://` and `?`."""
    options: dict[str, list[str]] = {}

    @property
    def row(self) -> Scheme:
        """All that is known of its scheme."""
        return SCHEMES[self.scheme]

    @property
    def reference(self) -> str:
        """The reference as the user wrote it, without its options."""
        return f"{self.scheme}://{self.place}"

    @property
    def shown(self) -> str:
        """The whole reference, fit to be recorded and shown: of a variable only the name, `env=TOKEN`."""
        words = [f"{name}={quote(value, safe=SAFE)}" for name, values in self.shown_options.items() for value in values]
        return self.reference + ("?" + "&".join(words) if words else "")

    @property
    def shown_options(self) -> dict[str, list[str]]:
        """The options, fit to be recorded and shown."""
        return {
            name: [value.partition("=")[0] for value in values] if name in NAMES_ONLY else values
            for name, values in self.options.items()
        }

    def option(self, name: str) -> str:
        """Return an option's last value, or an empty string."""
        return self.options.get(name, [""])[-1]

    def allow_options(self, *known: str) -> None:
        """Refuse an option that the scheme does not know, rather than leave it out silently. Raises UsageError."""
        for name in self.options:
            if name not in known:
                hint = "known here: " + ", ".join(known) if known else f"{self.scheme}:// takes no options"
                raise UsageError(f"{self.reference}: no such option {name!r}", hint)


def parse(reference: str) -> Address:
    """Take a reference apart. Raises UsageError, with the schemes that exist and the closest one."""
    text = reference.strip()
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in SCHEMES:
        forms = ", ".join(row.form for row in SCHEMES.values())
        raise UsageError(f"{text.partition('?')[0]!r}: {_complaint(scheme, separator)}", f"a target is one of {forms}")
    if not text.isprintable():
        raise UsageError(f"{text.partition('?')[0]!r}: a target's reference holds no control characters")
    if not SCHEMES[scheme].opens:  # a file's name may hold anything
        return Address(scheme, rest)
    place, question_mark, query = rest.partition("?")
    return Address(scheme, place, read_options(f"{scheme}://{place}", query) if question_mark else {})


def shown(reference: str) -> str:
    """Return a reference as it may be recorded and shown: of variables the names alone. What is none stays as it is."""
    try:
        return parse(reference).shown
    except UsageError:
        return reference


def read_options(reference: str, query: str) -> dict[str, list[str]]:
    """Read `NAME=VALUE&NAME=VALUE`. What is wrong is not repeated: a secret may stand in it."""
    try:
        return parse_qs(query, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        raise UsageError(f"{reference}: what follows '?' is not NAME=VALUE, joined by '&'") from None


def _complaint(scheme: str, separator: str) -> str:
    if not separator:
        return f"not a target; did you mean docker://{scheme} or image://{scheme}?" if scheme else "an empty target"
    from ..suggestion import did_you_mean

    close = did_you_mean(f"{scheme}://", [f"{form}://" for form in SCHEMES])
    return f"no such scheme {scheme!r}" + (f"; {close}" if close else "")
