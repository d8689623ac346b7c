"""A shell script as its commands, by the grammar of tree-sitter-bash: heredocs, comments and strings are what they are."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from .echo import said
from .model import Argument, FileText, ShellCommand
from .unwrap import inner_script, unwrapped

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

DEPTH = 6
"""Scripts within scripts: `bash -c`, `su -c`."""
NODES = 400_000
"""More is no script that somebody wrote."""
SPLICE = re.compile(r"\$\{(\w+)\[[@*]\]\}|\$[@*]")
DEFAULT = re.compile(r"\$\{(\w+)(:?[-=])(.*)\}", re.S)
NUMBERS = itertools.count(1)


class ShellText(msgspec.Struct, frozen=True):
    """What a script does: its commands, and the files that it writes."""

    commands: tuple[ShellCommand, ...]
    texts: tuple[FileText, ...]


def read_shell(text: str, line: int = 1, variables: Mapping[str, str] | None = None, depth: int = 0) -> ShellText:
    """Parse a script whose first line is `line` of its file. What is no shell is left out; nothing is executed."""
    data = text.encode("utf-8", "replace")
    tree = _parser().parse(data)
    walk = _ScriptWalk(data, line, variables or {}, depth)
    walk.visit(tree.root_node)
    return ShellText(tuple(walk.commands), tuple(command.writes for command in walk.commands if command.writes))


@cache
def _parser() -> Parser:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


class _ScriptWalk:
    """Goes through a script in the order of its text, with the variables that it has set so far."""

    def __init__(self, data: bytes, line: int, variables: Mapping[str, str], depth: int) -> None:
        self.data = data
        self.line = line
        self.depth = depth
        self.variables: dict[str, list[Argument]] = {name: [Argument(value, line)] for name, value in variables.items()}
        self.commands: list[ShellCommand] = []
        self.script = next(NUMBERS)
        self.left = NODES

    def visit(self, root: Node) -> None:
        """Collect the commands below a node."""
        waiting = [root]
        while waiting and self.left > 0:
            self.left -= 1
            node = waiting.pop()
            if node.type == "pipeline":
                self._pipeline(node)
                waiting.extend(reversed(_substitutions(node)))
            elif node.type in ("command", "redirected_statement", "declaration_command") and self._is_simple(node):
                command = self._command(node)
                self._add(command)
                self._behind_heredocs(node, command)
                waiting.extend(reversed(_substitutions(node)))
            elif node.type == "variable_assignment":
                self._assign(node)
                waiting.extend(reversed(_substitutions(node)))
            elif node.type not in ("heredoc_body", "comment", "string", "raw_string"):
                waiting.extend(reversed(node.children))

    def _is_simple(self, node: Node) -> bool:
        if node.type != "redirected_statement":
            return True
        body = node.child_by_field_name("body")
        return body is None or body.type in ("command", "declaration_command")

    def _pipeline(self, node: Node) -> None:
        parts = [child for child in node.named_children if child.type not in ("comment",)]
        found = [(part, self._command(part) if self._is_simple(part) else None) for part in parts]
        for index, (part, command) in enumerate(found):
            before = found[index - 1][1] if index else None
            behind = found[index + 1][1] if index + 1 < len(found) else None
            if command is None:
                if part.type not in ("command", "redirected_statement", "declaration_command") or not self._is_simple(part):
                    self.visit(part)
                continue
            fed = command if before is None else self._fed(command, before)
            command = msgspec.structs.replace(fed or command, feeds="" if behind is None else unwrapped(behind).name)
            self._add(command)

    def _behind_heredocs(self, node: Node, command: ShellCommand | None) -> None:
        """Go on with what stands on the line of a heredoc: `cat <<EOF | tee FILE && …` has it within the redirection."""
        for redirect in (child for child in node.children if child.type == "heredoc_redirect"):
            for part in redirect.named_children:
                if part.type == "pipeline" and command is not None:
                    rest = _leaves(part)
                    self._add(self._fed(self._command(rest[0]), command) if rest else None)
                    for leaf in rest[1:]:
                        self.visit(leaf)
                elif part.type in ("command", "list", "redirected_statement", "pipeline"):
                    self.visit(part)

    def _fed(self, command: ShellCommand | None, before: ShellCommand) -> ShellCommand | None:
        """Return a command with what the one before its pipe writes."""
        text = said(before)
        if command is None:
            return None
        if command.stdin is None:
            command = msgspec.structs.replace(command, stdin=text, stdin_line=before.stdin_line or before.line)
        command = unwrapped(msgspec.structs.replace(command, fed_by=command.fed_by or before.name))
        places = [word.text for word in command.arguments[1:] if not word.text.startswith("-")]
        if command.name == "tee" and text is not None and command.writes is None and places:
            command = msgspec.structs.replace(command, writes=FileText(places[0], text, command.stdin_line))
        return command

    def _add(self, command: ShellCommand | None) -> None:
        if command is None:
            return
        command = unwrapped(command)
        self.commands.append(command)
        script = inner_script(command)
        if script is not None and self.depth < DEPTH:
            values = {name: " ".join(word.text for word in words) for name, words in self.variables.items()}
            inner = read_shell(script.text, script.line, values, self.depth + 1)
            self.commands += [msgspec.structs.replace(one, script=self.script) for one in inner.commands]

    def _command(self, node: Node) -> ShellCommand | None:
        body = node.child_by_field_name("body") if node.type == "redirected_statement" else node
        words: list[Argument] = []
        environment: dict[str, Argument] = {}
        for child in body.children if body is not None else ():
            if child.type == "variable_assignment":
                value = self._assign(child, keep=body is not None and body.type == "declaration_command")
                if body is not None and body.type == "command":
                    environment[value[0]] = Argument(" ".join(word.text for word in value[1]), self._line(child))
                else:
                    words += [Argument(f"{value[0]}={' '.join(word.text for word in value[1])}", self._line(child))]
            elif child.type in ("herestring_redirect", "file_redirect", "comment", "heredoc_redirect"):
                continue
            elif child.is_named or child.type in ("export", "declare", "local", "readonly", "typeset"):
                words += self._words(child)
        if not words or not words[0].text:
            return None
        for part in (child for child in node.children if child.type == "heredoc_redirect"):
            for argument in part.children_by_field_name("argument"):  # `tee <<EOF PATH >/dev/null` is one word to the grammar
                words += self._words(argument.children[0] if any(one.is_error for one in argument.children) else argument)
        stdin, stdin_line, path = self._redirects(node, body)
        command = ShellCommand(
            arguments=tuple(words), environment=environment, stdin=stdin, stdin_line=stdin_line, script=self.script
        )
        command = unwrapped(msgspec.structs.replace(command, fed_by=self._process_substitution(body)))
        text = stdin if command.name in ("cat", "tee") else said(command)
        if path and text is not None:
            at = stdin_line if stdin is not None and command.name in ("cat", "tee") else command.line
            command = msgspec.structs.replace(command, writes=FileText(path, text, at))
        elif command.name == "tee" and stdin is not None and len(command.arguments) > 1:
            command = msgspec.structs.replace(command, writes=FileText(command.argv[-1], stdin, stdin_line))
        return command

    def _redirects(self, node: Node, body: Node | None) -> tuple[str | None, int, str]:
        stdin, line, path = None, self._line(node), ""
        places = [*node.children, *(body.children if body is not None and body is not node else ())]
        for child in places:
            if child.type == "heredoc_redirect":
                found = next((part for part in child.children if part.type == "heredoc_body"), None)
                start = next((part for part in child.children if part.type == "heredoc_start"), None)
                if found is not None:
                    quoted = start is not None and self._text(start)[:1] in "'\"\\"
                    stdin = self._text(found) if quoted else self._plain(self._text(found))
                    line = self._line(found)
                places.extend(child.children)
            elif child.type == "herestring_redirect":
                stdin = " ".join(word.text for part in child.named_children for word in self._words(part))
            elif child.type == "file_redirect" and child.named_children:
                words = self._text(child)
                if words.lstrip("0123456789&").startswith(">") and ">&" not in words:
                    path = " ".join(word.text for word in self._words(child.named_children[-1]))
        return stdin, line, path

    def _process_substitution(self, body: Node | None) -> str:
        for child in body.named_children if body is not None else ():
            if child.type == "process_substitution":
                for part in child.named_children:
                    command = self._command(part) if part.type == "command" else None
                    return command.name if command else ""
        return ""

    def _assign(self, node: Node, keep: bool = True) -> tuple[str, list[Argument]]:
        name_node, value_node = node.child_by_field_name("name"), node.child_by_field_name("value")
        name = self._text(name_node) if name_node is not None else ""
        words: list[Argument] = []
        if value_node is not None:
            inner = [child for child in value_node.named_children if child.type != "comment"]
            parts = inner if value_node.type == "array" else [value_node]
            words = [word for part in parts for word in self._words(part, whole=value_node.type != "array")]
        is_more = any(child.type == "+=" for child in node.children)
        if keep and name:
            self.variables[name] = (
                [*self.variables.get(name, []), *words] if is_more else words or [Argument("", self._line(node))]
            )
        return name, words

    def _words(self, node: Node, whole: bool = False) -> list[Argument]:
        """Return what a word becomes: one, or with arrays and unquoted variables several."""
        line, text = self._line(node), self._text(node)
        if node.type == "command_name":
            return self._words(node.children[0]) if node.children else [Argument(text, line)]
        spliced = SPLICE.fullmatch(text.strip('"'))
        if spliced and spliced[1] in self.variables:
            return self.variables[spliced[1]]
        if node.type in ("simple_expansion", "expansion") and not whole:
            known = self.variables.get(_name_of(text))
            if known is not None:
                parts = [Argument(part, piece.line) for piece in known for part in piece.text.split()]
                return parts if len(parts) != 1 else [Argument(parts[0].text, line)]
        return [Argument(self._value(node), line)]

    def _value(self, node: Node) -> str:
        text = self._text(node)
        if node.type == "raw_string":
            return text[1:-1]
        if node.type == "ansi_c_string":
            return text[2:-1].encode("latin-1", "backslashreplace").decode("unicode_escape", "replace")
        if node.type in ("string", "concatenation"):
            return self._joined(node)
        if node.type in ("simple_expansion", "expansion"):
            return self._plain(text)
        return re.sub(r"\\(\n|.)", lambda found: "" if found[1] == "\n" else found[1], text, flags=re.S)

    def _joined(self, node: Node) -> str:
        """Return the value of a string or of a word of several parts; what lies between the parts is kept."""
        is_string = node.type == "string"
        start = node.start_byte + is_string
        found = ""
        for child in node.named_children:
            found += self.data[start : child.start_byte].decode("utf-8", "replace") if is_string else ""
            found += _unescaped(self._text(child)) if child.type == "string_content" else self._value(child)
            start = child.end_byte
        if is_string:
            found += self.data[start : node.end_byte - 1].decode("utf-8", "replace")
        return found

    def _plain(self, text: str) -> str:
        from .expand import expand

        return expand(text, {name: " ".join(word.text for word in words) for name, words in self.variables.items()})

    def _text(self, node: Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _line(self, node: Any) -> int:
        return self.line + int(node.start_point[0])


def _name_of(text: str) -> str:
    found = re.match(r"\$\{?(\w+)\}?$", text)
    return found[1] if found else ""


def _substitutions(node: Node) -> list[Node]:
    """Return the commands that stand within a command's words: `$(…)`, `<(…)`."""
    found, waiting = [], list(node.children)
    while waiting:
        child = waiting.pop(0)
        if child.type in ("command_substitution", "process_substitution"):
            found.append(child)
        elif child.type != "heredoc_body":
            waiting.extend(child.children)
    return found


def _unescaped(text: str) -> str:
    return re.sub(r"\\([\"\\$`\n])", lambda found: "" if found[1] == "\n" else found[1], text)


def _leaves(node: Node) -> list[Node]:
    """Return the commands of a pipeline or a list, in order."""
    if node.type in ("command", "redirected_statement", "declaration_command"):
        return [node]
    return [leaf for child in node.named_children for leaf in _leaves(child)]
