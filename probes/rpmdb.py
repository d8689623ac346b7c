"""Read an rpm database of the SQLite format (rpm 4.16 and later: RHEL 9, Fedora 33) without rpm.

`rpm -qa` writes while it reads: as root it leaves rpmdb.sqlite-shm and -wal behind (seen with rpm 4.18). Opened as immutable,
nothing is written, and an image without rpm (ubi-micro) can be read too.
"""

import struct

NAME, VERSION, RELEASE, EPOCH, ARCHITECTURE = 1000, 1001, 1002, 1003, 1022
WANTED = {NAME, VERSION, RELEASE, EPOCH, ARCHITECTURE}


def read_sqlite(path):
    """Return (name, [epoch:]version-release, architecture) of every package; raises ValueError where the file is not one."""
    try:
        import sqlite3
    except ImportError as error:  # Python built without it
        raise ValueError(error)
    from urllib.parse import quote

    connection = None
    try:
        connection = sqlite3.connect("file:%s?mode=ro&immutable=1" % quote(path), uri=True)
        return [_row(read_header(blob)) for (blob,) in connection.execute("SELECT blob FROM Packages")]
    except (sqlite3.Error, struct.error, KeyError, IndexError) as error:
        raise ValueError("%s: %s" % (type(error).__name__, error))
    finally:
        if connection is not None:
            connection.close()


def read_header(blob):
    """Return {tag: text or number} of the wanted tags of a header blob: two counts, the index, the data (rpm's format.md)."""
    count, _ = struct.unpack_from(">II", blob)
    data = 8 + 16 * count
    found = {}
    for index in range(count):
        tag, _, offset, _ = struct.unpack_from(">IIII", blob, 8 + 16 * index)
        if tag == EPOCH:
            found[tag] = struct.unpack_from(">I", blob, data + offset)[0]
        elif tag in WANTED:
            start = data + offset
            found[tag] = blob[start : blob.index(b"\0", start)].decode("utf-8", "backslashreplace")
    return found


def _row(header):
    epoch = "%d:" % header[EPOCH] if EPOCH in header else ""
    return header[NAME], "%s%s-%s" % (epoch, header[VERSION], header[RELEASE]), header.get(ARCHITECTURE, "(none)")
