"""A script of fish in the words of bash, line for line, as far as it starts programs: `set`, lists, blocks, `(…)`."""

from __future__ import annotations

import re

SET = re.compile(r"^([ \t]*)set[ \t]+((?:-[\w-]+[ \t]+)*)(\w+)((?:\\\n|(?<!\s)#|[^\n;#])*)", re.M)
BLOCK = re.compile(r"(^|;)[ \t]*(?:(?:else[ \t]+if|if|while|and|or|not|begin|else|end)\b[ \t]*)+", re.M)
HEAD = re.compile(r"(^|;)[ \t]*(?:function|for|switch|case)\b[^;\n]*", re.M)
LIST = re.compile(r"(?<=[ \t])\$(\w+)(?=[ \t;)]|$)", re.M)


def is_fish(name: str, text: str) -> bool:
    """Tell whether a script is one of fish: by its name, else by its first line."""
    return name.endswith(".fish") or re.match(r"#!.*\bfish\b", text) is not None


def as_bash(text: str) -> str:
    """Return the commands of a script with their words; what decides whether they run is left out."""
    names: set[str] = {"argv"}

    def assigned(found: re.Match[str]) -> str:
        lead, options, name, values = found.groups()
        if re.search(r"(?:^|\s)-\w*[eqn]|--(?:erase|query|names)", options):
            return f"{lead}:" + "\\\n" * values.count("\\\n")
        names.add(name)
        return f"{lead}{name}=({values.strip(' ')}) "

    def spliced(found: re.Match[str]) -> str:
        return "$@" if found[1] == "argv" else f"${{{found[1]}[@]}}" if found[1] in names else found[0]

    plain = HEAD.sub(r"\1 :", BLOCK.sub(r"\1 ", _substituted(text)))
    return LIST.sub(spliced, SET.sub(assigned, plain))


def _substituted(text: str) -> str:
    """Write `$(…)` for fish's `(…)`, which is one outside of quotes only."""
    found, quote, before = [], "", ""
    for letter in text:
        if before == "\\":
            before = ""
            found.append(letter)
            continue
        if quote and letter == quote:
            quote = ""
        elif not quote and letter in "'\"":
            quote = letter
        elif not quote and letter == "#" and before in ("", " ", "\t", "\n", ";"):
            quote = "\n"
        found.append("$(" if letter == "(" and not quote and before != "$" else letter)
        before = letter
    return "".join(found)
