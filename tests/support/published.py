"""The published schemas of tests/data/schemas, as checks that name the place of a fault."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator
from lxml import etree

HERE = Path(__file__).parents[1] / "data" / "schemas"


@functools.cache
def _sarif() -> Draft4Validator:
    return Draft4Validator(
        json.loads((HERE / "sarif-2.1.0.json").read_text("utf-8")), format_checker=Draft4Validator.FORMAT_CHECKER
    )


@functools.cache
def _junit() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(HERE / "junit-10.xsd"))


def read_sarif(text: str) -> dict[str, Any]:
    """Return a SARIF document that its schema has nothing against."""
    value: dict[str, Any] = json.loads(text)
    faults = [f"{'/'.join(map(str, fault.absolute_path))}: {fault.message}" for fault in _sarif().iter_errors(value)]
    assert faults == []
    return value


def read_junit(text: str) -> Any:
    """Return the root of a JUnit document that its schema has nothing against."""
    root = etree.fromstring(text.encode("utf-8"))
    schema = _junit()
    assert schema.validate(root), schema.error_log
    return root
