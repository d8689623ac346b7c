"""Templates that escape: whatever a target says becomes text, in markup that only our own files hold."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ...spelling import safe

FOLDER = "template"
HERE = __package__


def fill(name: str, values: Mapping[str, object], *, package: str = HERE) -> Markup:
    """Fill a template of a package's `template` folder; templates of this package can be imported by all others."""
    return Markup(environment(package).get_template(f"{name}.jinja").render(values))  # noqa: S704 - autoescaped


@cache
def environment(package: str) -> Environment:
    """Return what reads a package's templates. A name that is not given is an error, and every text is escaped.

    Escaped twice over: as HTML, and what could hide or reorder text (controls, bidi overrides) as backslash escapes.
    """
    shared = PackageLoader(HERE, FOLDER)
    return Environment(
        loader=shared if package == HERE else ChoiceLoader([PackageLoader(package, FOLDER), shared]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _printable(value: object) -> object:
    return value if hasattr(value, "__html__") else safe(str(value))
