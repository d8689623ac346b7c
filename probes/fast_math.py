"""Which mapped library turns subnormal numbers off as it is loaded.

Code that is linked with `-ffast-math` brings crtfastmath.o, whose constructor sets flush-to-zero and denormals-are-zero in the
thread that loads it, whoever loads it (https://gcc.gnu.org/bugzilla/show_bug.cgi?id=55522). So a constructor is looked for
that stores the control register, sets those two bits, and loads it again: x86-64 ELF alone.
"""

import re
import struct

LIMIT_BYTES = 64 << 20  # of the table of relocations
FUNCTION_BYTES = 40
DYNAMIC, LOAD = 2, 1  # types of program headers
INIT_ARRAY, INIT_ARRAY_BYTES, RELA, RELA_BYTES = 25, 27, 7, 8  # tags of the dynamic section
RELATIVE = 8  # R_X86_64_RELATIVE
X86_64 = 62
# stmxcsr; within the next instructions 0x8040 (or 0x8000, of CPUs without the second bit) as an immediate; ldmxcsr
SETS_FLUSH_TO_ZERO = re.compile(
    rb"\x0f\xae[\x18-\x1f\x58-\x5f\x98-\x9f].{0,16}?[\x40\x00]\x80\x00\x00.{0,16}?\x0f\xae", re.DOTALL
)


def mapped(maps):
    """Return the shared libraries in a text of /proc/PID/maps, in the order of their addresses, each once."""
    paths = [line.split(None, 5)[5] for line in maps.splitlines() if ".so" in line and line.count("/")]
    return list(dict.fromkeys(paths))


def sets_flush_to_zero(path):
    """Tell whether a library has such a constructor; raises OSError where it cannot be read, ValueError where it is no x86-64 ELF."""
    with open(path, "rb") as stream:
        library = _Library(stream)
        return any(SETS_FLUSH_TO_ZERO.search(library.at(address, FUNCTION_BYTES)) for address in library.constructors())


class _Library:
    """What of a shared library says what runs as it is loaded."""

    def __init__(self, stream):
        self._stream = stream
        header = self._bytes(0, 64)
        if header[:6] != b"\x7fELF\x02\x01" or len(header) < 64 or struct.unpack_from("<H", header, 18)[0] != X86_64:
            raise ValueError("not a library for x86-64")
        start, size, count = struct.unpack_from("<Q", header, 32)[0], *struct.unpack_from("<HH", header, 54)
        headers = [struct.unpack("<IIQQQQQQ", self._bytes(start + k * size, 56)) for k in range(count)]
        self._segments = [(header[3], header[2], header[5]) for header in headers if header[0] == LOAD]
        self._tags = {}
        for header in headers:
            if header[0] == DYNAMIC:
                table = self._bytes(header[2], header[5])
                self._tags = dict(struct.iter_unpack("<QQ", table[: len(table) // 16 * 16]))

    def constructors(self):
        """Yield the addresses of the functions that run as the library is loaded."""
        first, size = self._tags.get(INIT_ARRAY, 0), self._tags.get(INIT_ARRAY_BYTES, 0)
        relocations = self.at(self._tags.get(RELA, 0), min(self._tags.get(RELA_BYTES, 0), LIMIT_BYTES))
        for offset, kind, address in struct.iter_unpack("<QQQ", relocations[: len(relocations) // 24 * 24]):
            if first <= offset < first + size and kind & 0xFFFFFFFF == RELATIVE:
                yield address
        in_place = self.at(first, size)  # where relocations are packed (DT_RELR), the addresses stand here
        for (address,) in struct.iter_unpack("<Q", in_place[: len(in_place) // 8 * 8]):
            if address:
                yield address

    def at(self, address, size):
        """Return what lies at an address of the loaded library; empty where nothing of the file does."""
        for start, offset, length in self._segments:
            if start <= address < start + length:
                return self._bytes(offset + address - start, min(size, start + length - address))
        return b""

    def _bytes(self, offset, size):
        self._stream.seek(offset)
        return self._stream.read(size)
