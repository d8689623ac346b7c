"""An image is pinned by a full version or a digest.

Why: a tag such as `latest`, `nightly` or `2.9` is moved to each new release. Two colleagues who start "the same" image a month
apart run other code, and nothing says so.

Example: `FROM tensorflow/tensorflow:latest-gpu`

Fix: `FROM tensorflow/tensorflow:2.9.0-gpu`, or a digest: `docker image inspect --format '{{index .RepoDigests 0}}' IMAGE`
prints it.

Source: Docker, "Building best practices", Pin base image versions; hadolint DL3006, DL3007.
"""

from __future__ import annotations

from collections.abc import Iterator

from .. import image_name
from ..expand import is_open
from ..finding import WARN, found
from ..kubernetes import kustomized_images
from ..model import AuditedFile, AuditFinding, Setting, Tree
from ..query import own_stages

RULE = "pin.image"


def find(file: AuditedFile) -> Iterator[AuditFinding]:
    """Yield images that may be others tomorrow."""
    for stage in own_stages(file):
        if stage.base.value != "scratch":
            yield from _image(stage.base)
    yield from _copied(file)
    for launch in file.launches:
        if launch.image is not None and not launch.is_built and launch.source != "live":
            yield from _image(launch.image)
    if file.kind == "kubernetes" and file.document is not None:
        documents = [one for one in file.document.members.values() if isinstance(one, Tree)]
        for image in kustomized_images(documents):
            yield from _image(image)
    for command in file.commands:
        if command.name in ("docker", "podman") and command.argv[1:2] == ["pull"]:
            named = [word for word in command.arguments[2:] if not word.text.startswith("-")]
            yield from (finding for word in named[:1] for finding in _image(Setting("image", word.text, word.line)))


def _copied(file: AuditedFile) -> Iterator[AuditFinding]:
    names = {stage.name.lower() for stage in file.stages}
    for stage in file.stages:
        for instruction in stage.instructions:
            source = instruction.flags.get("from", "")
            if source and source.lower() not in names and ("/" in source or ":" in source) and not is_open(source):
                yield from _image(Setting("image", source, instruction.line))


def _image(image: Setting) -> Iterator[AuditFinding]:
    if is_open(image.value):
        name = image_name.parse(image.value)
        if is_open(name.tag) or (not name.tag and not name.digest):
            yield found(
                RULE,
                WARN,
                image.line,
                image.value,
                "nothing here says which image this is: whoever starts it decides",
                "give the variable a full version as its default",
            )
        return
    name = image_name.parse(image.value)
    severity, why = image_name.floats(name)
    if severity:
        fixed = _pinned(name, image.value)
        words = f"a full version, or the digest that is meant: {name.repository}@sha256:…"
        yield found(RULE, severity, image.line, image.value, why, words, (image.value, fixed) if fixed else None)


def _pinned(name: image_name.ImageName, text: str) -> str:
    """Return the standard image where one is known to be meant, else nothing: which version is right, only its users know."""
    if image_name.is_tensorflow(name) and name.version == "2.9":
        return text.replace(":2.9", ":2.9.0", 1)
    return ""
