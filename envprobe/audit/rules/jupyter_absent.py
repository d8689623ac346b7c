"""An image that is to serve Jupyter has Jupyter.

Why: `tensorflow/tensorflow:2.9.0` and `:2.9.0-gpu` hold no Jupyter and start a shell; only `-jupyter` and `-gpu-jupyter` serve.
With the port published and no command, nothing ever listens there.

Example: `docker run -p 127.0.0.1:8888:8888 tensorflow/tensorflow:2.9.0`

Fix: `docker run -p 127.0.0.1:8888:8888 tensorflow/tensorflow:2.9.0-jupyter`

Source: tensorflow/tensorflow, tools/dockerfiles/spec.yml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import image_name
from ..finding import FAIL, found
from ..model import AuditedFile, AuditFinding, Launch
from ..query import JUPYTER_PORT, image_of, installs, runs_jupyter

RULE = "jupyter.absent"
PROVIDERS = re.compile(r"(?:jupyter|jupyterlab|notebook|jupyter[_-]server|nbclassic|jupyterhub)(?:$|[\[=<>~!])")
WHY = "this image has no Jupyter, so nothing listens on the port"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield images without Jupyter that are asked to serve it."""
    for launch in file.launches:
        yield from _launch(launch)
    final = file.final
    if final is None or image_name.has_jupyter(image_name.parse(final.root.value)) is not False or _installs(file):
        return
    for command in file.commands:
        if runs_jupyter(command) and any(command.arguments[0].line == word.line for word in final.command):
            yield found(
                RULE,
                FAIL,
                command.line,
                " ".join(command.argv)[:120],
                f"{final.root.value} has no Jupyter, and no RUN installs it",
                "RUN pip install jupyterlab==VERSION, or the image with -jupyter",
                None,
            )


def _launch(launch: Launch) -> Iterator[AuditFinding]:
    image = image_of(launch)
    if launch.image is None or image_name.has_jupyter(image) is not False:
        return
    words = " ".join(word.text for word in launch.command)
    is_served = re.search(r"(?:^|[\s/])jupyter[ -](?:notebook|lab|server)", words) and not re.search(
        r"pip\d* install|jupyter\S* *&&", words
    )
    is_published = any(port.container == JUPYTER_PORT for port in launch.ports) and not words and image_name.is_tensorflow(image)
    if is_served or is_published:
        tag = image.tag
        fixed = launch.image.value.replace(tag, f"{tag}-jupyter", 1) if image_name.is_tensorflow(image) and tag else ""
        yield found(
            RULE,
            FAIL,
            launch.image.line,
            launch.image.value,
            WHY,
            "an image that has it, such as tensorflow/tensorflow:2.9.0-jupyter",
            (launch.image.value, fixed) if fixed else None,
        )


def _installs(file: AuditedFile) -> bool:
    """Tell whether a build brings Jupyter, or what it brings cannot be seen: a requirements file that is not here."""
    for command, arguments in installs(file):
        if any(PROVIDERS.match(word.lower()) for word in arguments):
            return True
        for name in command.options("-r", "--requirement"):
            text = file.neighbours.get(name.text.rpartition("/")[2])
            if text is None or any(PROVIDERS.match(row.strip().lower()) for row in text.splitlines()):
                return True
    names = [
        command
        for command in file.commands
        if command.name in ("conda", "mamba", "micromamba", "poetry", "uv", "apt-get", "apt", "pipenv")
    ]
    return any(
        "jupyter" in word or "notebook" in word or word in ("sync", "env") or word.endswith((".yml", ".yaml"))
        for one in names
        for word in one.argv
    )
