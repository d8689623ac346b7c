"""What a record leads back to: the image, the commit of the code and the data that its numbers or its model were made of."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ..fact import Fact, Known
from ..fingerprint import Fingerprint


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that went into an experiment, by its content."""

    kind: str
    """`image`, `code` or `data`."""
    name: str
    """The image's repository, the branch, or the data's path as it was declared; empty where it is unknown."""
    digest: str
    """`sha256:…` as a rule, `md5:…` of DVC's data; of code, the name of the commit."""
    algorithm: str = "sha256"
    """What the digest is, in the words of in-toto's DigestSet: `sha256` of a file or image, `gitCommit`, `md5`; or of our own,
    `envprobeTree` of a folder, `dvcMd5Dir` of one that DVC tracks."""
    changed: bool = False
    """Of code: whether files differed from the commit."""


def materials(found: Fingerprint) -> list[Material]:
    """Return what is known of an environment's origin, in one order; nothing for what is absent or unknown."""
    return [*_image(found), *_code(found), *_data(found)]


def _image(found: Fingerprint) -> Iterator[Material]:
    text = _text(found.get("image.digest")) or _text(found.get("image.id"))
    name, _, digest = text.rpartition("@")
    if digest:
        yield Material(kind="image", name=name, digest=digest)


def _code(found: Fingerprint) -> Iterator[Material]:
    commit = _text(found.get("code.commit"))
    if commit:
        changed = isinstance(found.get("code.dirty"), Known)
        yield Material(kind="code", name=_text(found.get("code.branch")), digest=commit, algorithm="gitCommit", changed=changed)


def _data(found: Fingerprint) -> Iterator[Material]:
    section = found.sections.get("data")
    for name, value in sorted(section.known.items()) if section is not None else ():
        digest = value.get("digest") if isinstance(value, dict) else None
        if isinstance(value, dict) and isinstance(digest, str):
            yield Material(kind="data", name=name, digest=digest, algorithm=_algorithm(digest, value.get("files")))


def _algorithm(digest: str, files: object) -> str:
    name = digest.partition(":")[0]
    if name == "sha256":
        return name if files == 1 else "envprobeTree"
    return "dvcMd5Dir" if digest.endswith(".dir") else name


def _text(fact: Fact) -> str:
    return fact.value if isinstance(fact, Known) and isinstance(fact.value, str) else ""
