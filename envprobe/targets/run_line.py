"""The `docker run` line that makes a container again, with some settings changed. Pure.

A value that may be a secret is not in the line: it is read from the old container when the line is typed, as
`"$(docker inspect -f '{{index .Config.Env 2}}' OLD)"`.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

import msgspec

Key: TypeAlias = tuple[str, str]
"""An option and what it is about: `("--ulimit", "nofile")`, `("--memory", "")`."""


ENV = "--env"
UNSET = {"podman": "--unsetenv"}
"""The option that takes away what an image sets. Docker does it where `--env NAME` names what is not set where it is typed."""


class Word(NamedTuple):
    """One word of a command line."""

    text: str
    source: str = ""
    """Where the inspect document has what follows the text, `.Config.Env 2`: it may be a secret. Empty: the text is all."""


class RunLine(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a container again."""

    tool: str
    name: str
    id: str
    image: str
    options: dict[Key, list[Word]]
    """As they are typed; one without words takes none, one with several is repeated."""
    command: list[Word]
    goes_when_stopped: bool = False
    """Whether it was started with `--rm`."""
    made_by: str = ""
    """What makes it, where no person does: `service trainer of its compose file`."""

    def takes(self, changes: Mapping[Key, Sequence[str] | None]) -> bool:
        """Say whether the line would be another with these changes; without any it makes a fresh container, which is one too."""
        return not changes or any(words is not None or key in self.options or key[0] == ENV for key, words in changes.items())

    def typed(self, changes: Mapping[Key, Sequence[str] | None], image: str = "") -> str:
        """Return what is typed to have the container made anew, with other settings or of another image; the old one is kept.

        `changes` have the words of each option, or None where it is to be left out. Empty where nobody can type it.
        """
        options = {**self.options, **{key: [Word(word) for word in words or ()] for key, words in changes.items()}}
        options = {key: words for key, words in options.items() if changes.get(key, ()) is not None}
        images = [key[1] for key, words in changes.items() if key[0] == ENV and words is None and key not in self.options]
        options |= {(UNSET.get(self.tool, ENV), name): [Word(name)] for name in images}
        words = [word for values in options.values() for word in values] + self.command
        if self.made_by or (self.goes_when_stopped and any(word.source for word in words)):
            return ""
        tool, name, old = self.tool, self.name, f"{self.name}-{self.id[:8]}"
        away = f"{tool} rm -f {name}" if self.goes_when_stopped else f"{tool} stop {name} && {tool} rename {name} {old}"
        unset = "" if tool in UNSET else "".join(f"-u {shlex.quote(name)} " for name in images)
        line = [
            f"{'env ' + unset if unset else ''}{tool} run -d --name {name}",
            *(self._option(key[0], values, old) for key, values in options.items()),
        ]
        line += [shlex.quote(image or self.image), *(self._word(word, old) for word in self.command)]
        return f"{away} && {' '.join(line)}"

    def _option(self, option: str, words: list[Word], old: str) -> str:
        return " ".join(f"{option} {self._word(word, old)}" for word in words) or option

    def _word(self, word: Word, old: str) -> str:
        if not word.source:
            return shlex.quote(word.text)
        return f"{word.text}\"$({self.tool} inspect -f '{{{{index {word.source}}}}}' {old})\""
