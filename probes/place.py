"""Paths without the machine in them, so that two machines spell the same place alike.

| place | folder |
|---|---|
| `{site}`, `{site:1}`, … | site-packages or dist-packages, in the order of the site module |
| `{stdlib}`, `{stdlib.zip}` | the standard library |
| `{user}` | the user's own site-packages |
| `{pythonpath:N}` | the N-th entry of PYTHONPATH, from 0 |
| `{home}` | the home folder |
| `{prefix}`, `{base}` | where this Python, or the Python below its virtual environment, is installed |
| `/usr`, `/lib`, `/opt`, `/etc`, … | folders that every Linux has, spelled as they are |
| `{path:N}` | the N-th entry of sys.path that is in none of these, from 0 |
| `{cwd}` | the working folder: last, so that no place depends on where the probe was started |
| `{elsewhere}/name` | anything else; only the last part of the path is kept |

The longest folder that holds a path names it; of equally long ones the first in this table, PYTHONPATH before the rest.
"""

import os

# /usr/lib has its own name, so that it is not called /lib where that is a link to it (merged /usr).
SYSTEM_FOLDERS = (
    "/usr",
    "/usr/local",
    "/usr/lib",
    "/usr/lib64",
    "/usr/lib32",
    "/usr/bin",
    "/usr/sbin",
    "/lib",
    "/lib64",
    "/lib32",
    "/bin",
    "/sbin",
    "/opt",
    "/etc",
    "/run",
    "/var",
    "/proc",
    "/sys",
    "/dev",
)


def place(path, host):
    """Return where a file or folder lies, in the spelling of the table above; the rest of the path follows a slash."""
    path = _normal(path)
    found = _find(path, host.roots)
    return printable(found or "{elsewhere}/" + os.path.basename(path))


def _normal(path):
    """Return os.path.normpath of a path; two slashes at its beginning, which POSIX keeps apart, are one on Linux."""
    path = os.path.normpath(path)
    return path[1:] if path.startswith("//") else path


def printable(name):
    """Return a file name as text that can be written down anywhere: bytes that are not UTF-8 become backslash escapes."""
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # half a surrogate pair, which no file name has, but JSON may
        return name.encode("utf-8", "backslashreplace").decode("utf-8")


def roots(interpreter, environ):
    """Return (folder, place) for every folder that has a name of its own, the longest folder first."""
    named = [(entry, "{pythonpath:%d}" % index) for index, entry in enumerate(pythonpath(interpreter, environ))]
    named += [
        (folder, "{site:%d}" % index if index else "{site}") for index, folder in enumerate(_distinct(interpreter.site_folders))
    ]
    archive = "python%d%d.zip" % tuple(interpreter.version[:2])
    named += [(entry, "{stdlib.zip}") for entry in interpreter.path if os.path.basename(entry) == archive]
    named += [(interpreter.stdlib, "{stdlib}"), (interpreter.user_site, "{user}")]
    named += [(folder, folder) for folder in SYSTEM_FOLDERS]
    named += [(interpreter.home, "{home}"), (interpreter.prefix, "{prefix}"), (interpreter.base_prefix, "{base}")]
    table = _table(named)
    unnamed = [entry for entry in interpreter.path if entry and not _find(_normal(entry), table)]
    named += [(entry, "{path:%d}" % index) for index, entry in enumerate(unnamed)]
    return _table(named) + _table([(interpreter.cwd, "{cwd}")])


def pythonpath(interpreter, environ):
    """Return the folders of PYTHONPATH as this interpreter took them; an empty entry is the working folder."""
    value = environ.get("PYTHONPATH", "")
    if not value or interpreter.flags.ignore_environment:
        return []
    return [os.path.normpath(os.path.join(interpreter.cwd, entry)) for entry in value.split(os.pathsep)]


def _table(named):
    """Return (folder, place) under each folder's own and its real path, the longest first, without "/" and doubles.

    The system's folders stay as they are spelled: where /lib is a link to /usr/lib, both are still themselves.
    """
    table = {}
    for spelling in (_normal, os.path.realpath):
        for folder, name in named:
            if folder and spelling(folder) not in ("/", ".") and (folder != name or spelling is _normal):
                table.setdefault(spelling(folder), name)
    return sorted(table.items(), key=lambda row: -len(row[0]))


def _distinct(folders):
    """Return the folders without those that another one reaches through a symbolic link (lib64 is lib)."""
    seen = {}
    for folder in folders:
        seen.setdefault(os.path.realpath(folder), folder)
    return list(seen.values())


def _find(path, table):
    return _match(path, table) or _match(os.path.realpath(path), table)


def _match(path, table):
    for folder, name in table:
        if path == folder:
            return name
        if path.startswith(folder + os.sep):
            return name + path[len(folder) :]
    return None
