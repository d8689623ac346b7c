"""Certificates are checked.

Why: with the check off, whoever sits between gives out the packages. Behind a company's proxy the answer is its certificate.

Example: `pip install --trusted-host pypi.org …`, `curl -k`, `ENV PYTHONHTTPSVERIFY=0`

Fix: `COPY company-ca.crt /usr/local/share/ca-certificates/`, `RUN update-ca-certificates`, and
`ENV REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt`

Source: CWE-295; checkov CKV2_DOCKER_2 to 6; pip, "Using system certificate stores".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import FAIL, WARN, found
from ..model import AuditedFile, AuditFinding, Scalar, ShellCommand, Tree
from ..query import variables

RULE = "tls.off"
WHY = "whoever sits between gives out what is downloaded"
FIX = "add the company's certificate instead: update-ca-certificates, REQUESTS_CA_BUNDLE"
VARIABLES = {
    "PYTHONHTTPSVERIFY": ("0",),
    "NODE_TLS_REJECT_UNAUTHORIZED": ("0",),
    "GIT_SSL_NO_VERIFY": ("1", "true", "yes"),
    "CURL_CA_BUNDLE": ("",),
    "REQUESTS_CA_BUNDLE": ("",),
    "SSL_CERT_FILE": ("",),
    "CONDA_SSL_VERIFY": ("false", "0", "no"),
    "NPM_CONFIG_STRICT_SSL": ("false",),
    "UV_INSECURE_HOST": None,
    "PIP_TRUSTED_HOST": None,
    "HF_HUB_DISABLE_SSL_VERIFY": ("1", "true"),
    "DOCKER_TLS_VERIFY": ("0",),
    "DOCKER_CONTENT_TRUST": ("0",),
}
FLAGS = {
    "curl": ("-k", "--insecure", "--proxy-insecure"),
    "wget": ("--no-check-certificate", "--no-hsts"),
    "aria2c": ("--check-certificate=false",),
    "apt-get": ("--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"),
    "apt": ("--allow-unauthenticated", "--allow-insecure-repositories"),
    "yum": ("--nogpgcheck",),
    "dnf": ("--nogpgcheck",),
    "apk": ("--allow-untrusted", "--no-check-certificate"),
    "rpm": ("--nosignature",),
    "conda": ("-k", "--insecure"),
    "mamba": ("-k", "--insecure"),
    "git": ("http.sslVerify=false",),
}
CONFIGURED = (
    ("git", re.compile(r"http\.(?:\S+\.)?sslVerify\s+(?:false|0)", re.I)),
    ("npm", re.compile(r"strict-ssl[\s=]+false")),
    ("yarn", re.compile(r"strict-ssl[\s=]+false")),
    ("conda", re.compile(r"ssl_verify\s+(?:false|no)", re.I)),
    ("pip", re.compile(r"trusted-host")),
)
WRITTEN = (
    (re.compile(r"pip\.conf$|pip\.ini$"), re.compile(r"^\s*trusted-host\s*=")),
    (re.compile(r"\.condarc$"), re.compile(r"^\s*ssl_verify:\s*(?:false|no)", re.I)),
    (
        re.compile(r"/apt/|\.list$|\.sources$"),
        re.compile(r"\[[^\]]*trusted=yes|Verify-Peer\s+\"?false|AllowUnauthenticated|^Trusted:\s*yes", re.I),
    ),
    (re.compile(r"\.curlrc$"), re.compile(r"^\s*(?:-k|insecure)\s*$")),
    (re.compile(r"\.wgetrc$"), re.compile(r"^\s*check_certificate\s*=\s*off")),
    (re.compile(r"\.npmrc$"), re.compile(r"^\s*strict-ssl\s*=\s*false")),
    (re.compile(r"\.gitconfig$"), re.compile(r"^\s*sslVerify\s*=\s*false", re.I)),
)


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield checks of certificates and signatures that are switched off."""
    for setting in (*variables(file), *(one for stage in file.stages for one in stage.arguments.values())):
        bad = VARIABLES.get(setting.name, ())
        if (bad is None and setting.value) or (bad and setting.value.lower() in bad):
            yield found(RULE, FAIL, setting.line, f"{setting.name}={setting.value}", WHY, FIX)
    for command in file.commands:
        yield from _command(command)
    for text in file.texts:
        for offset, row in enumerate(text.text.splitlines()):
            if any(path.search(text.path) and pattern.search(row) for path, pattern in WRITTEN):
                yield found(RULE, FAIL, text.line + offset, row.strip()[:120], WHY, FIX)
    registries = file.document.members.get("insecure-registries") if file.kind == "daemon" and file.document else None
    for host in registries.members.values() if isinstance(registries, Tree) else ():
        if isinstance(host, Scalar) and not re.match(r"localhost|127\.|\[::1\]", host.text):
            yield found(
                RULE,
                WARN,
                host.line,
                f"insecure-registries: {host.text}",
                WHY,
                "its certificate in /etc/docker/certs.d/HOST/ca.crt",
            )


def _command(command: ShellCommand) -> Iterator[AuditFinding]:
    flag = command.flag(*FLAGS.get(command.name, ("--trusted-host",)))
    if flag is not None and command.name in FLAGS:
        edit = (f" {flag.text}", "") if flag.text.startswith("--") or flag.text == "-k" else None
        yield found(RULE, FAIL, flag.line, f"{command.name} {flag.text}", WHY, FIX, edit)
    words = " ".join(command.argv[1:])
    if re.fullmatch(r"pip[0-9.]*", command.name):
        yield from _pip(command)
    for name, pattern in CONFIGURED:
        if command.name == name and "config" in command.argv and pattern.search(words):
            yield found(RULE, FAIL, command.line, " ".join(command.argv)[:120], WHY, FIX)
    if command.name in ("apt-get", "apt") and re.search(r"Verify-Peer=false|AllowUnauthenticated=true", words, re.I):
        yield found(RULE, FAIL, command.line, " ".join(command.argv)[:120], WHY, FIX)


def _pip(command: ShellCommand) -> Iterator[AuditFinding]:
    for host in command.options("--trusted-host"):
        edit = (f" --trusted-host {host.text}", "")
        yield found(RULE, FAIL, host.line, f"--trusted-host {host.text}", WHY, FIX, edit)
    for address in command.options("-i", "--index-url", "--extra-index-url", "-f", "--find-links"):
        if re.match(r"http://(?!localhost|127\.)", address.text):
            yield found(
                f"{RULE}.http",
                FAIL,
                address.line,
                address.text,
                "packages come over plain HTTP, without a certificate",
                "https://…",
                ("http://", "https://"),
            )
