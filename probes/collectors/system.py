"""The operating system below the interpreter: release, C library, kernel, locale, time zone, limits."""

import codecs
import sys

from ..loaderpath import configured
from ..timezone import timezone

PRELOAD = "/etc/ld.so.preload"

LIMITS = (("stack", "RLIMIT_STACK"), ("open_files", "RLIMIT_NOFILE"))


def collect(host, section, options):
    """Record what does not change by itself while a machine runs; no load, no free memory, no host name."""
    kernel, architecture = host.uname()
    section.known("kernel", kernel)
    section.known("architecture", architecture)
    _release(host, section)
    _libc(host, section)
    _locale(section)
    _loader(host, section)
    _limits(host, section)
    try:
        section.known("timezone", timezone(host))
    except OSError as error:
        section.unknown("timezone", "/etc/localtime: %s" % error.strerror)


def _release(host, section):
    """Record `debian 12` from os-release(5): ID and VERSION_ID, or the code name where a rolling release has no number."""
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            fields = read_os_release(host.read_text(path, 1 << 16))
        except FileNotFoundError:
            continue
        except OSError as error:
            section.unknown("os", "%s: %s" % (path, error.strerror))
            return
        version = fields.get("VERSION_ID") or fields.get("VERSION_CODENAME") or fields.get("BUILD_ID") or ""
        section.known("os", (fields.get("ID", "linux") + " " + version).strip())
        return
    section.absent("os")


def read_os_release(text):
    """Return the assignments of an os-release(5) file, unquoted."""
    fields = {}
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            fields[name] = value.strip("\"'")
    return fields


def _libc(host, section):
    """Record `glibc 2.31` from confstr(3), or `musl 1.2.3` from what musl's loader says of itself (ldd is a script)."""
    try:
        name = host.libc()
    except (OSError, ValueError):  # musl knows no CS_GNU_LIBC_VERSION
        name = ""
    if name:
        section.known("libc", name)
        return
    loaders = [entry for entry in host.listdir("/lib") if entry.startswith("ld-musl-")]
    if not loaders:
        section.unknown("libc", "neither glibc's confstr nor musl's loader says its version")
        return
    import subprocess  # a rare path

    try:
        said = host.run(["/lib/" + loaders[0]], timeout_s=5)[2]
    except (OSError, subprocess.SubprocessError) as error:
        section.unknown("libc", "/lib/%s: %s" % (loaders[0], error))
        return
    versions = [line.split()[1] for line in said.splitlines() if line.startswith("Version ") and len(line.split()) > 1]
    if versions:
        section.known("libc", "musl " + versions[0])
    else:
        section.unknown("libc", "musl, whose loader states no version")


def _loader(host, section):
    """Record what the dynamic loader puts into every process, LD_PRELOAD or not, and where else its configuration looks."""
    try:
        words = host.read_text(PRELOAD, 1 << 16).replace(":", " ").split()
    except FileNotFoundError:
        words = []
    except OSError as error:
        words = None
        section.unknown("ld_so_preload", "%s: %s" % (PRELOAD, error.strerror))
    if words:
        from ..unrecorded import file_digest  # almost nobody has such a file

        section.known("ld_so_preload", [[host.place(word), file_digest(host.locate(word))] for word in words])
    elif words is not None:
        section.absent("ld_so_preload")
    folders = configured(host)
    if folders:
        section.known("ld_so_conf", folders)
    else:
        section.absent("ld_so_conf")


def _locale(section):
    """Record LC_CTYPE as this interpreter set it, PEP 538's coercion included, and the two encodings, spelled alike."""
    import locale

    section.known("locale", locale.setlocale(locale.LC_CTYPE, None))
    section.known(
        "encoding", {"filesystem": _codec(sys.getfilesystemencoding()), "preferred": _codec(locale.getpreferredencoding(False))}
    )


def _codec(name):
    """Return a codec's own name: Python 3.8 says UTF-8 where 3.11 says utf-8."""
    try:
        return codecs.lookup(name).name
    except LookupError:
        return name


def _limits(host, section):
    for key, name in LIMITS:
        try:
            limit = host.soft_limit(name)
        except (ImportError, OSError, ValueError) as error:
            section.unknown("limits." + key, error)
        else:
            section.known("limits." + key, "unlimited" if limit < 0 else limit)
    try:
        section.known("limits.shm_bytes", host.mount_bytes("/dev/shm"))
    except FileNotFoundError:
        section.absent("limits.shm_bytes")
    except OSError as error:
        section.unknown("limits.shm_bytes", error.strerror)
