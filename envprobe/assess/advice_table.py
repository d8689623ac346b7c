"""Why a difference matters and what helps against it, by path: the first row that matches speaks.

A glob may end in a kind of change, as a policy's may. A row's words may use `{key}` (everything after the section), `{expected}`
and `{observed}` (short spellings), and in the last column what fix.py makes. There `|` separates ways of which the first that can
be gone is given, and a part in square brackets is left out where it cannot be filled; without it, the whole way is.
"""

from __future__ import annotations

ONEDNN = "oneDNN sums in another order: float32 results differ by rounding from the first layer on"

ROWS: tuple[tuple[str, str, str], ...] = (
    ("trace", "the benchmark computed other bits, by more than rounding", "see the first divergence and the suspects below"),
    ("trace.equivalent", "the benchmark computed other bits, by rounding alone: something sums in another order", ""),
    (
        "python.version",
        "packages, hashing and the standard library change with Python's version",
        "use Python {expected}[, or the baseline's image, {image_name}]",
    ),
    (
        "python.implementation",
        "another implementation runs other code",
        "use {expected}[, or the baseline's image, {image_name}]",
    ),
    (
        "python.flags",
        "interpreter flags change asserts, hashing and what is imported",
        "start Python with the same flags; look at PYTHON* variables and the shebang",
    ),
    (
        "python.pth.*@removed",
        "the baseline ran it, or added import paths with it, at every start of Python",
        "copy {pth_file} from where the baseline was recorded",
    ),
    (
        "python.pth.*",
        "a .pth file adds import paths or runs code at every start of Python",
        "look at {pth_file}, and remove it if it is not yours",
    ),
    (
        "python.*customize@removed",
        "the baseline ran it at every start of Python, before any program",
        "copy it from where the baseline was recorded",
    ),
    (
        "python.*customize",
        "it runs at every start of Python, before any program",
        "look at {place}, and remove it if it is not yours",
    ),
    ("python.user_site", "packages of the user's home folder mix into the environment", "{no_user_site}"),
    ("python.*", "how the interpreter was built or finds its modules", ""),
    ("packages.*.shadowed@removed", "the baseline had a second copy of it, which is not here", ""),
    (
        "packages.*.shadowed",
        "two copies are installed, and import takes the first on sys.path",
        "remove the copy that should not be there: {other_copy}",
    ),
    ("packages.*.shadowed_by@removed", "the baseline imported another file in its place", ""),
    (
        "packages.*.shadowed_by",
        "a file in front on sys.path is imported instead of the installed package",
        "rename or move {real}",
    ),
    ("packages.*.broken@removed", "the baseline had it half-installed", ""),
    ("packages.*.broken", "an install or uninstall was cut off", "{reinstall}"),
    ("packages.*.origin", "the same version from another source can be other code", "{reinstall}"),
    ("packages.*.url", "another place can serve another file under the same name", ""),
    ("packages.*.record", "the same version, built differently: other files", "{reinstall}"),
    ("packages.*.source_version", "the code on disk states another version than its metadata", "{reinstall}"),
    (
        "packages.*.code",
        "an editable install runs the files of a working copy, and they are others",
        "check out in {name}'s project folder what the baseline was recorded with: git status and git log show what differs",
    ),
    (
        "packages.*.data",
        "an editable install reads the files of a working copy, and they are others",
        "check out in {name}'s project folder what the baseline was recorded with: git status and git log show what differs",
    ),
    ("packages.*.files", "other files, of which no RECORD says what was released", "{reinstall}"),
    ("packages.*.place", "import finds it in another folder", ""),
    ("packages.*.installer", "another tool installed it", ""),
    ("packages.*.version", "another version is other code", "{install}"),
    ("packages.*.*", "another fact of the installed package", "{reinstall}"),
    ("packages.~*@added", "pip left it behind, as an uninstall was cut off", "remove what begins with {name} from {site}"),
    ("packages.*@added", "an extra package can change what others import or do", "{uninstall}"),
    ("packages.*@removed", "code that imports it fails or does something else", "{install}"),
    ("packages.*", "another version is other code", "{install}"),
    (
        "integrity.*@changed",
        "the baseline was recorded with changed files; here they are as released",
        "record the baseline again[: {record}]",
    ),
    ("integrity.*", "installed files are not the ones that were released", "{reinstall}"),
    ("unlisted.*@removed", "the baseline was recorded with files that no installer put into the package", ""),
    (
        "unlisted.*",
        "files that no installer put there lie inside the package",
        "{fresh}|look at them and remove what is not yours",
    ),
    (
        "stdlib.interpreter",
        "the same version of Python, built another time or by somebody else: other bytes",
        "install Python from where the baseline's came[, or use the baseline's image, {image_name}]",
    ),
    (
        "stdlib.altered",
        "the interpreter's own files are not what was installed",
        "{fresh}|install Python again[, or use the baseline's image, {image_name}]",
    ),
    (
        "stdlib.*",
        "Python's own standard library was changed",
        "{fresh}|install Python again[, or use the baseline's image, {image_name}]",
    ),
    ("modules.*@removed", "the baseline could import it, though no package manager knows it", ""),
    ("modules.*", "importable code that no package manager knows", "{fresh}|move {place} away, or install it as a package"),
    (
        "numerics.keras.*",
        "keras.json decides precision and layout of every model",
        'set "{name}" to {expected} in {keras_json}, or remove that file',
    ),
    ("numerics.onednn*", ONEDNN, "{set_onednn}"),
    (
        "numerics.op_determinism",
        "without op determinism the same seed can give other bits",
        "call tf.config.experimental.enable_op_determinism(), with the parentheses",
    ),
    (
        "numerics.tf32",
        "TF32 keeps 10 of 23 mantissa bits in matmul and convolution",
        "{set_tf32}",
    ),
    (
        "numerics.*floating_point*@removed",
        "the baseline was recorded where numbers below 2.2e-308 become zero, or results are rounded another way",
        "",
    ),
    (
        "numerics.floating_point.set_by*",
        "it was linked with -ffast-math: as it is loaded, numbers below 2.2e-308 become zero wherever Python or numpy computes",
        "do not load it, or build it without -ffast-math",
    ),
    (
        "numerics.floating_point.*",
        "numbers below 2.2e-308 become zero, or results are rounded another way, wherever Python or numpy computes",
        "",
    ),
    (
        "numerics.diagnosis.floating_point*",
        "numbers below 2.2e-308 become zero, or results are rounded another way, wherever Python or numpy computes",
        "do not load that library, or build it without -ffast-math",
    ),
    ("numerics.bfloat16.*", "code that computes in bfloat16 gets an error, an empty result or the end of the process here", ""),
    ("numerics.graph_options", "TensorFlow's graph optimizer fuses other operations, and a fused one rounds once", ""),
    ("numerics.diagnosis.*", "the framework does not run as it is set, so it computes nothing or something else", ""),
    ("numerics.*", "a numeric switch has another value", ""),
    ("environment.*THREADS", "another number of threads sums in another order", "{set_variable}"),
    ("environment.*ONEDNN*", ONEDNN, "{set_variable}"),
    ("environment.*DNNL*", ONEDNN, "{set_variable}"),
    ("environment.LD_*", "it decides which shared libraries are loaded", "{set_variable}"),
    ("environment.PYTHONHASHSEED", "sets of strings iterate in an order that depends on it", "{set_variable}"),
    ("environment.PYTHON*", "it changes how Python starts and what it imports", "{set_variable}"),
    ("environment.*VISIBLE_DEVICES", "it decides which GPUs are seen, and in which order", "{set_variable}"),
    ("environment.*", "it changes {variable}", "{set_variable}"),
    (
        "cuda.diagnosis.*@removed",
        "the baseline was recorded with this fault, which is not here",
        "record the baseline again[: {record}]",
    ),
    ("cuda.diagnosis.*", "the CUDA libraries do not fit what runs here", "use the baseline's image, {image_name}"),
    (
        "cuda.*",
        "other CUDA libraries choose other kernels",
        "install the same NVIDIA packages[, or use the baseline's image, {image_name}]",
    ),
    (
        "gpu.*",
        "another GPU or driver computes other bits; NVIDIA promises none across architectures",
        "run on the baseline's GPU",
    ),
    (
        "cpu.*",
        "numeric libraries choose their kernels by CPU features and count of CPUs",
        "run on a CPU of the same class",
    ),
    ("image.floating", "this reference can name another image tomorrow", "{pinned}"),
    ("image.reference", "another reference can name another image", "{image}"),
    ("image.id", "another image lies under the reference", "{image}"),
    ("image.*", "the image was built or named in another way", ""),
    ("container.changes", "files were changed in the container since its image", "{container}"),
    ("container.*", "the container was started with other settings", "{container}"),
    ("system.libc", "its mathematical functions may round in another way", "use the baseline's image, {image_name}"),
    ("system.architecture", "another processor family runs other code", "run on {expected}"),
    (
        "system.locale",
        "it decides how text sorts and how numbers are written",
        "{set_locale}|set LC_ALL or LANG, so that it is {expected}",
    ),
    (
        "system.encoding",
        "text files that state no encoding are read in another one",
        "{set_encoding}|set PYTHONUTF8 or LANG, so that it is {expected}",
    ),
    (
        "system.timezone",
        "dates and times are read and written in another time zone",
        "{set_timezone}|set TZ, so that it is {expected}",
    ),
    ("system.limits.*", "a limit decides what fails or is done in smaller pieces", "{limit}"),
    (
        "system.ld_so_preload",
        "it is loaded into every process before anything else, as with LD_PRELOAD",
        "restore /etc/ld.so.preload",
    ),
    ("system.ld_so_conf", "the loader finds libraries in other folders", ""),
    ("system.*", "the operating system is another", ""),
    (
        "ospackages.*",
        "libraries of the operating system are loaded by Python and by packages",
        "use the baseline's image, {image_name}",
    ),
    ("run.command", "another command: the outputs may differ for that alone", "run it as it was recorded: {expected}"),
    ("run.seed", "another seed: the outputs differ for that alone; repeated runs say how far", "run it with {expected}"),
    ("run.exit_status", "the command ended with another status than the recorded one", "{show} shows what it printed last"),
    ("run.*", "the experiment was run in another way", ""),
    ("code.*", "another state of the code", "{check_out}"),
    ("data.*", "other data", ""),
)
