"""The run with TensorFlow: host canaries, then on the CPU, and on the first GPU where there is one, operations and training."""

from . import full, loaded, machine, numpy_run, operation_canary, switch
from .counter import Draw
from .pure import trace_of
from .recorder import Recorder, describe_array
from .training import TrainingRun, seed_everything


def run(modules, mode):
    """Return (trace, facts)."""
    np, tf = modules["numpy"], modules["tensorflow"]
    facts = switch.before_the_run(tf)
    gpus = switch.prepare_gpus(tf)
    record, draw = Recorder(describe_array(np)), Draw(np)
    numpy_run.host_part(np, draw, record)
    for device, suffix in [("/CPU:0", "")] + [("/GPU:0", "-gpu")] * bool(gpus):
        with tf.device(device):
            seed_everything(tf, np)
            switch.ask_for_determinism(tf)
            record.begin("operation" + suffix)
            operation_canary.run(tf, np, draw, record)
            record.end()
            training = TrainingRun(tf, np, draw, record)
            training.run("training" + suffix)
            if mode == "full":
                full.run(tf, np, draw, record, training, suffix)
    numeric_class = machine.numeric_class(switch.framework(tf))
    numeric_class["device"] = switch.device_class(tf, gpus)
    facts = switch.after_the_run(tf, np, gpus, facts)
    trace = trace_of(record, numeric_class)
    trace["context"].update(loaded=loaded.cuda_libraries(), caches=machine.caches())
    return trace, facts
