"""Causes as one JSON document, `envprobe.explanation/1`."""

from __future__ import annotations

import msgspec

from ...causes.cause import SCHEMA, Explanation
from ...fact import in_utf8
from ...fingerprint import encode
from .. import Style


def render(explanation: Explanation, style: Style) -> str:
    """Return the explanation as one JSON document."""
    body = {"schema": SCHEMA, **msgspec.to_builtins(explanation), "seconds": round(explanation.seconds, 1)}
    for cause, told in zip(explanation.causes, body["causes"], strict=True):
        told["fix"] = {"text": cause.fix.text, **told["fix"]}
    return encode(in_utf8(body)).decode("utf-8")
