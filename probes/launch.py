"""What is measured must be what runs: the variables and the interpreter of a container's main process, or of a person's login.

An exec, and a command over ssh, get other variables than what a command, an entry point or a login's profile exported. Where they
part the probe starts itself again as the other would have it. Only names that are recorded anyway are looked at, and PATH and HOME.
"""

import json
import os
import pwd
import re
import subprocess
import sys

from .safe_path import with_ours, without_ours
from .variables import HASHED, RECORDED

NAMES = frozenset(RECORDED) | frozenset(HASHED) | {"HOME"}
PATH = "PATH"
PYTHONS = ("python3", "python")
PYTHON = re.compile(r"(python|pypy)[\d.]*\Z")
LOGIN_LIMIT_S = 15
MARK = b"\n<envprobe login>\n"
BLOCK = "import sys; m = %r; sys.stdout.buffer.write(m + open('/proc/self/environ', 'rb').read() + m)" % MARK
DEPTH_LIMIT = 16

# Programs that start what runs and wait for it: the process below them is the one that counts.
STARTERS = frozenset(
    [
        "sh",
        "bash",
        "dash",
        "ash",
        "zsh",
        "ksh",
        "fish",
        "busybox",
        "init",
        "tini",
        "tini-static",
        "docker-init",
        "podman-init",
        "catatonit",
        "dumb-init",
        "systemd",
        "s6-svscan",
        "s6-supervise",
        "s6-linux-init",
        "runsvdir",
        "runsv",
        "sudo",
        "su",
        "setpriv",
        "gosu",
        "su-exec",
        "timeout",
        "time",
        "env",
        "nohup",
        "xvfb-run",
        "mpirun",
        "mpiexec",
        "orterun",
        "prterun",
        "hydra_pmi_proxy",
        "uv",
        "conda",
        "mamba",
        "micromamba",
        "poetry",
        "pdm",
        "hatch",
        "pipenv",
        "supervisord",
        "circusd",
        "honcho",
        "torchrun",
        "accelerate",
        "horovodrun",
        "deepspeed",
        "numactl",
        "taskset",
        "nice",
        "script",
        "watchexec",
        "nodemon",
    ]
)


class Unreadable(Exception):
    """Nobody here can say what runs; the text says why."""


class Launched:
    """What runs there: `who` it is in words, its listed variables, its PATH, and its interpreter; "" where it has none."""

    def __init__(self, who, environ, path, python):
        self.who, self.environ, self.path, self.python = who, environ, path, python


def start_again(line, host):
    """Run the probe as what runs there has it, and return its exit status; None where this process is no other.

    The request gets `launched`: what a reader is to know, or the reason why what runs is unknown.
    """
    request = line["request"]
    wanted = request.get("launch") or {}
    if not wanted or "launched" in request:
        return None
    try:
        found = of_login(host) if wanted.get("of") == "login" else of_main_process(host, wanted.get("pid"))
    except Unreadable as error:
        request["launched"] = {"unknown": str(error)}
        return None
    if found is None:
        return None
    own = without_ours(listed(host.read_bytes("/proc/self/environ"))[0])
    parts = sorted(name for name in set(own) | set(found.environ) if own.get(name) != found.environ.get(name))
    python = sys.executable
    if not wanted.get("pinned") and found.python and not _is_same(found.python, python):
        python = found.python
        parts.append("its Python")
    if not parts:
        return None
    launched = {"who": found.who, "parts": parts, "python": python if parts[-1] == "its Python" else ""}
    environ = {name: value for name, value in os.environ.items() if name not in NAMES}
    environ.update(found.environ)
    if found.path:
        environ[PATH] = found.path
    message = json.dumps(dict(line, request=dict(request, launched=launched))).encode("ascii") + b"\n"
    try:
        child = subprocess.Popen([python, "-B", "-c", line["stub"]], stdin=subprocess.PIPE, env=with_ours(environ))
    except OSError as error:
        request["launched"] = {"unknown": "%s runs with %s, which cannot be started: %s" % (found.who, python, error.strerror)}
        return None
    try:
        child.communicate(message)
    except BrokenPipeError:  # it ended before it read everything: its status and its words say more
        pass
    return child.wait() if child.returncode >= 0 else 128 - child.returncode


# -- the main process of a container ----------------------------------------------------------------------------------------


def of_main_process(host, pid):
    """Return what the container's main process is, shells, inits and launchers followed to what they started."""
    if not isinstance(pid, int):
        raise Unreadable("the container shares its processes with another: which of them it runs is unknown")
    leaves = _leaves(host, pid, _children(host), 0)
    pythons = [leaf for leaf in leaves if PYTHON.match(_name(host, leaf))]
    found = [_launched(host, leaf) for leaf in pythons or leaves]
    first = found[0]
    differ = sorted(name for name in NAMES if any(other.environ.get(name) != first.environ.get(name) for other in found))
    if differ:
        who = ", ".join(leaf.who for leaf in found[:4])
        raise Unreadable("the container runs several programs (%s), whose variables differ: %s" % (who, ", ".join(differ[:8])))
    return first


def _leaves(host, pid, children, depth):
    """Return the processes that a starter leads to, itself where it started none."""
    below = children.get(pid, []) if _name(host, pid) in STARTERS and depth < DEPTH_LIMIT else []
    found = [leaf for child in below for leaf in _leaves(host, child, children, depth + 1)]
    return found or [pid]


def _children(host):
    """Return {pid: [pids of its children]}, without those that have ended and wait to be reaped."""
    found = {}
    for entry in host.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            fields = host.read_text("/proc/%s/stat" % entry, 4096).rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if len(fields) > 1 and fields[0] not in ("Z", "X"):
            found.setdefault(int(fields[1]), []).append(int(entry))
    return found


def _name(host, pid):
    """Return the name of the program that a process runs; for one that Python runs, of its script where that is a starter."""
    words = _words(host, pid)
    name = os.path.basename(words[0]).lstrip("-") if words else ""
    if PYTHON.match(name):
        scripts = [os.path.basename(word) for word in words[1:3] if not word.startswith("-")]
        return scripts[0] if scripts and scripts[0] in STARTERS else name
    return name


def _words(host, pid):
    try:
        return [word for word in host.read_text("/proc/%d/cmdline" % pid, 1 << 16).split("\0") if word]
    except OSError:
        return []


def _launched(host, pid):
    name, words = _name(host, pid), _words(host, pid)
    who = "process %d (%s)" % (pid, name or "unnamed")
    try:
        block, exe, cwd = host.process(pid)
    except OSError as error:
        raise Unreadable("the variables of the container's main %s cannot be read: %s" % (who, error.strerror or error))
    environ, path = listed(block)
    python = _interpreter(host, words[0], exe, cwd, path) if words and PYTHON.match(os.path.basename(words[0])) else ""
    return Launched("the container's main " + who, environ, path, python or _which(host, path))


def _interpreter(host, word, exe, cwd, path):
    """Return the path by which a running Python was started: that of its virtual environment, where it is the link of one."""
    started = os.path.join(cwd or "/", word) if "/" in word else _which(host, path, (word,))
    same = started and os.path.realpath(host.locate(started)) == os.path.realpath(host.locate(exe or started))
    return started if same else exe


def _which(host, path, names=PYTHONS):
    """Return the first of some programs on a PATH; an empty string where there is none."""
    for name in names:
        for folder in (path or "").split(os.pathsep):
            candidate = os.path.join(folder, name)
            if folder.startswith("/") and os.path.isfile(host.locate(candidate)) and os.access(host.locate(candidate), os.X_OK):
                return candidate
    return ""


# -- a person's login -----------------------------------------------------------------------------------------------------


def of_login(host):
    """Return what a program gets that a person starts in a terminal; None where the login's shell does not say.

    Profiles are run as at any login. A shell that asks something, or hands over to another program, gives no answer.
    """
    try:
        shell = pwd.getpwuid(os.getuid()).pw_shell or "/bin/sh"
    except KeyError:
        return None
    program = " ".join(["exec", _quoted(sys.executable), "-I", "-S", "-c", _quoted(BLOCK)])
    for options in ("-ilc", "-lc"):
        try:
            out = subprocess.run(
                [shell, options, program],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=LOGIN_LIMIT_S,
                start_new_session=True,
            ).stdout
        except (OSError, subprocess.SubprocessError):
            continue
        if out.count(MARK) == 2:
            environ, path = listed(out.split(MARK)[1])
            return Launched("a login (%s)" % os.path.basename(shell), environ, path, _which(host, path))
    return None


def _quoted(word):
    return "'" + word.replace("'", "'\\''") + "'"


def listed(block):
    """Return the listed variables of a block as /proc has it, and PATH; no other name is looked at."""
    pairs = (entry.partition(b"=") for entry in block.split(b"\0") if b"=" in entry)
    found = {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs if os.fsdecode(name) in NAMES | {PATH}}
    path = found.pop(PATH, "")
    return found, path


def _is_same(one, other):
    """Tell whether two paths start the same interpreter in the same environment: those of a virtual one lie elsewhere."""
    folders = [os.path.realpath(os.path.dirname(path)) for path in (one, other)]
    return folders[0] == folders[1] and os.path.realpath(one) == os.path.realpath(other)
