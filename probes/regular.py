"""Read and hash regular files inside known folders, and nothing else: RECORD comes from whoever wrote it."""

import hashlib
import os
import stat

BLOCK_BYTES = 1 << 20
SMALL_BYTES = 1 << 22  # read whole; Python sources are far smaller


def _read_into(handle, buffers):
    """Do what os.readv does with one buffer, on a Python that has none: PyPy."""
    data = os.read(handle, len(buffers[0]))
    buffers[0][: len(data)] = data
    return len(data)


readv = getattr(os, "readv", _read_into)


class Refused(Exception):
    """A path leads to something that is not a regular file."""


class Outside(Refused):
    """A path leads outside the folders that may be read."""


class Reader:
    """Opens regular files below the given folders, however many symbolic links are on the way. Paths are bytes."""

    def __init__(self, folders):
        named = [os.fsencode(folder) for folder in folders]
        self._roots = [spelling(folder) for folder in named for spelling in (os.path.realpath, os.path.normpath)]
        self._real = {}
        self._block = None

    def follow(self, path):
        """Return (real path, stat result) of the regular file behind a link that lies inside, wherever it leads.

        uv's symlink mode, Nix and Spack keep the files elsewhere. Not what only the kernel keeps: that may have no end.
        """
        self._inside(os.path.normpath(path))
        return self.behind(path)

    def behind(self, path):
        """Do the same for a path wherever it lies: for byte code, which PYTHONPYCACHEPREFIX puts anywhere."""
        real = os.path.realpath(path)
        status = os.stat(real)
        if not stat.S_ISREG(status.st_mode) or real.startswith((b"/proc/", b"/sys/", b"/dev/")):
            raise Refused("not a regular file")
        return real, status

    def locate(self, path):
        """Return (real path, stat result) of a regular file. Raises Refused, or OSError as stat does."""
        folder, name = os.path.split(path)
        real = self._inside(os.path.join(self._real_folder(folder), name))
        status = os.lstat(real)
        if stat.S_ISLNK(status.st_mode):
            real = self._inside(os.path.realpath(real))
            status = os.stat(real)
        if not stat.S_ISREG(status.st_mode):
            raise Refused("not a regular file")
        return real, status

    def _inside(self, real):
        if not any(real.startswith(root + b"/") for root in self._roots):
            raise Outside("outside the folders of this Python")
        return real

    def _real_folder(self, folder):
        if folder not in self._real:
            parent, name = os.path.split(folder)
            if parent == folder:
                return folder
            real = os.path.join(self._real_folder(parent), name)
            self._real[folder] = os.path.realpath(real) if os.path.islink(real) else real
        return self._real[folder]

    def open(self, real):
        """Return a file descriptor; a FIFO that took the file's place in the meantime does not block."""
        return os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)

    def read(self, real, size_bytes):
        """Return up to `size_bytes` of a file."""
        handle = self.open(real)
        try:
            data = os.read(handle, size_bytes)
            while len(data) < size_bytes:
                more = os.read(handle, size_bytes - len(data))
                if not more:
                    break
                data += more
            return data
        finally:
            os.close(handle)

    def hash(self, real, algorithm="sha256"):
        """Return the hash object of a file's content, read in blocks. Raises ValueError for an unknown algorithm."""
        if self._block is None:
            self._block = bytearray(BLOCK_BYTES)
        view, hasher = memoryview(self._block), hashlib.new(algorithm)
        handle = self.open(real)
        try:
            while True:
                size = readv(handle, [self._block])
                if not size:
                    return hasher
                hasher.update(view[:size])
        finally:
            os.close(handle)
