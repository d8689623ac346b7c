"""What a framework's wheel was built with, read from its source files: nothing is imported, no code of theirs runs."""

BUILD_INFO = "tensorflow/python/platform/build_info.py"
TORCH_VERSION = "torch/version.py"
TENSORFLOW_FACTS = (
    ("cuda_version", "cuda"),
    ("cudnn_version", "cudnn"),
    ("cuda_compute_capabilities", "compute_capabilities"),
    ("is_cuda_build", "is_cuda_build"),
    ("is_rocm_build", "is_rocm_build"),
    ("is_tensorrt_build", "is_tensorrt_build"),
)
TORCH_FACTS = (("cuda", "cuda"), ("hip", "hip"), ("debug", "debug"))

# The last three: literals of the wrong shape, or nested until the parser gives up.
READ_ERRORS = (OSError, SyntaxError, ValueError, TypeError, RecursionError, MemoryError)


def builds(host, section):
    """Record `built.tensorflow.*` and `built.torch.*`, and return (framework, CUDA version) of those built with CUDA.

    The values are compile-time constants of the wheel, the same in an image that holds no CUDA library at all.
    """
    with_cuda = []
    for framework, file_name, read, facts in (
        ("tensorflow", BUILD_INFO, read_build_info, TENSORFLOW_FACTS),
        ("torch", TORCH_VERSION, read_assignments, TORCH_FACTS),
    ):
        path = next((entry + "/" + file_name for entry in host.path if entry and host.exists(entry + "/" + file_name)), None)
        prefix = "built." + framework
        if path is None:
            continue
        try:
            values = read(host.read_text(path))
        except READ_ERRORS as error:
            section.unknown(prefix, "%s: %s" % (file_name, error))
            continue
        for name, key in facts:
            _record(section, prefix + "." + key, values.get(name))
        if values.get("is_cuda_build", values.get("cuda")):
            with_cuda.append((framework, str(values.get("cuda_version") or values.get("cuda"))))
    return with_cuda


def _record(section, path, value):
    if value is None:
        section.absent(path)
    elif isinstance(value, list):
        section.known(path, [_text(item) for item in value])
    else:
        section.known(path, value if isinstance(value, bool) else _text(value))


def _text(value):
    """Return a literal as text that has a UTF-8 spelling: a source can escape half a surrogate pair."""
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def read_build_info(text):
    """Return the literal pairs of `build_info = collections.OrderedDict([...])`; raises ValueError where they are none."""
    import ast  # slow to import, and many environments hold no framework

    for node in ast.parse(text).body:
        if _assigned(node) == "build_info":
            value = node.value
            literal = value.args[0] if isinstance(value, ast.Call) and value.args else value
            return dict(ast.literal_eval(literal))
    raise ValueError("assigns no build_info")


def read_assignments(text):
    """Return the module's own literal assignments, annotated ones too: `cuda: Optional[str] = '12.1'`."""
    import ast

    values = {}
    for node in ast.parse(text).body:
        name = _assigned(node)
        if name and node.value is not None:
            try:
                values[name] = ast.literal_eval(node.value)
            except ValueError:  # computed, so not stated
                continue
    return values


def _assigned(node):
    """Return the name that an assignment, plain or annotated, binds, or None."""
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return getattr(targets[0], "id", None) if len(targets) == 1 and hasattr(node, "value") else None
