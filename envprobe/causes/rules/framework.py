"""TensorFlow and Keras themselves: another version, or files that are not those of their release."""

from __future__ import annotations

from ..rule import ANYTHING, MEASURED, CauseRule
from .records import MODEL

KERAS_FILES = "tensorflow/python/keras/* and keras/*: layers, initialisers and optimizers"

RULES = (
    CauseRule(
        name="tensorflow.version",
        facts=("packages.tensorflow", "packages.tensorflow[-_]*", "packages.tensorflow.*", "integrity.tensorflow*"),
        mechanism="another build of TensorFlow has another Eigen, other kernels and other defaults: 2.8 has oneDNN off, 2.10 "
        "seeds initialisers in another way, 2.11 has other optimizers",
        source=f"https://github.com/tensorflow/tensorflow/blob/master/RELEASE.md; {MEASURED}",
        moves=("operation/*", "precision/*", "float/tensorflow/*", "pipeline/*", *MODEL),
        breaks="tensorflow",
    ),
    CauseRule(
        name="keras.files",
        facts=("integrity.keras", "unlisted.keras"),
        mechanism="files of Keras are not the released ones, and layers, initialisers and optimizers compute what these say",
        source=f"RECORD of the installed distribution (PEP 376); {MEASURED}",
        moves=MODEL,
        breaks="keras",
    ),
    CauseRule(
        name="keras.version",
        facts=("packages.keras", "packages.keras.*"),
        mechanism="Keras has its layers, seeds and optimizers in Python, and they change from version to version",
        source=f"https://github.com/keras-team/keras/releases; {MEASURED}",
        moves=MODEL,
        breaks="keras",
    ),
    CauseRule(
        name="framework.kind",
        facts=("numerics.framework",),
        mechanism="another framework is imported, or none",
        source="docs/facts.md, numerics.framework",
        moves=ANYTHING,
        breaks=".",
    ),
)
