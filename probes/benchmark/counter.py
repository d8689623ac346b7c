"""Numbers for the benchmark from an integer hash, so that they cannot drift with anybody's random generator.

SHAKE-256 of a tag gives 32-bit words; a float is `(word >> 8) * 2**-23 - 1`, an exact multiple of 2**-23 in [-1, 1) that
every float32 can hold. Only exact operations follow the hash, so every Python and numpy gives the same bits.
"""

import hashlib
import struct

VERSION = "envprobe/1/"


def word_bytes(tag, count):
    """Return `count` little-endian 32-bit words for a tag."""
    return hashlib.shake_256((VERSION + tag).encode("ascii")).digest(4 * count)


def floats(tag, count):
    """Return a list of `count` Python floats in [-1, 1)."""
    words = struct.unpack("<%dI" % count, word_bytes(tag, count))
    return [(word >> 8) * 2.0**-23 - 1.0 for word in words]


class Draw:
    """Draws numpy arrays: the same tag and shape give the same bits."""

    def __init__(self, np):
        self._np = np

    def uniform(self, tag, *shape):
        """Return a float32 array of that shape in [-1, 1)."""
        np = self._np
        words = self._words(tag, shape) >> np.uint32(8)
        return (words.astype(np.float32) * np.float32(2.0**-23) - np.float32(1)).reshape(shape)

    def integers(self, tag, high, *shape):
        """Return an int32 array of that shape in [0, high)."""
        np = self._np
        return (self._words(tag, shape) % np.uint32(high)).astype(np.int32).reshape(shape)

    def _words(self, tag, shape):
        count = 1
        for size in shape:
            count *= size
        return self._np.frombuffer(word_bytes(tag, count), "<u4")
