"""The one way from a collector to the machine, so that a test can hand in another machine."""

import errno
import os
import stat
import sys
import time

from .affinity import cpus
from .floating_point import of_python
from .interpreter import Interpreter
from .place import place, roots

READ_LIMIT_BYTES = 8 << 20
RUN_LIMIT_BYTES = 8 << 20
REAP_S = 2


class Host:
    """This machine, as this interpreter sees it.

    `line` is what the stub read: sources, stub and request; a collector that needs a child process starts it from there.
    """

    def __init__(self, line=None):
        self.line = line or {}
        self.environ = dict(os.environ)
        self.interpreter = Interpreter()
        self.root = "/"  # a test points it at a folder of captured files
        self._kept = {}

    @property
    def path(self):
        """The entries of sys.path, in order."""
        return self.interpreter.path

    def once(self, function):
        """Return `function(self)`, computed the first time: what several collectors need."""
        if function not in self._kept:
            self._kept[function] = function(self)
        return self._kept[function]

    # -- files -------------------------------------------------------------------------------------------------------

    def locate(self, path):
        """Return where an absolute path of the target really lies."""
        return path if self.root == "/" else os.path.join(self.root, path.lstrip("/"))

    def read_bytes(self, path, limit_bytes=READ_LIMIT_BYTES):
        """Return at most `limit_bytes` of a regular file; raises OSError, for a FIFO or device too, which is never waited for."""
        with open(self.locate(path), "rb", opener=_open_without_waiting) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise OSError(errno.EINVAL, "not a regular file", path)
            return stream.read(limit_bytes)

    def read_text(self, path, limit_bytes=READ_LIMIT_BYTES):
        """Return a file as text; bytes that are not UTF-8 become backslash escapes."""
        return self.read_bytes(path, limit_bytes).decode("utf-8", "backslashreplace")

    def exists(self, path):
        """Tell whether there is such a file or folder."""
        return os.path.exists(self.locate(path))

    def writable(self, path):
        """Tell whether this process may write there; a read-only file system says no to root too."""
        return os.access(self.locate(path), os.W_OK)

    def listdir(self, path):
        """Return the names in a folder, sorted; an empty list where there is no such folder."""
        try:
            return sorted(os.listdir(self.locate(path)))
        except (FileNotFoundError, NotADirectoryError):
            return []

    # -- programs ----------------------------------------------------------------------------------------------------

    def run(self, argv, timeout_s=10, stdin=None, environ=None):
        """Run a program without a shell and return (exit status, stdout, stderr) as bounded text.

        Raises FileNotFoundError where there is no such program and subprocess.TimeoutExpired where it hangs: not there
        and did not answer are two facts.
        """
        import subprocess  # slow to import, and most probes run no program

        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=environ,
        )
        try:
            out, err = process.communicate(stdin, timeout=timeout_s)
        except BaseException:
            process.kill()
            try:
                process.wait(timeout=REAP_S)
            except subprocess.TimeoutExpired:
                pass  # a call into a hung GPU driver cannot be killed: leave it
            for pipe in filter(None, (process.stdin, process.stdout, process.stderr)):
                pipe.close()
            raise
        return (
            process.returncode,
            out[:RUN_LIMIT_BYTES].decode("utf-8", "backslashreplace"),
            err[:RUN_LIMIT_BYTES].decode("utf-8", "backslashreplace"),
        )

    # -- the kernel and the C library, as this process sees them -------------------------------------------------------

    def uname(self):
        """Return the kernel's release and the machine's architecture."""
        names = os.uname()
        return names.release, names.machine

    def libc(self):
        """Return `glibc 2.31`; raises OSError or ValueError where the C library is another one."""
        return os.confstr("CS_GNU_LIBC_VERSION") or ""

    def affinity(self):
        """Return how many CPUs this process may be scheduled on; raises OSError or ValueError where the system does not say."""
        return cpus()

    def floating_point(self):
        """Return how this thread rounds and what it does with subnormal numbers, in words."""
        return of_python()

    def soft_limit(self, name):
        """Return a soft resource limit, `RLIMIT_STACK`, in the unit of getrlimit(2); -1 is unlimited."""
        import resource

        limit = resource.getrlimit(getattr(resource, name))[0]
        return -1 if limit == resource.RLIM_INFINITY else limit

    def mount_bytes(self, path):
        """Return the size of the file system mounted at a folder; raises FileNotFoundError where none is."""
        if not os.path.ismount(self.locate(path)):
            raise FileNotFoundError(path)
        size = os.statvfs(self.locate(path))
        return size.f_frsize * size.f_blocks

    def began_with(self, name):
        """Tell whether a variable was set when this process began, before Python changed any; yes where nobody can say."""
        try:
            block = self.read_bytes("/proc/self/environ")
        except OSError:
            return True
        return any(entry.startswith(name.encode("ascii") + b"=") for entry in block.split(b"\0"))

    def process(self, pid):
        """Return another process's variables as its block of bytes, its program and its folder; raises OSError.

        The kernel shows them to whoever has the same user and rights: a root without CAP_SYS_PTRACE, as in containers, becomes that
        user for a moment, in a process of its own.
        """
        folder = "/proc/%d" % pid
        try:
            return self._process(folder)
        except PermissionError:
            owner = os.stat(self.locate(folder))
            if os.getuid() != 0 or owner.st_uid == 0:
                raise
        block, exe, cwd = as_user(owner.st_uid, owner.st_gid, lambda: [text(part) for part in self._process(folder)])
        return [os.fsencode(block), exe, cwd]

    def _process(self, folder):
        links = [os.readlink(self.locate(folder + "/" + name)) for name in ("exe", "cwd")]
        return [self.read_bytes(folder + "/environ")] + links

    # -- places ------------------------------------------------------------------------------------------------------

    def place(self, path):
        """Return a path without the machine in it: `{site}/numpy`, `{stdlib}/json`, `{home}/x`; see PLACES in place.py."""
        return place(path, self)

    @property
    def roots(self):
        """The folders that have a name of their own, for `place`."""
        return self.once(_roots)

    # -- what is never compared --------------------------------------------------------------------------------------

    def context(self):
        """Return what helps a reader and is never compared."""
        return {
            "host_name": os.uname().nodename,
            "user": _user_name(),
            "executable": sys.executable or "",
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }


def as_user(uid, gid, function):
    """Return what a function of no arguments returns, JSON, called by a child that is another user; raises PermissionError."""
    import json  # rarely wanted

    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read_end)
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
            with os.fdopen(write_end, "wb") as stream:
                stream.write(json.dumps(function()).encode("ascii"))
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as stream:
        data = stream.read()
    os.waitpid(child, 0)
    if not data:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return json.loads(data.decode("ascii"))


def text(value):
    """Return bytes or text as text, as file names are."""
    return os.fsdecode(value)


def _open_without_waiting(path, flags):
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def _roots(host):
    return roots(host.interpreter, host.environ)


def _user_name():
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):  # a container's uid without a name
        return str(os.getuid())
