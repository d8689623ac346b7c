"""The shell of every page: one self-contained HTML document that loads nothing and runs no script but its own.

The Content-Security-Policy names each inlined style sheet and script by its SHA-256, so that text which did become markup would
still not be run, styled or fetched.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from markupsafe import Markup

from .template import fill

HERE = __package__
NOWHERE = "'none'"


def document(
    title: str,
    body: Markup,
    *,
    styles: tuple[str, ...] = (),
    scripts: tuple[str, ...] | None = None,
    forms: str = NOWHERE,
) -> str:
    """Return a whole page around a body.

    `styles` and `scripts` are texts of our own, never a target's: styles are added to the shared sheet, scripts replace the
    shared script. `forms` is the `form-action` of the policy, such as `'self'` for a page that is served.
    """
    sheets = (asset("style.css"), *styles)
    programs = (asset("page.js"),) if scripts is None else scripts
    policy = security_policy(sheets, programs, forms=forms)
    texts = {"styles": _inline(sheets, "style"), "scripts": _inline(programs, "script")}
    return f"{fill('document.html', {'title': title, 'body': body, 'policy': policy, **texts})}\n"


def security_policy(styles: tuple[str, ...], scripts: tuple[str, ...], *, forms: str = NOWHERE) -> str:
    """Return the policy of a page with these inline texts; a server sends it as a header too."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hashes(styles)}",
            f"script-src {_hashes(scripts)}",
            "img-src data:",
            "base-uri 'none'",
            f"form-action {forms}",
        )
    )


@cache
def asset(name: str, package: str = HERE) -> str:
    """Return a style sheet or a script that lies in a package."""
    return resources.files(package).joinpath(name).read_text("utf-8")


def _hashes(texts: tuple[str, ...]) -> str:
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii") for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests) or NOWHERE


def _inline(texts: tuple[str, ...], element: str) -> list[Markup]:
    """Return our own texts as they are hashed. In these elements nothing is escaped, so their end must not be inside."""
    for text in texts:
        if f"</{element}" in text.lower():
            raise ValueError(f"a {element} of ours ends inside of its text")
    return [Markup(text) for text in texts]  # noqa: S704 - files of this program
