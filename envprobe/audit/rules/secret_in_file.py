"""No secret stands in a file of the project.

Why: what is in a Dockerfile's ENV or ARG is in every copy of the image (`docker history`), what is in a Compose file is in
version control, what is on a command line is in `ps` and `docker inspect`.

Example: `ENV AWS_SECRET_ACCESS_KEY=wJalr…`

Fix: `RUN --mount=type=secret,id=…` for a build; `secrets:` of Compose, a file of mode 600, or a variable of the shell for a run.

Source: Docker, "Build secrets"; hadolint DL3064; CIS Docker Benchmark 4.10. What counts as a secret is envprobe's one table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...redaction import NAMED, is_secret_name, kinds_of, redact
from ..expand import is_open
from ..finding import FAIL, NOTE, WARN, found
from ..model import AuditedFile, AuditFinding, Scalar, ShellCommand, Tree
from ..query import jupyter_commands, variables

RULE = "secret.in-file"
PLACEHOLDER = re.compile(
    r"^(?:|[*x.]+|<.*>|\{\{.*\}\}|none|null|true|false|yes|no|\d{1,4}|(?:your|my)[-_ ].*"
    r"|.*(?:example|placeholder).*|/.*|\./.*|file:.*|/run/secrets/.*)$",
    re.I,
)
NOT_SECRET = re.compile(
    r"(?:_FILE|_PATH|_URL|_HOST|_NAME|_ID|_TYPE|_SOCK|_TTL|_LENGTH|_SIZE|_DIR|_MODE|_METHOD|_ENABLED|_TIMEOUT)$"
    r"|^(?:PATH|SSH_AUTH_SOCK|XAUTHORITY|KEYS?|TF_.*)$",
    re.I,
)
KEY_FILE = re.compile(
    r"(?:^|/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.env(?:\.\w+)?|\.netrc|\.pypirc|\.aws(?:/credentials)?|credentials(?:\.json)?"
    r"|[\w.-]+\.(?:pem|key|p12|pfx)|\.ssh|kaggle\.json|\.git-credentials|\.docker/config\.json)/?$"
)
OPEN_ADDRESS = re.compile(r"://(?:[^/\s@]*[$<{][^/\s@]*|[^/\s@:]*)@")
"""An address whose user or password a variable gives, or that names a user alone."""
IN_IMAGE = "it is in every copy of the image, and in its history"
IN_FILE = "it is in version control, and in docker inspect"
SAFE_FIX = "a file of mode 600, Compose's secrets, or a variable of the shell that starts it"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield secrets that stand in a file, never their value."""
    shown: set[int] = set()
    for one in (*_variables(file), *_words(file), *_files(file), *_manifest(file)):
        if one.line is None or one.line not in shown:
            shown.add(one.line or 0)
            yield one


def _variables(file: AuditedFile) -> Iterator[AuditFinding]:
    is_build = file.kind == "dockerfile"
    for setting in variables(file):
        if _is_secret(setting.name, setting.value):
            fix = "RUN --mount=type=secret,id=NAME" if is_build else SAFE_FIX
            edit = (f"{setting.name}={setting.value}", setting.name) if file.kind == "command" else None
            yield found(RULE, FAIL, setting.line, f"{setting.name}=…", IN_IMAGE if is_build else IN_FILE, fix, edit)
    for stage in file.stages:
        for setting in stage.arguments.values():
            if _is_secret(setting.name, setting.value):
                yield found(RULE, FAIL, setting.line, f"ARG {setting.name}=…", IN_IMAGE, "RUN --mount=type=secret,id=NAME")
        for instruction in stage.instructions:
            if instruction.keyword == "ARG":
                yield from _argument(instruction.text, instruction.line)


def _argument(text: str, line: int) -> Iterator[AuditFinding]:
    """Speak of an ARG without a default that is named like a secret: its value comes with the build, and stays in the history."""
    for word in text.split():
        if "=" not in word and is_secret_name(word) and not NOT_SECRET.search(word):
            yield found(
                f"{RULE}.build-argument",
                WARN,
                line,
                f"ARG {word}",
                "the value of a build argument is in the image's history",
                f"RUN --mount=type=secret,id={word.lower()}",
            )


def _is_secret(name: str, value: str) -> bool:
    if PLACEHOLDER.match(value.strip()) or is_open(value):
        return False
    if is_secret_name(name) and not NOT_SECRET.search(name):
        return True
    return _shows(value)


def _shows(text: str) -> bool:
    """Tell whether a text holds a secret by its own form, by envprobe's one table; what a variable stands for is none."""
    return any(kind != NAMED for kind in kinds_of(OPEN_ADDRESS.sub("://", text)))


def _words(file: AuditedFile) -> Iterator[AuditFinding]:
    """Look at the words of commands: known forms of tokens, credentials in addresses, options that take a password."""
    for command in file.commands:
        for word in command.arguments[1:]:
            if _shows(word.text):
                yield found(RULE, FAIL, word.line, redact(word.text)[:160], IN_IMAGE if file.stages else IN_FILE, SAFE_FIX)
        yield from _options(command)
    for command in jupyter_commands(file):
        token = next((word for word in command.arguments if re.match(r"--(?:\w+\.)?(?:token|password)=.", word.text)), None)
        if token is not None and not _is_nothing(token.text.partition("=")[2]):
            yield found(
                RULE,
                FAIL,
                token.line,
                token.text.partition("=")[0] + "=…",
                "a token on a command line is in ps and in docker inspect",
                "JUPYTER_TOKEN_FILE names a file of mode 600, without a newline",
            )


def _options(command: ShellCommand) -> Iterator[AuditFinding]:
    names: tuple[str, ...] = ("--password", "--token", "--api-key", "--secret", "--http-password")
    if (command.name in ("docker", "podman") and "login" in command.argv) or command.name in (
        "huggingface-cli",
        "wandb",
        "mysql",
        "twine",
    ):
        names = (*names, "-p")
    for value in command.options(*names):
        if not _is_nothing(value.text) and not is_open(value.text) and len(value.text) > 3 and not value.text.startswith("-"):
            yield found(
                RULE,
                FAIL,
                value.line,
                f"{command.name} … {names[0]} …",
                "a password on a command line is in ps and in the history",
                SAFE_FIX,
            )
            return
    if command.name == "wandb" and command.argv[1:2] == ["login"]:
        for word in command.arguments[2:]:
            if re.fullmatch(r"[0-9a-f]{32,}", word.text):
                yield found(
                    RULE, FAIL, word.line, "wandb login …", "a key on a command line is in ps and in the history", SAFE_FIX
                )


def _is_nothing(value: str) -> bool:
    return value in ("", "''", '""') or is_open(value) or PLACEHOLDER.match(value) is not None


def _files(file: AuditedFile) -> Iterator[AuditFinding]:
    for stage in file.stages:
        for instruction in stage.instructions:
            if instruction.keyword in ("COPY", "ADD") and "from" not in instruction.flags:
                words = instruction.words or tuple(instruction.text.replace("\\\n", " ").split())
                named = [word for word in words[:-1] if KEY_FILE.search(word) and not word.endswith((".pub", ".example", ".crt"))]
                if named:
                    yield found(
                        f"{RULE}.copied",
                        FAIL,
                        instruction.line,
                        f"{instruction.keyword} {named[0]}",
                        IN_IMAGE,
                        "RUN --mount=type=secret,id=NAME, and a line in .dockerignore",
                    )


def _manifest(file: AuditedFile) -> Iterator[AuditFinding]:
    """Look at Secrets of Kubernetes, and at credentials that a client's config.json keeps."""
    if file.document is None:
        return
    if file.kind == "kubernetes":
        for one in file.document.members.values():
            if isinstance(one, Tree) and _text(one, "kind") == "Secret":
                for part in ("data", "stringData"):
                    held = one.members.get(part)
                    for name, value in held.members.items() if isinstance(held, Tree) else ():
                        if (
                            isinstance(value, Scalar)
                            and not is_open(value.text)
                            and value.text
                            and not PLACEHOLDER.match(value.text)
                        ):
                            yield found(
                                RULE,
                                FAIL,
                                value.line,
                                f"{part}.{name}: …",
                                "base64 is no encryption: it is in version control",
                                "kubectl create secret, or a store of external secrets",
                            )
    elif file.kind == "client":
        auths = file.document.members.get("auths")
        for name, value in auths.members.items() if isinstance(auths, Tree) else ():
            held = value.members.get("auth") if isinstance(value, Tree) else None
            if isinstance(held, Scalar) and held.text:
                yield found(
                    f"{RULE}.auths",
                    NOTE,
                    held.line,
                    f"auths.{name}.auth",
                    "the registry's password lies here in base64",
                    "a credential helper: credsStore",
                )


def _text(tree: Tree, name: str) -> str:
    value = tree.members.get(name)
    return value.text if isinstance(value, Scalar) else ""
