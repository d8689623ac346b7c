"""A folder on sys.path, asked a few questions."""

import os
import stat


class Folder:
    """A folder on sys.path. `names` is what it holds, `problem` why it could not be listed, else empty.

    Paths given to its methods are relative to it. `identity` is (device, inode): two paths to one folder are one place.
    """

    kind = "folder"

    def __init__(self, path, identity=None, names=(), problem=""):
        self.path, self.identity, self.names, self.problem = path, identity, frozenset(names), problem

    def is_file(self, relative):
        """Tell whether there is a regular file; False for anything that cannot be asked."""
        return is_file(os.path.join(self.path, relative))

    def is_folder(self, relative):
        """Tell whether there is a folder."""
        return os.path.isdir(os.path.join(self.path, relative))

    def listdir(self, relative):
        """Return the names in a folder below, sorted; none where it is not one or cannot be read."""
        try:
            return sorted(os.listdir(os.path.join(self.path, relative)))
        except OSError:
            return []

    def read(self, relative, limit_bytes=1 << 26):
        """Return at most `limit_bytes` of a regular file, or None where there is none that can be read."""
        path = os.path.join(self.path, relative)
        try:
            # O_NONBLOCK: opening a FIFO for reading must not wait for its writer
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError):
            return None
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                return None
            parts, size_bytes = [], min(limit_bytes, status.st_size)
            while size_bytes > 0:
                part = os.read(handle, size_bytes)
                if not part:
                    break
                parts.append(part)
                size_bytes -= len(part)
            return b"".join(parts)
        except OSError:
            return None
        finally:
            os.close(handle)

    def stems(self, suffixes):
        """Return the module names that the names in here could stand for, sorted."""
        found = set()
        for name in self.names:
            stem, dot, rest = name.partition(".")
            if stem.isidentifier() and not (stem[:2] == stem[-2:] == "__") and (not dot or dot + rest in suffixes):
                found.add(stem)
        return sorted(found)


def is_file(path):
    """Tell whether there is a regular file; False for anything that cannot be asked."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False
