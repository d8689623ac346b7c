"""YAML as people write it: in the order of its members, texts of several lines as blocks."""

from __future__ import annotations

from typing import Any

from ...error import UsageError
from ...installation import installing


def yaml_text(*documents: object) -> str:
    """Return documents as YAML. Raises UsageError where PyYAML is missing."""
    try:
        import yaml  # an extra's
    except ImportError:
        raise UsageError("this form needs PyYAML", installing("yaml")) from None

    class Dumper(yaml.SafeDumper):  # type: ignore[misc]
        def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
            return super().increase_indent(flow, False)

    def text_of(dumper: Any, value: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)

    Dumper.add_representer(str, text_of)
    dumped: str = yaml.dump_all(documents, Dumper=Dumper, sort_keys=False, width=10_000, allow_unicode=True)
    return dumped
