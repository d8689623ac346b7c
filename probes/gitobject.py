"""Read objects of a git repository by hand: no git, no configuration, so nothing that a foreign repository says is run.

Loose objects and packs of version 2 (gitformat-pack(5)). Raises ValueError for what is not understood, KeyError for an object
that is not here (a shallow or partial clone, or alternates).
"""

import os
import struct
import zlib

COMMIT, TREE, BLOB, TAG, OFFSET_DELTA, REFERENCE_DELTA = 1, 2, 3, 4, 6, 7
SIZE_LIMIT_BYTES = 64 << 20
FAN_OUT = 8 + 255 * 4  # of an index of version 2, behind its magic number


def tree_of_commit(objects, commit):
    """Return the tree's name that a commit states."""
    text = read_object(objects, commit)
    if not text.startswith(b"tree "):
        raise ValueError("%s is not a commit" % commit)
    return text[5:45].decode("ascii")


def read_tree(objects, name):
    """Return {entry's name: (mode, object's name)} of a tree."""
    content, entries, position = read_object(objects, name), {}, 0
    while position < len(content):
        space = content.index(b" ", position)
        end = content.index(b"\0", space)
        entries[content[space + 1 : end]] = (int(content[position:space], 8), content[end + 1 : end + 21].hex())
        position = end + 21
    return entries


def read_object(objects, name):
    """Return an object's content without its header; `objects` is the repository's folder of that name."""
    try:
        with open(os.path.join(objects, name[:2], name[2:]), "rb") as stream:
            return _inflate(stream.read()).partition(b"\0")[2]
    except FileNotFoundError:
        pass
    folder = os.path.join(objects, "pack")
    for index in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        if index.endswith(".idx"):
            with open(os.path.join(folder, index), "rb") as stream:
                offset = _offset(stream, bytes.fromhex(name))
            if offset is not None:
                with open(os.path.join(folder, index[: -len("idx")] + "pack"), "rb") as pack:
                    return _packed(pack, offset, objects)
    raise KeyError(name)


def _inflate(data):
    return zlib.decompressobj().decompress(data, SIZE_LIMIT_BYTES)


def _offset(stream, name):
    """Return where in its pack an object lies, from an index of version 2, or None."""
    if stream.read(8) != b"\xfftOc\0\0\0\2":
        raise ValueError("a pack index of another version than 2")
    low = 0
    if name[0]:
        stream.seek(8 + (name[0] - 1) * 4)
        low = _number(stream)
    stream.seek(8 + name[0] * 4)
    high = _number(stream)
    stream.seek(FAN_OUT)
    total = _number(stream)
    names = FAN_OUT + 4
    stream.seek(names + low * 20)
    block = stream.read((high - low) * 20)
    found = next((row for row in range(high - low) if block[row * 20 : row * 20 + 20] == name), None)
    if found is None:
        return None
    stream.seek(names + total * 24 + (low + found) * 4)
    offset = _number(stream)
    if offset < 1 << 31:
        return offset
    stream.seek(names + total * 28 + (offset - (1 << 31)) * 8)
    return struct.unpack(">Q", stream.read(8))[0]


def _number(stream):
    return struct.unpack(">I", stream.read(4))[0]


def _packed(pack, offset, objects):
    """Return the content at an offset of a pack, deltas applied; a chain without an end raises RecursionError."""
    pack.seek(offset)
    byte = pack.read(1)[0]
    kind, size, shift = byte >> 4 & 7, byte & 15, 4
    while byte & 128:
        byte = pack.read(1)[0]
        size |= (byte & 127) << shift
        shift += 7
    if size > SIZE_LIMIT_BYTES:
        raise ValueError("an object of %d bytes" % size)
    if kind == OFFSET_DELTA:
        byte = pack.read(1)[0]
        distance = byte & 127
        while byte & 128:
            byte = pack.read(1)[0]
            distance = (distance + 1) << 7 | byte & 127
        delta = _stream(pack, size)
        return _apply(_packed(pack, offset - distance, objects), delta)
    if kind == REFERENCE_DELTA:
        base = pack.read(20).hex()
        delta = _stream(pack, size)
        return _apply(read_object(objects, base), delta)
    if kind not in (COMMIT, TREE, BLOB, TAG):
        raise ValueError("an object of kind %d" % kind)
    return _stream(pack, size)


def _stream(pack, size):
    """Return `size` inflated bytes from here on, and not one more."""
    inflater, content = zlib.decompressobj(), b""
    while len(content) < size:
        block = inflater.unconsumed_tail or pack.read(1 << 16)
        if not block:
            raise ValueError("a pack that ends too early")
        content += inflater.decompress(block, size - len(content))
    return content


def _apply(base, delta):
    """Return what a delta makes of its base: copies of stretches of it, and new bytes between."""
    position = 0
    for _ in range(2):  # the two sizes
        while delta[position] & 128:
            position += 1
        position += 1
    parts = []
    while position < len(delta):
        command = delta[position]
        position += 1
        if command & 128:
            numbers = []
            for bit in range(7):
                if command >> bit & 1:
                    numbers.append(delta[position])
                    position += 1
                else:
                    numbers.append(0)
            start = int.from_bytes(bytes(numbers[:4]), "little")
            length = int.from_bytes(bytes(numbers[4:]), "little") or 1 << 16
            parts.append(base[start : start + length])
        else:
            parts.append(delta[position : position + command])
            position += command
    return b"".join(parts)
