"""Keras' own configuration file. What is in effect in a running framework comes from the benchmark."""

import json
import os

LIMIT_BYTES = 1 << 16
DEFAULTS = {"floatx": "float32", "epsilon": "1e-07", "image_data_format": "channels_last", "backend": "tensorflow"}
KERAS_3 = "keras/src/backend/config.py"


def collect(host, section, options):
    """Record `keras.*` with the defaults filled in: no file, an empty one and one that states the defaults are equal."""
    path = keras_file(host)
    try:
        stated = read_keras(host.read_text(path, LIMIT_BYTES))
    except FileNotFoundError:
        stated = {}
    except (OSError, ValueError) as error:
        for key in DEFAULTS:
            section.unknown("keras." + key, "%s cannot be read: %s" % (host.place(path), error))
        return
    for key, default in DEFAULTS.items():
        section.known("keras." + key, stated.get(key, default))


def keras_file(host):
    """Return the path of keras.json: KERAS_HOME, else ~/.keras; Keras 3 takes /tmp/.keras where the home is not writable.

    Source: keras 2.9 backend.py, which takes ~/.keras all the same, and keras 3 keras/src/backend/config.py.
    """
    if "KERAS_HOME" in host.environ:
        return os.path.expanduser(os.path.join(host.environ["KERAS_HOME"], "keras.json"))
    home = host.interpreter.home
    is_keras_3 = any(host.exists(entry + "/" + KERAS_3) for entry in host.path if entry)
    if is_keras_3 and not host.writable(home):
        home = "/tmp"
    return os.path.join(home, ".keras", "keras.json")


def read_keras(text):
    """Return the settings as strings; raises ValueError where Keras would quietly take its defaults instead."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ValueError("not JSON (%s); Keras takes its defaults then, without a word" % error)
    if not isinstance(document, dict):
        raise ValueError("not a JSON object; importing Keras fails on it")
    return {key: _text(value) for key, value in document.items() if key in DEFAULTS}


def _text(value):
    """Return a setting as text that has a UTF-8 spelling: JSON can escape half a surrogate pair."""
    return (value if isinstance(value, str) else repr(value)).encode("utf-8", "backslashreplace").decode("utf-8")
