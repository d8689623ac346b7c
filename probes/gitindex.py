"""Read a git index by hand (gitformat-index(5), versions 2 to 4): what git takes the working tree to be."""

import hashlib
import struct

ENTRY = struct.Struct(">10I20sH")
EXTENDED, STAGE, SKIP_WORKTREE = 0x4000, 0x3000, 0x4000
FOLDER_MODE, GITLINK_MODE = 0o040000, 0o160000
INCOMPLETE = (b"link", b"sdir")  # a split or a sparse index: its entries alone are not the whole


class Entry:
    """One file of the index: name as bytes, mode, object name, and the size and time at which git last looked at it."""

    def __init__(self, name, mode, object_name, size, modified_s, is_skipped):
        self.name, self.mode, self.object_name = name, mode, object_name
        self.size, self.modified_s, self.is_skipped = size, modified_s, is_skipped


def read_index(data):
    """Return the entries in order; raises ValueError for an index that is damaged, unmerged, split, sparse or SHA-256."""
    checksum = data[-20:]  # all zero under index.skipHash
    if data[:4] != b"DIRC" or (any(checksum) and checksum != hashlib.sha1(data[:-20]).digest()):
        raise ValueError("not an index with a true SHA-1 checksum")
    version, count = struct.unpack_from(">II", data, 4)
    if version not in (2, 3, 4):
        raise ValueError("an index of version %d" % version)
    entries, position, name = [], 12, b""
    for _ in range(count):
        start = position
        fields = ENTRY.unpack_from(data, position)
        flags, position, skipped = fields[11], position + ENTRY.size, False
        if flags & EXTENDED:
            skipped = bool(struct.unpack_from(">H", data, position)[0] & SKIP_WORKTREE)
            position += 2
        if flags & STAGE:
            raise ValueError("an index with unmerged files")
        if version == 4:
            cut, position = _offset_number(data, position)
            end = data.index(b"\0", position)
            name, position = name[: len(name) - cut] + data[position:end], end + 1
        else:
            end = data.index(b"\0", position)
            name, position = data[position:end], start + (end - start + 8 & ~7)
        entries.append(Entry(name, fields[6], fields[10].hex(), fields[9], fields[2], skipped))
    while position < len(data) - 20:
        signature, size = struct.unpack_from(">4sI", data, position)
        if signature in INCOMPLETE:
            raise ValueError("a split or sparse index")
        position += 8 + size
    return entries


def _offset_number(data, position):
    """Return a number in the encoding of offset deltas, and where it ends."""
    byte = data[position]
    number = byte & 127
    while byte & 128:
        position += 1
        byte = data[position]
        number = (number + 1) << 7 | byte & 127
    return number, position + 1


def root_tree(entries):
    """Return the name of the tree that a commit of this index would have: git's own hash over every folder."""
    return _tree([(entry.name.split(b"/"), entry.mode, entry.object_name) for entry in entries], 0)


def _tree(rows, depth):
    files, folders = {}, {}
    for parts, mode, object_name in rows:
        if len(parts) == depth + 1:
            files[parts[depth]] = (mode, object_name)
        else:
            folders.setdefault(parts[depth], []).append((parts, mode, object_name))
    children = dict(files)
    children.update((name, (FOLDER_MODE, _tree(inside, depth + 1))) for name, inside in folders.items())
    lines = []
    for name, (mode, object_name) in children.items():
        key = name + b"/" if mode == FOLDER_MODE else name
        lines.append((key, b"%o %s\0" % (mode, name) + bytes.fromhex(object_name)))
    return blob_name(b"".join(line for _, line in sorted(lines)), b"tree")


def blob_name(content, kind=b"blob"):
    """Return the name of an object with this content."""
    return hashlib.sha1(b"%s %d\0" % (kind, len(content)) + content).hexdigest()
