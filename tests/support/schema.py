"""Validators of the published schemas, for tests."""

from __future__ import annotations

import functools
import json
from typing import Any

from jsonschema import Draft202012Validator

from envprobe import schemas


@functools.cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of `baseline/1` and the like, formats such as dates checked too."""
    return Draft202012Validator(json.loads(schemas.text(name)), format_checker=Draft202012Validator.FORMAT_CHECKER)


def problems(name: str, document: bytes | str | Any) -> list[str]:
    """Return where a document, as JSON text or parsed, is not what its schema says."""
    value = json.loads(document) if isinstance(document, bytes | str) else document
    return [f"{problem.json_path}: {problem.message[:200]}" for problem in validator(name).iter_errors(value)]


def fits(name: str, document: bytes | str | Any) -> bool:
    """Tell whether a document is what its schema says."""
    value = json.loads(document) if isinstance(document, bytes | str) else document
    return bool(validator(name).is_valid(value))
