"""Why a benchmark child gave no trace: its last words, and the known cause where they match one.

Each cause was seen with TensorFlow 2.9.0; docs/numerics.md has the table. `pip check` calls several of these healthy.
"""

import re
import signal

# What is printed or raised -> what it means and what to do. The first match counts.
KNOWN = (
    (
        r"compiled using NumPy 1\.x|Unable to convert function return value to a Python type|numpy.*_ARRAY_API not found"
        r"|module 'numpy' has no attribute|numpy\.core\.multiarray failed to import",
        "numpy is of a version that this TensorFlow was not built for (2.9 needs 1.20 to 1.26): pip install 'numpy<2,>=1.20'",
    ),
    (
        r"Descriptors cannot(?: not)? be created directly|Descriptors cannot be created",
        "protobuf is 4 or newer (TensorFlow 2.9 needs below 3.20): pip install 'protobuf<3.20'",
    ),
    (
        r"tensorflow\.python\.trackable|tensorflow\.python\.training\.tracking|Symbol \w+ is already exposed",
        "keras is of another minor version than TensorFlow: install the keras of the same minor version",
    ),
    (r"No usable temporary directory", "there is no writable temporary folder: give the container `--tmpfs /tmp`"),
    (
        r"compiled to use (\w+) instructions|Illegal instruction",
        "this CPU lacks an instruction set that the TensorFlow build needs (AVX): use another machine or build",
    ),
    (r"cannot allocate memory|MemoryError|std::bad_alloc", "there is not enough memory: give it at least 600 MB"),
    (
        r"jit-compiled from PTX",
        "this GPU is newer than the TensorFlow build, whose kernels the driver compiles first, which can take half an hour",
    ),
    (r"No space left on device", "a disk is full"),
    (r"can't start new thread|Resource temporarily unavailable|pthread_create", "the limit on processes or threads is too low"),
)
SIGNALS = {
    signal.SIGSEGV: "segmentation fault",
    signal.SIGABRT: "aborted",
    signal.SIGILL: "illegal instruction",
    signal.SIGKILL: "killed, as the kernel does when memory runs out",
    signal.SIGBUS: "bus error",
    signal.SIGALRM: "ran into its own time limit",
    signal.SIGFPE: "arithmetic exception",
}
LOW_MEMORY_BYTES = 600 << 20
CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
WORDS_LIMIT = 240


def of(host, outcome, failure):
    """Return one sentence: what happened, the last words, and the known cause where there is one."""
    words = " ".join((failure["error"] if failure else last_words(outcome.stderr.tail())).split())[:WORDS_LIMIT].rstrip(". ")
    what = _what(outcome, failure)
    known = _known(words + "\n" + outcome.stderr.tail(), outcome)
    limit = memory_limit_bytes(host)
    if not known and limit is not None and limit < LOW_MEMORY_BYTES and not failure:
        known = "the container may use %d MB only; just above its need TensorFlow crawls instead of failing" % (limit >> 20)
    return ". ".join(part for part in (what, words and "Its last words: %s" % words, known and "Known cause: %s" % known) if part)


def is_finding(outcome):
    """Tell whether the environment is to blame: a run that was killed or too slow may do on a machine with more to give."""
    return not outcome.timed_out and outcome.status not in (-signal.SIGKILL, -signal.SIGALRM)


def last_words(text):
    """Return the last line that is more than TensorFlow's chatter (`I`, `W`), without its time stamp."""
    lines = [re.sub(r"^\d{4}-\d\d-\d\d [\d:.]+: ", "", line.strip()) for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if not re.match(r"[IW] \S+\.(cc|h):\d+\]", line)]
    return telling[-1] if telling else ""


def memory_limit_bytes(host):
    """Return the cgroup's memory limit, or None where there is none."""
    for path in CGROUP_LIMITS:
        try:
            text = host.read_text(path).strip()
        except OSError:
            continue
        if text.isdigit() and int(text) < 1 << 60:
            return int(text)
    return None


def _what(outcome, failure):
    if failure:
        return "%s is installed and does not import" % failure["framework"]
    if outcome.timed_out:
        return "the benchmark run did not end within %d s" % outcome.timeout_s
    if outcome.status < 0:
        number = -outcome.status
        return "the benchmark run ended by signal %d (%s)" % (number, SIGNALS.get(number, "unexpected"))
    return "the benchmark run ended with status %d and without an answer" % outcome.status


def _known(text, outcome):
    if outcome.status == -signal.SIGILL:
        text += "Illegal instruction"
    return next((meaning for pattern, meaning in KNOWN if re.search(pattern, text, re.IGNORECASE)), "")
