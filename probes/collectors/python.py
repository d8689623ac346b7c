"""The interpreter: what it is, how it was started, where it looks, and what runs before the first line of a program."""

import hashlib
import os
import re
import sys

from ..entry import entries_of
from ..finder import finder_of
from ..place import printable

DEFAULT_FLAGS = {"hash_randomization": 1, "int_max_str_digits": 4300, "gil": 1}  # every other flag is 0, False or -1
_ARGUMENT = re.compile(r"--[\w-]+(?:=[^'\"\s]*)?")
_PATH_ARGUMENT = re.compile(r"--\w*(?:prefix|dir)=|=.*/")  # where it was built and put, which says nothing about it


def collect(host, section, options):
    """Record version, build, flags, path, `.pth` files and the two customize modules; nothing is imported to find them."""
    python = host.interpreter
    section.known("implementation", sys.implementation.name)
    section.known("version", "%d.%d.%d" % python.version[:3] + _level(python.version))
    section.known("abi", _abi(python))
    section.known("compiler", _compiler(sys.version))
    section.known("kind", _kind(host))
    section.known("flags", flags(python.flags, host.environ))
    section.known("path", [host.place(entry or python.cwd) for entry in host.path])
    section.known("user_site", python.user_site_enabled)
    section.context["path"] = [os.path.realpath(entry or python.cwd) for entry in host.path]
    section.context["folders"] = {name: folder for folder, name in reversed(host.roots) if name.startswith("{")}
    section.context["program"] = _program_files(host)
    section.context["installer"] = installer(host)
    _build(host, section)
    _pth_files(host, section)
    _taken_first(host, section)
    _customize(host, section, "sitecustomize", True)
    _customize(host, section, "usercustomize", python.user_site_enabled)


def _program_files(host):
    from .. import program

    try:
        return program.files(host)
    except OSError:  # what hashes them says so
        return {}


def installer(host):
    """Return what an advice to install something has to know: whether uv is there, whose the interpreter is, who may write."""
    python = host.interpreter
    is_own = python.prefix == python.base_prefix
    return {
        "uv": any(host.exists(os.path.join(folder, "uv")) for folder in host.environ.get("PATH", "").split(os.pathsep) if folder),
        "managed": is_own and host.exists(os.path.join(python.stdlib, "EXTERNALLY-MANAGED")),  # PEP 668
        "writable": bool(python.site_folders) and host.writable(_nearest(host, python.site_folders[0])),
    }


def _nearest(host, folder):
    """Return a folder, or the first above it that is there: Debian's own is made when the first package comes."""
    while folder not in ("", "/") and not host.exists(folder):
        folder = os.path.dirname(folder)
    return folder or "/"


def flags(values, environ):
    """Return the members of sys.flags that are not at their default. Our own -B and safe path do not count; the user's variables do."""
    found = {}
    for name in dir(values):
        value = getattr(values, name)
        if name[0] == "_" or name in ("count", "index") or name.startswith("n_") or not isinstance(value, int):
            continue
        if name == "dont_write_bytecode" and not environ.get("PYTHONDONTWRITEBYTECODE"):
            continue
        if name == "safe_path" and not environ.get("PYTHONSAFEPATH"):
            continue
        if int(value) not in (DEFAULT_FLAGS.get(name, 0), -1):
            found[name] = value
    return found


def _level(version):
    letter = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(version[3], "")
    return "%s%d" % (letter, version[4]) if letter else ""


def _abi(python):
    return python.extension_suffixes[0].lstrip(".").rpartition(".")[0] if python.extension_suffixes else "none"


def _compiler(text):
    return text.rpartition("[")[2].rstrip("]").strip() or "unnamed"


def _kind(host):
    python = host.interpreter
    if host.exists(os.path.join(python.base_prefix, "conda-meta")):
        return "conda"
    return "venv" if python.prefix != python.base_prefix else "system"


def _build(host, section):
    """Record the digest of configure's arguments, as the standard library's _sysconfigdata file has them."""
    folder = host.interpreter.stdlib
    names = [name for name in host.listdir(folder) if name.startswith("_sysconfigdata") and name.endswith(".py")]
    for name in names:
        match = re.search(r"'CONFIG_ARGS':(.*?),\n\s+'\w+':", host.read_text(os.path.join(folder, name)), re.S)
        if match:
            joined = re.sub(r"[\"']\s*\n\s*[\"']", "", match.group(1))
            arguments = sorted(word for word in _ARGUMENT.findall(joined) if not _PATH_ARGUMENT.search(word))
            section.known("build", _digest("\n".join(arguments).encode("utf-8")))
            return
    section.absent("build")


def _pth_files(host, section):
    """Record every .pth file of the folders in which the site module looks for them."""
    sites = [os.path.realpath(folder) for folder in host.interpreter.site_folders + [host.interpreter.user_site] if folder]
    for entry in host.once(entries_of):
        if entry.kind != "folder" or os.path.realpath(entry.path) not in sites:
            continue
        where = host.place(entry.path)
        for name in sorted(entry.names):
            if name.endswith(".pth") and not (name.startswith(".") and _skips_hidden()):
                key = "pth." + printable(name if where == "{site}" else where + "/" + name)
                data = entry.read(name)
                if data is None:
                    section.unknown(key, "cannot be read")
                else:
                    section.known(key, pth(host, entry.path, data))


def _skips_hidden():
    """Tell whether this Python passes over .pth files whose name begins with a dot, as 3.13 and late 3.12 do."""
    import site

    return "." in getattr(getattr(site.addsitedir, "__code__", None), "co_consts", ())


def pth(host, folder, data):
    """Return what a .pth file does: the folders it adds, whether it runs code, and a digest in which paths are places."""
    adds, imports, lines = [], False, []
    for line in data.decode("utf-8", "backslashreplace").lstrip("\ufeff").splitlines():
        line = line.rstrip()
        if not line or line.startswith("#"):
            continue
        if line.startswith(("import ", "import\t")):
            imports = True
        else:
            line = host.place(os.path.join(folder, line))
            adds.append(line)
        lines.append(line)
    return {"digest": _digest("\n".join(lines).encode("utf-8", "backslashreplace")), "imports": imports, "adds": adds}


def _taken_first(host, section):
    """Record the finders that somebody put into sys.meta_path, the archives on sys.path, and the interpreter's own file."""
    from ..unrecorded import file_digest

    archives = {host.place(entry.path): file_digest(entry.path) for entry in host.once(entries_of) if entry.kind == "archive"}
    for key, value in (("finders", getattr(host.interpreter, "finders", [])), ("archives", archives)):
        if value:
            section.known(key, value)
        else:
            section.absent(key)


def _customize(host, section, module, enabled):
    """Record the customize module that the site module would import at start-up."""
    found = finder_of(host).find(module) if enabled else None
    if found is None or not found.entry or found.kind == "namespace":
        section.absent(module)
        return
    name = found.name if found.kind != "package" else found.name + "/__init__.py"
    data = found.entry.read(name)
    if data is None:
        section.unknown(module, "%s cannot be read" % host.place(found.path))
    else:
        section.known(module, {"place": host.place(found.path), "digest": _digest(data)})


def _digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()
