"""What kind of file somebody gives: by its name, else by what it holds."""

from __future__ import annotations

import re
from collections.abc import Callable

KINDS = ("dockerfile", "compose", "kubernetes", "devcontainer", "daemon", "client", "script")
NAMES: tuple[tuple[str, str], ...] = (
    ("dockerfile", r"(?:^|[.-])(?:dockerfile|containerfile)(?:[.-][\w.-]+)?$|\.(?:dockerfile|containerfile)$"),
    ("compose", r"^(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$"),
    ("devcontainer", r"^\.?devcontainer\.jsonc?$"),
    ("daemon", r"daemon[\w.-]*\.json$"),
    ("script", r"\.(?:sh|bash|zsh|fish|command)$"),
)
WALKED = re.compile("|".join(f"(?:{pattern})" for _, pattern in NAMES), re.I)


def kind_of(name: str, text: str) -> str:
    """Return one of KINDS, or an empty text for what is none of them."""
    last = name.replace("\\", "/").rpartition("/")[2].lower()
    for kind, pattern in NAMES:
        if re.search(pattern, last):
            return "" if kind == "dockerfile" and last.endswith((".md", ".dockerignore", ".txt", ".py", ".json")) else kind
    for kind, matches in HOLDING:
        if matches(last, text):
            return kind
    return ""


def _is_json(last: str, text: str) -> bool:
    return last.endswith((".json", ".jsonc")) or (not last.endswith((".yml", ".yaml")) and text.lstrip().startswith("{"))


def _is_yaml(last: str) -> bool:
    return last.endswith((".yml", ".yaml")) or "." not in last


def _matches(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.M) is not None


HOLDING: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    (
        "client",
        lambda last, text: (
            _is_json(last, text)
            and _matches(r'"(?:auths|credsStore|credHelpers|currentContext|httpProxy|httpsProxy)"', text)
            and "runArgs" not in text
        ),
    ),
    (
        "devcontainer",
        lambda last, text: (
            _is_json(last, text)
            and _matches(r'"(?:runArgs|remoteUser|postCreateCommand|features|customizations|workspaceFolder)"', text)
        ),
    ),
    (
        "daemon",
        lambda last, text: (
            _is_json(last, text)
            and _matches(
                r'"(?:data-root|default-runtime|insecure-registries|registry-mirrors|log-driver|runtimes|http-proxy|storage-driver|exec-opts|hosts|default-ulimits)"',
                text,
            )
        ),
    ),
    ("kubernetes", lambda last, text: _is_yaml(last) and _matches(r"^apiVersion:", text) and _matches(r"^kind:", text)),
    ("compose", lambda last, text: _is_yaml(last) and _matches(r"^services:", text)),
    ("script", lambda last, text: text.startswith("#!") and _matches(r"\A#!.*\b(?:ba|da|z|k|fi)?sh\b", text)),
    (
        "dockerfile",
        lambda last, text: (
            not last.endswith((".py", ".md", ".txt", ".json", ".yml", ".yaml"))
            and _matches(r"\A(?:\s*(?:#.*)?\n|ARG .*\n)*FROM\s+\S", text)
        ),
    ),
)
