"""What the running interpreter says about itself: its folders, its flags, its suffixes. A test builds one of its own folders."""

import os
import sys
from importlib.machinery import BYTECODE_SUFFIXES, EXTENSION_SUFFIXES, SOURCE_SUFFIXES

from . import hooks


class Interpreter:
    """The folders and settings that decide what `import` finds, as absolute paths and plain values.

    `site_folders` are in the order of the site module, whether they exist or not, so that their numbers do not depend on
    what happens to be there. `editable_modules` maps a module's name to its folder, as finders of setuptools do it;
    `build_folders` a project's name to where meson built it.
    """

    def __init__(self):
        import site  # imported at start-up already, but under -S

        self.prefix, self.base_prefix = sys.prefix, sys.base_prefix
        self.path = [entry for entry in sys.path if isinstance(entry, str)]
        self.flags = sys.flags
        self.optimize = sys.flags.optimize
        self.version = sys.version_info
        self.stdlib = os.path.dirname(os.path.abspath(getattr(os, "__file__", "") or sys.base_prefix))
        self.site_folders = list(getattr(site, "getsitepackages", list)())
        self.user_site = getattr(site, "USER_SITE", None) or ""
        self.user_site_enabled = bool(getattr(site, "ENABLE_USER_SITE", False))
        self.home = os.path.expanduser("~")
        self.cwd = _cwd()
        self.extension_suffixes = list(EXTENSION_SUFFIXES)
        self.suffixes = EXTENSION_SUFFIXES + SOURCE_SUFFIXES + BYTECODE_SUFFIXES  # the order in which import looks
        self.cache_tag = sys.implementation.cache_tag or ""
        self.pycache_prefix = getattr(sys, "pycache_prefix", None) or ""
        self.editable_modules = _editable_modules()
        self.finders = hooks.found()
        self.build_folders = hooks.build_folders()

    def has_inside(self, name):
        """Tell whether import finds the module in the interpreter itself, before it looks at any path."""
        import _imp

        return name in sys.builtin_module_names or _imp.is_frozen(name)


def _cwd():
    try:
        return os.getcwd()
    except OSError:  # the folder was removed
        return ""


def _editable_modules():
    """Return what the finders that `__editable__*.pth` files installed at start-up map: module name to folder or file."""
    mapped = {}
    for name, module in list(sys.modules.items()):
        mapping = getattr(module, "MAPPING", None) if name.startswith("__editable__") else None
        if isinstance(mapping, dict):
            mapped.update(_paths(mapping))
    for finder in sys.meta_path:  # editables, scikit-build-core and others keep such a mapping in their finder
        for mapping in list(getattr(finder, "__dict__", {}).values()):
            if isinstance(mapping, dict):
                mapped.update(_paths(mapping))
    return mapped


def _paths(mapping):
    """Return what of a mapping is module name to absolute path."""
    pairs = [(key, value) for key, value in list(mapping.items()) if isinstance(key, str) and isinstance(value, str)]
    return {key: value for key, value in pairs if value.startswith("/")}
