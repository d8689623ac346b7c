"""What one attempt of an experiment left: its output files found, described and, where asked for, copied."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ..error import EnvprobeError
from ..output import OutputDescription, describe
from ..output.file import BYTES_DECIDE
from ..output.folder import SHARD
from .listing import ListedFile, Listing
from .workplace import Workplace

SHOWN_NAMES = 5
NOWHERE = "a link that leads to no file"


class Harvest(NamedTuple):
    """The outputs of one attempt."""

    outputs: list[OutputDescription]
    stale: list[str]
    """Files that match, but lay there before and were not written since."""
    missing: list[str]
    """Globs for which nothing was written."""
    unreadable: dict[str, str]
    not_copied: list[str]
    """Outputs that did not fit the limit of the copies."""


def gather(workplace: Workplace, before: Listing, folder: Path, copies: Path | None, limit_bytes: int) -> Harvest:
    """Describe what was written since `before`. `folder` is an empty one for what has to be brought here first."""
    now = workplace.list_files(list(before.by_glob))
    written = {name: place for name, place in sorted(now.files.items()) if before.files.get(name) != place}
    files = workplace.bring(_with_shards(written, now.files), folder)
    outputs, unreadable = [], dict.fromkeys(now.dangling, NOWHERE)
    for name in _without_shards(written):
        try:
            outputs.append(describe(files[name], name))
        except EnvprobeError as error:
            unreadable[name] = error.message
    return Harvest(
        outputs=outputs,
        stale=sorted(now.files.keys() - written.keys()),
        missing=[glob for glob, names in now.by_glob.items() if not written.keys() & set(names)],
        unreadable=unreadable,
        not_copied=keep_copies(files, copies, limit_bytes) if copies is not None else [],
    )


def _with_shards(written: Mapping[str, ListedFile], there: Mapping[str, ListedFile]) -> dict[str, ListedFile]:
    """Add the shards of each checkpoint: its index alone holds no values."""
    return {name: place for name, place in there.items() if name in written or SHARD.sub(".index", name) in written}


def _without_shards(written: Mapping[str, ListedFile]) -> list[str]:
    """Return the outputs to describe: a checkpoint's index speaks for its shards."""
    return [name for name in written if not SHARD.search(name) or SHARD.sub(".index", name) not in written]


def keep_copies(files: Mapping[str, Path], folder: Path, limit_bytes: int) -> list[str]:
    """Copy outputs under a folder, the smallest first, as long as all together stay under the limit; return those left out."""
    left_out, used = [], 0
    for name, path in sorted(files.items(), key=lambda item: (item[1].stat().st_size, item[0])):
        size = path.stat().st_size
        if used + size > limit_bytes:
            left_out.append(name)
            continue
        used += size
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / name)
    return sorted(left_out)


def only_hashed(outputs: Iterable[OutputDescription]) -> Iterator[str]:
    """Say of which outputs little more than the bytes is known, why, and what changes that."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for output in outputs:
        if output.type == "bytes":
            by_reason.setdefault(("nothing reads such files", BYTES_DECIDE.format(name=output.name)), []).append(output.name)
        elif output.note:
            by_reason.setdefault((output.note, output.hint), []).append(output.name)
        for member, reason in output.unread.items():
            by_reason.setdefault((reason, output.hint), []).append(f"{output.name}: {member}")
    for (reason, hint), names in by_reason.items():
        more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
        yield f"{', '.join(names[:SHOWN_NAMES])}{more}: recorded by the bytes alone, because {reason}" + (
            f"; {hint}" if hint else ""
        )
