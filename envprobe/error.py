"""Trouble, as opposed to drift: what keeps envprobe from telling. Caught in one place, `cli.main`; exit status 2."""

from __future__ import annotations


class EnvprobeError(Exception):
    """What is wrong and where (`message`), and what to do next (`hint`)."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep what may be shown: a target's last words, a URL or a typed line may hold a secret."""
        from .redaction import redact  # what goes well needs no table of secrets

        self.message = redact(message)
        self.hint = redact(hint)
        super().__init__(self.message)

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows in place of a traceback: it asks every exception for this."""
        from .spelling import safe

        return [safe(line) for line in [*f"envprobe: {self.message}".splitlines(), *self.hint.splitlines()]]


class UsageError(EnvprobeError):
    """The command or the configuration asks for something that does not exist or contradicts itself."""


class TargetError(EnvprobeError):
    """The target cannot be reached, or cannot run a program."""


class ProbeError(EnvprobeError):
    """The probe ran in the target and gave no usable answer."""


class DocumentError(EnvprobeError):
    """A file or an answer is not what its schema says; the message lists every fault with its path."""


class StoreError(EnvprobeError):
    """A baseline is missing, exists already, or could not be written."""


class NoBaseline(StoreError):
    """There is no baseline of that name. Who knows the target adds how to record one."""
