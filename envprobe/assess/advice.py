"""Why a difference matters and what mends it: a literal table, the first row that matches a path speaks.

A glob may end in a kind of change, as a policy's may. A row's words may use `{name}` (the part of the path after the
section), `{key}` (everything after the section), `{expected}` and `{observed}` (short spellings), and in the last column the
commands of fix.py. A mend without its command is not given. Commands are for a person to run; envprobe runs none of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase

from ..fact import Fact
from ..probing import bundle
from ..spelling import safe, spell
from .change import Change
from .fix import check_out, install, reinstall, restore_origin, set_variable, uninstall

ONEDNN = "oneDNN sums in another order: float32 results differ by rounding from the first layer on"

ROWS: tuple[tuple[str, str, str], ...] = (
    ("trace", "the same seeded training run left other bits", "see the first divergence and the suspects below"),
    (
        "python.version",
        "packages, hashing and the standard library change with Python's version",
        "use Python {expected}, or the baseline's image",
    ),
    ("python.implementation", "another implementation runs other code", "use {expected}, or the baseline's image"),
    (
        "python.flags",
        "interpreter flags change asserts, hashing and what is imported",
        "start Python with the same flags; look at PYTHON* variables and the shebang",
    ),
    (
        "python.pth.*@removed",
        "the baseline ran it, or added import paths with it, at every start of Python",
        "copy {key} from the baseline's site-packages",
    ),
    (
        "python.pth.*",
        "a .pth file adds import paths or runs code at every start of Python",
        "compare the file {key} in site-packages with the baseline's and remove it if it is not yours",
    ),
    ("python.*customize", "it runs at every start of Python, before any program", "remove it, or install the same one"),
    ("python.user_site", "packages of the user's home folder mix into the environment", "export PYTHONNOUSERSITE=1"),
    ("python.*", "how the interpreter was built or finds its modules", ""),
    ("packages.*.shadowed@removed", "the baseline had a second copy of it, which is not here", ""),
    (
        "packages.*.shadowed",
        "two copies are installed, and import takes the first on sys.path",
        "remove the copy that should not be there: {observed}",
    ),
    ("packages.*.shadowed_by@removed", "the baseline imported another file in its place", ""),
    (
        "packages.*.shadowed_by",
        "a file in front on sys.path is imported instead of the installed package",
        "rename or move {observed}",
    ),
    ("packages.*.broken@removed", "the baseline had it half-installed", ""),
    ("packages.*.broken", "an install or uninstall was cut off", "{reinstall}"),
    ("packages.*.origin", "the same version from another source can be other code", "{restore_origin}"),
    ("packages.*.url", "another place can serve another file under the same name", ""),
    ("packages.*.record", "the same version, built differently: other files", "{reinstall}"),
    ("packages.*.source_version", "the code on disk says another version than its metadata", "{reinstall}"),
    ("packages.*@added", "an extra package can change what others import or do", "{uninstall}"),
    ("packages.*@removed", "what imports it fails, or takes another way", "{install}"),
    ("packages.*", "another version is other code", "{install}"),
    (
        "integrity.*@changed",
        "the baseline was recorded with other files than were released; here they are as released",
        "record the baseline again",
    ),
    ("integrity.*", "installed files are not the ones that were released", "{reinstall}"),
    ("unlisted.*@removed", "the baseline was recorded with files that no installer put into the package", ""),
    ("unlisted.*", "files that no installer put there lie inside the package", "look at them and remove what is not yours"),
    ("stdlib.*", "Python's own standard library was changed", "reinstall Python, or use the baseline's image"),
    ("modules.*@removed", "the baseline could import it, though no package manager knows it", ""),
    ("modules.*", "importable code that no package manager knows", "move {name} away, or install it as a package"),
    (
        "numerics.keras.*",
        "keras.json decides precision and layout of every model",
        'set "{name}" to {expected} in ~/.keras/keras.json, or remove that file',
    ),
    ("numerics.onednn*", ONEDNN, "set TF_ENABLE_ONEDNN_OPTS and DNNL_MAX_CPU_ISA as the baseline had them"),
    (
        "numerics.op_determinism",
        "without op determinism the same seed can give other bits",
        "call tf.config.experimental.enable_op_determinism(), with the parentheses",
    ),
    (
        "numerics.tf32",
        "TF32 keeps 10 of 23 mantissa bits in matmul and convolution",
        "set NVIDIA_TF32_OVERRIDE as the baseline had it",
    ),
    ("numerics.diagnosis.*", "the framework does not run as it was asked to, so it computes nothing or something else", ""),
    ("numerics.*", "a numeric switch is not as it was", ""),
    ("environment.*THREADS", "another number of threads sums in another order", "{set_variable}"),
    ("environment.*ONEDNN*", ONEDNN, "{set_variable}"),
    ("environment.*DNNL*", ONEDNN, "{set_variable}"),
    ("environment.LD_*", "it decides which shared libraries are loaded", "{set_variable}"),
    ("environment.PYTHON*", "it changes how Python starts and what it imports", "{set_variable}"),
    ("environment.*VISIBLE_DEVICES", "it decides which GPUs are seen, and in which order", "{set_variable}"),
    ("environment.*", "it changes {variable}", "{set_variable}"),
    ("cuda.diagnosis.*@removed", "the baseline was recorded with this fault, which is not here", "record the baseline again"),
    ("cuda.diagnosis.*", "the CUDA libraries do not fit what runs here", "use the image tag that the baseline names"),
    ("cuda.*", "other CUDA libraries choose other kernels", "use the baseline's image, or install the same NVIDIA packages"),
    (
        "gpu.*",
        "another GPU or driver computes other bits; NVIDIA promises none across architectures",
        "run on the baseline's GPU, or record a trace for this one: envprobe record TARGET --name NAME --add-trace",
    ),
    (
        "cpu.*",
        "numeric libraries choose their kernels by CPU features and count of CPUs",
        "run on a CPU of the same class, or record a trace for this one: envprobe record TARGET --name NAME --add-trace",
    ),
    ("image.floating", "this reference can name another image tomorrow", "use a full version tag, or the digest"),
    ("image.reference", "another reference can name another image", "use the baseline's image: {expected}"),
    ("image.id", "another image lies under the reference", "docker pull the baseline's image, by its digest if it has one"),
    ("image.*", "the image was made or named differently", ""),
    ("container.changes", "files were changed in the container since its image", "start a fresh container of the image"),
    ("container.*", "the container was started with other settings", "start it with the baseline's settings: {expected}"),
    ("system.libc", "its mathematical functions may round otherwise", "use the baseline's image"),
    ("system.architecture", "another processor family runs other code altogether", "use the baseline's image and platform"),
    ("system.locale", "it decides sorting and the spelling of numbers", "set LC_ALL or LANG as the baseline had it"),
    ("system.encoding", "text files of no stated encoding are read otherwise", "set PYTHONUTF8 or LANG as the baseline had it"),
    ("system.timezone", "dates and times are read and written in another time zone", "set TZ as the baseline had it"),
    ("system.limits.*", "a limit decides what fails or is done in smaller pieces", "give it the baseline's limit: {expected}"),
    ("system.*", "the operating system is another", ""),
    ("ospackages.*", "libraries of the operating system are loaded by Python and by packages", "use the baseline's image"),
    ("run.command", "another command: what it leaves may differ for that alone", "run it as it was recorded: {expected}"),
    ("run.seed", "another seed: what it leaves differs for that alone; repeated runs say how far", "run it with {expected}"),
    ("run.exit_status", "the command did not end as it did when it was recorded", "envprobe show RUN shows what it printed last"),
    ("run.*", "the experiment was run otherwise", ""),
    ("code.*", "another state of the code", "{check_out}"),
    ("data.*", "other data", ""),
)


def advise(change: Change, version_of: Callable[[str], Fact]) -> tuple[str, str]:
    """Return why a change matters and how to mend it; either may be empty. `version_of` tells a package's expected version."""
    for glob, why, fix in ROWS:
        path, _, kind = glob.partition("@")
        if fnmatchcase(change.path, path) and kind in ("", change.kind.value):
            words = _words(change)
            return _fill(why, words), _fill(fix, {**words, **_commands(change, version_of)})
    return "", ""


def _words(change: Change) -> dict[str, str]:
    _, _, key = change.path.partition(".")
    return {
        "name": safe(_name(change)),
        "key": safe(key),
        "expected": spell(change.expected),
        "observed": spell(change.observed),
        "variable": bundle.variables().get(key, "how programs run"),
    }


def _commands(change: Change, version_of: Callable[[str], Fact]) -> dict[str, str]:
    name, key = _name(change), change.path.partition(".")[2]
    return {
        "install": install(name, change.expected),
        "reinstall": reinstall(name, version_of(name)),
        "restore_origin": restore_origin(name, change.expected, version_of(name)),
        "uninstall": uninstall(name),
        "set_variable": set_variable(key, change.expected),
        "check_out": check_out(change.expected),
    }


def _name(change: Change) -> str:
    section, _, key = change.path.partition(".")
    return key.partition(".")[0] if section == "packages" else key.rpartition(".")[2] or key


def _fill(template: str, words: dict[str, str]) -> str:
    """Put the words into their places, once: a value may itself hold braces. Empty where a word is."""
    places = re.findall(r"\{(\w+)\}", template)
    if not all(words[place] for place in places):
        return ""
    return re.sub(r"\{(\w+)\}", lambda place: words[place[1]], template)
