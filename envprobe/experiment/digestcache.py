"""Digests of files that were read before, by what tells that a file was not written since."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

RECENT_S = 2
"""A file written this recently may be written again within its time stamp's granularity (git calls it racy): not kept."""
KEPT_ROWS = 2_000_000
TABLE = """
CREATE TABLE IF NOT EXISTS digests (
    device INTEGER, inode INTEGER, size INTEGER, modified_ns INTEGER, changed_ns INTEGER, digest TEXT NOT NULL,
    PRIMARY KEY (device, inode)
) WITHOUT ROWID
"""


class Stamp(NamedTuple):
    """What changes when a file is written: its content is taken to be the same where all of it is.

    `changed_ns` (ctime) cannot be set back, as `touch -d` sets back the time of modification.
    """

    device: int
    inode: int
    size_bytes: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """Return the stamp of a file."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


class DigestCache:
    """A table on disk that several processes may use at once; where it cannot be used, every file is read."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        if path is not None:
            with suppress(sqlite3.Error, OSError):
                self._database = _open(path)

    def get(self, stamp: Stamp) -> str:
        """Return the digest in hexadecimal, or an empty text."""
        with self._lock, suppress(sqlite3.Error):
            if self._database is not None:
                row = self._database.execute(
                    "SELECT digest FROM digests WHERE device=? AND inode=? AND size=? AND modified_ns=? AND changed_ns=?",
                    _spelled(stamp),
                ).fetchone()
                return str(row[0]) if row else ""
        return ""

    def put(self, stamp: Stamp, digest: str) -> None:
        """Keep a digest, unless the file was written a moment ago."""
        if time.time_ns() - max(stamp.modified_ns, stamp.changed_ns) < RECENT_S * 1_000_000_000:
            return
        with self._lock, suppress(sqlite3.Error):
            if self._database is not None:
                self._database.execute("INSERT OR REPLACE INTO digests VALUES (?, ?, ?, ?, ?, ?)", (*_spelled(stamp), digest))

    def close(self) -> None:
        """Write what was kept."""
        with self._lock, suppress(sqlite3.Error):
            if self._database is not None:
                self._database.commit()
                self._database.close()
        self._database = None


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, timeout=5, check_same_thread=False)
    try:
        database.execute(TABLE)
        if database.execute("SELECT COUNT(*) FROM digests").fetchone()[0] > KEPT_ROWS:
            database.execute("DELETE FROM digests")
    except sqlite3.OperationalError:  # another envprobe holds it for long, or the disk is full
        database.close()
        raise
    except sqlite3.DatabaseError:
        database.close()
        path.unlink()  # not a database, or a damaged one: nothing in it cannot be had again
        database = sqlite3.connect(path, timeout=5, check_same_thread=False)
        database.execute(TABLE)
    return database


def _spelled(stamp: Stamp) -> tuple[int, ...]:
    """Return the stamp as SQLite's signed 64-bit integers hold it."""
    return tuple((number + (1 << 63)) % (1 << 64) - (1 << 63) for number in stamp)


def cache_path() -> Path:
    """Return where the cache lies: $ENVPROBE_CACHE, else $XDG_CACHE_HOME/envprobe, else ~/.cache/envprobe."""
    given = os.environ.get("ENVPROBE_CACHE")
    if given:
        return Path(given) / "digests.sqlite"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "envprobe" / "digests.sqlite"
