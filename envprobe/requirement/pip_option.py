"""The options that may stand in a requirements file: pip's, up to those of pip 26, and what each is for.

pip-requirements-parser, which knows pip's lines, ends at pip 22; so the options are read here, with the parser that pip uses.
"""

from __future__ import annotations

import optparse
import shlex
from typing import NoReturn

from packaging.utils import canonicalize_name

FLAGS: tuple[tuple[str, ...], ...] = (
    ("--no-index",),
    ("--pre",),
    ("--prefer-binary",),
    ("--require-hashes",),
    ("--no-require-hashes",),
    ("--always-unzip", "-Z"),
    ("--no-use-wheel",),
    ("--use-wheel",),
    ("--allow-all-external",),
    ("--no-build-isolation",),
)
VALUES: tuple[tuple[str, ...], ...] = (
    ("--requirement", "--requirements", "-r"),
    ("--constraint", "-c"),
    ("--index-url", "-i", "--pypi-url"),
    ("--extra-index-url",),
    ("--editable", "-e"),
    ("--hash",),
    ("--find-links", "-f"),
    ("--trusted-host",),
    ("--no-binary",),
    ("--only-binary",),
    ("--all-releases",),
    ("--only-final",),
    ("--uploaded-prior-to",),
    ("--use-feature",),
    ("--config-settings", "--config-setting", "-C"),
    ("--global-option",),
    ("--install-option",),
    ("--allow-external",),
    ("--allow-unverified", "--allow-insecure"),
)
OF_A_REQUIREMENT = ("hash", "config_settings", "global_option", "install_option")
"""What may stand behind a requirement; all others have a line of their own."""


class OptionFault(Exception):
    """What is wrong with the options of a line."""


class _Parser(optparse.OptionParser):
    def error(self, msg: str) -> NoReturn:
        raise OptionFault(msg)


def _parser() -> optparse.OptionParser:
    parser = _Parser(add_help_option=False, usage=optparse.SUPPRESS_USAGE)
    for names in FLAGS:
        parser.add_option(*names, action="store_true")
    for names in VALUES:
        parser.add_option(*names, action="append")
    return parser


PARSER = _parser()


def split(line: str) -> tuple[str, str]:
    """Return what a line asks for, and its options: these begin with the first word that begins with `-`, as pip has it."""
    words = line.split(" ")
    first = next((index for index, word in enumerate(words) if word.startswith("-")), len(words))
    return " ".join(words[:first]).strip(), " ".join(words[first:])


def read_options(text: str) -> dict[str, object]:
    """Return the options that a line gives, name to True or to the list of its values.

    Raises OptionFault for an option that pip does not know, and for a word that belongs to none: pip passes it over in silence.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise OptionFault(str(error)) from None
    values, rest = PARSER.parse_args(words, PARSER.get_default_values())
    if rest or "-" in words or "--" in words:
        raise OptionFault(f"{' '.join(rest) or text!r} stands behind an option and belongs to none; pip would pass it over")
    return {name: _stripped(value) for name, value in vars(values).items() if value is not None}


def _stripped(value: object) -> object:
    """Return values without the second `=` that old files have: `-r=other.txt`."""
    return [one.removeprefix("=") for one in value] if isinstance(value, list) else value


def spelled(name: str) -> str:
    """Return an option as it is typed."""
    return "--" + canonicalize_name(name)
