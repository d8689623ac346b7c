"""The run with TensorFlow: host canaries, then on the CPU, and on the first GPU where there is one, operations and training."""

from . import float_canary, full, loaded, machine, numpy_run, operation_canary, switch
from .beside import Beside, prepare
from .counter import Draw
from .pure import trace_of
from .recorder import Recorder, describe_array
from .training import TrainingRun

ORDER = ("host", "float", "operation", "precision", "pipeline", "training", "layers")
"""Of the parts, so that what differs first is the nearest to its cause; a full run's come after them."""


def run(modules, mode):
    """Return (trace, facts)."""
    np, tf = modules["numpy"], modules["tensorflow"]
    draw = Draw(np)
    record, model = Recorder(describe_array(np)), Recorder(describe_array(np))
    seen = numpy_run.host_part(np, draw, record)
    beside = Beside(tf, np, draw)
    try:
        facts = switch.before_the_run(tf)
        gpus = switch.prepare_gpus(tf)
        with tf.device("/CPU:0"):
            _train(tf, np, draw, model, mode)
        facts["known"].update(seen, **beside.absorbed(record))
    finally:
        beside.end()
    record.begin("float")
    with tf.device("/CPU:0"):
        facts["known"]["floating_point.tensorflow"] = float_canary.tensorflow_canaries(tf, np, record)
    record.absorb(model.document())
    record.records.sort(key=lambda told: ORDER.index(told["part"]) if told["part"] in ORDER else len(ORDER))
    if gpus:
        _on_gpu(tf, np, draw, record, mode)
    numeric_class = machine.numeric_class(switch.framework(tf))
    numeric_class["device"] = switch.device_class(tf, gpus)
    facts = switch.after_the_run(tf, np, gpus, facts)
    trace = trace_of(record, numeric_class)
    trace["context"].update(loaded=loaded.cuda_libraries(), caches=machine.caches())
    return trace, facts


def _train(tf, np, draw, record, mode, suffix=""):
    prepare(tf, np)
    training = TrainingRun(tf, np, draw, record)
    training.run("training" + suffix)
    if mode == "full":
        full.run(tf, np, draw, record, training, suffix)


def _on_gpu(tf, np, draw, record, mode):
    with tf.device("/GPU:0"):
        prepare(tf, np)
        record.begin("operation-gpu")
        operation_canary.run(tf, np, draw, record)
        record.end()
        _train(tf, np, draw, record, mode, "-gpu")
