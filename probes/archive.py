"""A zip archive or egg file on sys.path, read as the folder that it stands for."""

import zipfile

from .folder import Folder


class Archive(Folder):
    """The same questions as to a Folder, answered from the archive's directory. Raises ValueError where it is no archive."""

    kind = "archive"

    def __init__(self, path, identity=None):
        try:
            with zipfile.ZipFile(path) as archive:
                self._files = frozenset(archive.namelist())
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise ValueError("not a zip archive: %s" % error)
        Folder.__init__(self, path, identity, {name.split("/", 1)[0] for name in self._files})

    def is_file(self, relative):
        """Tell whether the archive holds a file of this name."""
        return relative in self._files

    def is_folder(self, relative):
        """Tell whether the archive holds anything below this name."""
        return any(name.startswith(relative + "/") for name in self._files)

    def listdir(self, relative):
        """Return the names below a folder, sorted."""
        return sorted(
            {name[len(relative) + 1 :].split("/", 1)[0] for name in self._files if name.startswith(relative + "/")} - {""}
        )

    def read(self, relative, limit_bytes=1 << 26):
        """Return at most `limit_bytes` of a member, or None."""
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(relative) as stream:
                return stream.read(limit_bytes)
        except (KeyError, OSError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
            return None
