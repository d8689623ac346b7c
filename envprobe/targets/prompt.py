"""Where somebody types what helps in a target: the shell or cell in front of them, and the interpreter behind it. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import msgspec

from ..call import Call
from ..fixes import Fix
from .run_line import RunLine
from .scheme import SCHEMES, Scheme
from .setting import PLACEHOLDER, Changes, in_words

ITEM = "\0"
"""Stands for the items while a command is put together: no command line holds it."""


class Installer(msgspec.Struct, frozen=True, kw_only=True):
    """What puts packages into the environment that was probed."""

    python: str = "python3"
    """The word with which its interpreter is started there."""
    has_pip: bool = True
    has_uv: bool = False
    is_managed: bool = False
    """Whether the operating system claims the interpreter (PEP 668)."""
    is_writable: bool = True
    """Whether those who were asked may write to its site-packages."""

    def command(self, action: str, options: Sequence[str] = ()) -> str:
        """Return how `install` or `uninstall` begins, up to the packages; empty where nothing there does it."""
        python, words = shlex.quote(self.python), [*options, *(["--break-system-packages"] if self.is_managed else [])]
        if self.has_pip:
            return " ".join([f"{python} -m pip {action}", *words, *(["-y"] if action == "uninstall" else [])])
        return " ".join([f"uv pip {action} --python {python}", *words]) if self.has_uv else ""


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides how something is typed so that it helps where a report was made."""

    scheme: str = ""
    """Of the target; empty for a document, of which nobody knows where it can be changed."""
    place: str = ""
    """What follows `://`."""
    subject: str = ""
    """What the report calls what was observed."""
    call: Call = Call()
    installer: Installer = Installer()
    line: RunLine | None = None
    """What makes the container again."""
    folders: dict[str, str] = {}
    """What `{site}` and the like are there."""
    exported: tuple[str, ...] = ()
    """Variables that the container's command or entry point sets: no option of `docker run` changes them."""

    @property
    def row(self) -> Scheme | None:
        """All that is known of the scheme."""
        return SCHEMES.get(self.scheme)

    @property
    def is_container(self) -> bool:
        """Whether it is a container, which was made with settings."""
        return self.row is not None and bool(self.row.tool) and self.row.recipe is None

    @property
    def is_shell(self) -> bool:
        """Whether what is probed inherits from the shell, or the kernel, that calls envprobe."""
        return self.row is not None and self.row.inherits

    def against(self, baseline: str) -> Prompt:
        """Return the same prompt for a report about another baseline; an empty name is the same one."""
        if not baseline:
            return self
        return msgspec.structs.replace(self, call=msgspec.structs.replace(self.call, baseline=baseline))

    def real(self, text: str) -> str:
        """Return a text with the folders that stand behind `{site}` and the like, where they are known."""
        return PLACEHOLDER.sub(lambda found: self.folders.get(found[0], found[0]), text)

    def here(self, command: str) -> Fix:
        """Return a command of this machine."""
        return Fix(self._cell(command), is_command=True)

    def there(self, beginning: str, items: Sequence[str] = ()) -> Fix:
        """Return a command that runs in the target: as it is typed here, or as a sentence where nobody can type it."""
        row = self.row
        if row is not None and row.way is not None:
            before, after = self._cell(row.way(self.place, f"{beginning} {ITEM}")).split(ITEM)
            typed = (row.way(self.place, f"{ITEM}{item}{ITEM}").split(ITEM)[1] for item in items)
            return Fix(before if items else before.rstrip(), tuple(typed), after, is_command=True)
        if row is not None and row.recipe is not None:
            before, after = row.recipe.run.split("{}")
            return Fix(f"in {row.recipe.file}: {before}{beginning} ", tuple(items), after)
        return Fix(f"where {self.subject} was recorded: {beginning} ", tuple(items))

    def there_as_owner(self, beginning: str, items: Sequence[str] = ()) -> Fix:
        """Return a command that needs more rights there than those who were asked have."""
        row = self.row
        if row is not None and row.way_of_root is not None:
            before, after = self._cell(row.way_of_root(self.place, f"{beginning} {ITEM}")).split(ITEM)
            return Fix(before, tuple(items), after, is_command=True)
        fix = self.there(beginning, items)
        return Fix(f"as the owner of the environment: {fix.before}", fix.items, fix.after)

    def variable(self, name: str, value: str | None) -> Fix:
        """Return what gives a variable a value, or takes it away, for what is probed next."""
        if self.is_shell and self.call.is_cell:
            return _in_python(name, value)
        setting, row = name if value is None else f"{name}={shlex.quote(value)}", self.row
        word = "unset" if value is None else "export"
        if self.is_shell:
            return Fix(f"{word} ", (setting,), is_command=True)
        if row is not None and row.recipe is not None:
            if value is None:
                return Fix(f"in {row.recipe.file}, or in what starts a container of it, leave out ", (setting,))
            before, after = row.recipe.variable.split("{}")
            return Fix(f"in {row.recipe.file}: {before}", (setting,), after)
        where = (
            f"of {self.place.partition('/')[0]}, for its logins and programs"
            if row is not None
            else f"in which {self.subject} was recorded"
        )
        return Fix(f"in the environment {where}: {word} ", (setting,))

    def exported_variable(self, name: str, value: str | None) -> Fix:
        """Return where a variable that the container's own command sets gets a value, or is taken away."""
        setting = name if value is None else f"{name}={shlex.quote(value)}"
        word = "take away" if value is None else "export"
        return Fix(f"in the command or entry point of {self.place.partition('?')[0]}, which sets it: {word} ", (setting,))

    def remade(self, changes: Changes, image: str = "") -> Fix:
        """Return what makes the container anew with other settings, or of another image: for the same ones, the same."""
        changes = dict(sorted(changes.items()))
        if self.line is not None and (image or self.line.takes(changes)):
            typed = self.line.typed(changes, image)
            if typed:
                return self.here(typed)
        where = f"in {self.line.made_by}: " if self.line is not None and self.line.made_by else ""
        return Fix(f"{where}start it anew" + (f" from {image}" if image else "") + (f" {in_words(changes)}" if changes else ""))

    def _cell(self, command: str) -> str:
        return f"!{command}" if self.call.is_cell else command


def _in_python(name: str, value: str | None) -> Fix:
    """Return a cell for the kernel, whose children are probed."""
    if value is None:
        return Fix("import os; [os.environ.pop(name, None) for name in (", (f"{name!r},",), ")];", is_command=True)
    return Fix("import os; os.environ.update({", (f"{name!r}: {value!r},",), "})", is_command=True)
