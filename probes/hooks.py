"""What stands between `import` and the files on the path: who replaced or joined Python's own machinery at its start."""

import builtins
import sys
import types

PLAIN = (
    "importlib",
    "_frozen_importlib",
    "_frozen_importlib_external",
    "zipimport",
    "_distutils_hack",
    "_virtualenv",
    "editables",
    "six",
)
EDITABLE = ("__editable__", "_editable_", "envprobe_probe")
OWN_FILES = ("<frozen ", "<builtin>", "<bootstrap>")
MACHINERY = ("_frozen_importlib", "_frozen_importlib_external")


def found():
    """Return what somebody put there, sorted: finders and path hooks by their class, other functions by what they replace.

    Not Python's own, setuptools', virtualenv's, and those of editable installs, of which packages.NAME.code tells the code.
    """
    names = {_name(hook) for hook in list(sys.meta_path) + list(sys.path_hooks) if not _is_plain(hook)}
    if not _is_builtin(builtins.__import__):
        names.add("builtins.__import__: " + _name(builtins.__import__))
    return sorted(names | _replaced_functions() | _replaced_modules())


def build_folders():
    """Return name to build folder of the projects that meson-python installed as editable: their finder names them."""
    folders = {}
    for finder in list(sys.meta_path):
        name, folder = getattr(finder, "_name", ""), getattr(finder, "_build_path", "")
        if isinstance(name, str) and isinstance(folder, str) and folder.startswith("/"):
            folders[name] = folder
    return folders


def _is_builtin(function):
    code = getattr(function, "__code__", None)  # PyPy's has one, of no file
    return isinstance(function, types.BuiltinFunctionType) or (code is not None and not hasattr(code, "co_filename"))


def _name(hook):
    hook = getattr(hook, "__self__", hook)  # a method speaks for its object
    kind = hook if isinstance(hook, (type, types.FunctionType)) else type(hook)
    return "%s.%s" % (getattr(kind, "__module__", ""), getattr(kind, "__qualname__", ""))


def _is_plain(hook):
    module = _name(hook)
    is_loader = str(getattr(hook if isinstance(hook, type) else type(hook), "__module__", "")).endswith("_editable_loader")
    is_ours = __spec__ is not None and hook is __spec__.loader
    return module.partition(".")[0] in PLAIN or module.startswith(EDITABLE) or is_loader or is_ours


def _replaced_functions():
    """Return the functions of import's own modules and classes whose code was not built into the interpreter."""
    replaced = set()
    for module in filter(None, map(sys.modules.get, MACHINERY)):
        for name, value in list(vars(module).items()):
            members = list(vars(value).items()) if isinstance(value, type) and value.__module__ in MACHINERY else []
            for path, function in [(name, value)] + [(name + "." + member, function) for member, function in members]:
                code = getattr(getattr(function, "__func__", function), "__code__", None)
                if code is not None and not str(code.co_filename).startswith(OWN_FILES):
                    replaced.add("importlib: " + path)
    return replaced


def _replaced_modules():
    """Return the modules that are built into the interpreter, of which somebody put another one in their place."""
    own = {name: sys.modules[name] for name in sys.builtin_module_names if name in sys.modules}
    return {"sys.modules: " + name for name, module in own.items() if getattr(module, "__file__", None) or not _is_inside(module)}


def _is_inside(module):
    loader = getattr(module, "__loader__", None)
    return type(module) is types.ModuleType and (loader is None or _name(loader).startswith(PLAIN))
