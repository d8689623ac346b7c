"""Import what there is to measure: TensorFlow, else numpy, else Python alone."""

import importlib
import importlib.util
import os


class ImportFailed(Exception):
    """A framework is installed and does not import; the text is what it said."""

    def __init__(self, framework, error):
        Exception.__init__(self, "%s: %s" % (type(error).__name__, error))
        self.framework = framework


def load():
    """Return (kind, modules by name). Raises ImportFailed."""
    modules = {}
    for name in ("numpy", "tensorflow"):
        if name == "tensorflow":
            leave_no_keras_json()
        if _is_installed(name):
            modules[name] = _import(name)
    kind = "tensorflow" if "tensorflow" in modules else "numpy" if modules else "python"
    return kind, modules


def _is_installed(name):
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):  # a half-removed package or an odd entry in sys.modules
        return True


def _import(name):
    try:
        module = importlib.import_module(name)
        module.__version__  # noqa: B018 - a leftover folder imports as a namespace package without a version
        if name == "tensorflow":
            module.keras.layers  # noqa: B018 - imported at first use, where a keras of another version fails
    except Exception as error:  # numpy 2 raises TypeError, protobuf 4 too; what it says is the fact
        raise ImportFailed(name, error)
    return module


def leave_no_keras_json():
    """Keep Keras from writing keras.json where there is none; one that is there stays in effect.

    Keras reads $KERAS_HOME/keras.json, else ~/.keras/keras.json (Keras 3: /tmp/.keras/keras.json where the home cannot be
    written), and writes its defaults when the file is missing. Below /dev/null it can do neither, and it ignores the OSError.
    """
    home = os.path.expanduser("~")
    folders = [os.environ["KERAS_HOME"]] if "KERAS_HOME" in os.environ else [home + "/.keras"]
    if "KERAS_HOME" not in os.environ and not os.access(home, os.W_OK):
        folders.append("/tmp/.keras")
    if not any(os.path.exists(os.path.join(folder, "keras.json")) for folder in folders):
        os.environ["KERAS_HOME"] = os.devnull + "/.keras"
