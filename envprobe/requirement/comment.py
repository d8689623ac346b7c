"""What the comments of a requirements file say that a tool has written: pip freeze, pip-compile, uv pip compile."""

from __future__ import annotations

import re

EDITABLE = re.compile(r"#+\s*Editable.*\((?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^()\s]+)\)")
"""`# Editable install with no version control (demo==1.0)`, before the line that names its folder."""
VIA = re.compile(r"#\s*via\b\s*(?P<rest>.*)")
SHOWN_VIA = 3


class Comments:
    """What was read of the comments since the last requirement."""

    def __init__(self) -> None:
        self.editable: tuple[str, str] = ("", "")
        self._open = False
        self._via: list[str] = []

    def read(self, comment: str) -> None:
        """Read one comment; `# via` goes on with the comments below it."""
        if found := EDITABLE.match(comment):
            self.editable = (found["name"], found["version"])
        if found := VIA.match(comment):
            self._open = True
            self._via += found["rest"].split(", ")
        elif self._open:
            self._via.append(comment.lstrip("#"))

    def take_via(self) -> str:
        """Return which packages or files want the requirement before these comments, and begin anew."""
        names = [name.strip() for name in self._via if name.strip()]
        self._open, self._via = False, []
        more = f" and {len(names) - SHOWN_VIA} more" if len(names) > SHOWN_VIA else ""
        return f"via {', '.join(names[:SHOWN_VIA])}{more}"[:200] if names else ""

    def take_editable(self) -> tuple[str, str]:
        """Return name and version that a comment gave to the editable requirement below it."""
        found, self.editable = self.editable, ("", "")
        return found
