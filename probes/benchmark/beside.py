"""The canaries on the CPU, in processes that are forked before the runtime starts: beside the training.

A second CPU would idle while that is traced. Low precision has a process of its own, because it may end it.
"""

from . import apart, layer_canary, operation_canary, pipeline_canary, precision_canary, switch
from .recorder import Recorder, describe_array
from .training import seed_everything

CANARIES = (("operation", operation_canary), ("pipeline", pipeline_canary), ("layers", layer_canary))
TOLD = ("bfloat16.matmul", "bfloat16.convolution")


class Beside:
    """What runs while the model is trained."""

    def __init__(self, tf, np, draw):
        self._tf, self._np, self._draw = tf, np, draw
        self._canaries = apart.start(lambda say: self._without_gpus(lambda: say(self._record().document())))
        self._precision = apart.start(lambda say: self._without_gpus(lambda: precision_canary.run(tf, np, draw, say)))

    def _without_gpus(self, compute):
        """Compute in a forked process, which leaves the GPUs to the one that trains."""
        self._tf.config.set_visible_devices([], "GPU")
        compute()

    def absorbed(self, record):
        """Add everything to a record; return the facts that it tells. What could not run apart is computed here and now."""
        documents = self._canaries.documents() if self._canaries else []
        is_whole = documents and self._canaries.status == 0
        record.absorb(documents[0] if is_whole else self._record().document())
        if self._precision is None:  # a process that may end is not this one
            return {}
        records, outcomes = precision_canary.gathered(self._precision.documents(), self._precision.status)
        record.records.extend(records)
        return {name: outcomes[name] for name in TOLD if name in outcomes}

    def end(self):
        """End what still runs."""
        for process in (self._canaries, self._precision):
            if process is not None:
                process.end()

    def _record(self):
        tf, np, draw = self._tf, self._np, self._draw
        record = Recorder(describe_array(np))
        with tf.device("/CPU:0"):
            prepare(tf, np)
            for part, canary in CANARIES:
                record.begin(part)
                canary.run(tf, np, draw, record)
                record.end()
        return record


def prepare(tf, np):
    """Seed everything and ask for op determinism, before anything is computed."""
    seed_everything(tf, np)
    switch.ask_for_determinism(tf)
