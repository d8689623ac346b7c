"""What a container's engine hands out, held against what Python in the container says."""

from __future__ import annotations

import msgspec

from ..fingerprint import Fingerprint
from ..targets.deadline import Deadline
from ..targets.opening import open_target
from ..targets.packed import Packer
from ..targets.protocol import Target
from . import seen
from .contradiction import uncertain
from .spot_check import contradiction

ALTERED = "altered"


def held_against_outside(target: Target, fingerprint: Fingerprint) -> Fingerprint:
    """Return the fingerprint; unknown in what Python there says of itself where files seen from outside contradict it."""
    if "packages" not in fingerprint.sections or target.deadline.is_over:
        return fingerprint
    with target.packer() as pack:
        if pack is None:
            return fingerprint
        words = contradiction(fingerprint, pack)
        return uncertain(fingerprint, words) if words else _with_altered(target, fingerprint, pack)


def _with_altered(target: Target, fingerprint: Fingerprint, pack: Packer) -> Fingerprint:
    """Return the fingerprint with what of the interpreter's own files is another than the image has."""
    section = fingerprint.sections.get("stdlib")
    changed = {path for kind, path in seen.changes(fingerprint) if kind == "changed"}
    files = {name: path for name, path in seen.program_files(fingerprint).items() if path in changed}
    if not files or section is None or not target.image_reference:
        return fingerprint
    with open_target(target.image_reference, Deadline(target.deadline.left_s())) as image, image.packer() as original:
        altered = {name: "engine" for name, path in files.items() if original and _differs(pack, original, path)}
    before = section.known.get(ALTERED)
    known = {**section.known, ALTERED: {**altered, **(before if isinstance(before, dict) else {})}}
    if not altered:
        return fingerprint
    absent = [key for key in section.absent if key != ALTERED]
    sections = {**fingerprint.sections, "stdlib": msgspec.structs.replace(section, known=known, absent=absent)}
    return msgspec.structs.replace(fingerprint, sections=sections)


def _differs(pack: Packer, original: Packer, path: str) -> bool:
    """Tell whether a file holds something else than in the image: an owner, a mode or a time is no content."""
    now, before = seen.file_digest(pack, path), seen.file_digest(original, path)
    return now != before and "" not in (now, before)
