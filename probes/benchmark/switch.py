"""Numeric switches as they are in effect: asked from the running TensorFlow, not read from variables."""

import os

from ..affinity import usable
from .numpy_switch import in_effect as numpy_in_effect

GRAPH_DEFAULTS = {"disable_meta_optimizer": False, "disable_model_pruning": False}  # as they are told where nobody set them


def before_the_run(tf):
    """Return the facts that the run itself is going to change: what the environment alone leads to."""
    return {"known": {"op_determinism": _op_determinism(tf)}, "unknown": {}}


def ask_for_determinism(tf):
    """Turn op determinism on for this process: an API since TensorFlow 2.8, a variable read at first use before."""
    enable = getattr(tf.config.experimental, "enable_op_determinism", None)
    if enable:
        enable()
    else:
        os.environ["TF_DETERMINISTIC_OPS"] = "1"


def prepare_gpus(tf):
    """Return the GPUs, set to take memory as they need it: a pool that fails to allocate changes cuDNN's choice of algorithm."""
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    return gpus


def framework(tf):
    """Return the build: two wheels of one version may be built from different commits."""
    return "tensorflow %s %s" % (tf.__version__, tf.version.GIT_VERSION)


def device_class(tf, gpus):
    """Return `cpu`, or the first GPU's name, compute capability and driver branch: a MIG slice has a name of its own."""
    if not gpus:
        return "cpu"
    details = tf.config.experimental.get_device_details(gpus[0])
    capability = ".".join(str(number) for number in details.get("compute_capability", ("unknown",)))
    return "%s, compute capability %s, %s" % (details.get("device_name", "GPU"), capability, driver_branch())


def driver_branch():
    """Return `driver 515`, from the kernel module's own words."""
    try:
        with open("/proc/driver/nvidia/version") as stream:
            words = stream.readline().split()
    except OSError:
        return "driver unknown"
    versions = [word for word in words if word[:1].isdigit() and "." in word]
    return "driver " + versions[0].split(".")[0] if versions else "driver unknown"


def after_the_run(tf, np, gpus, facts):
    """Add every switch that the running process can be asked for."""
    known = facts["known"]
    known["framework"] = framework(tf)
    known["op_determinism_available"] = _op_determinism(tf)
    known["mixed_precision"] = _mixed_precision(tf)
    known["eager"] = bool(tf.executing_eagerly())
    known["intra_threads"] = _threads(tf.config.threading.get_intra_op_parallelism_threads(), "TF_NUM_INTRAOP_THREADS")
    known["inter_threads"] = _threads(tf.config.threading.get_inter_op_parallelism_threads(), "TF_NUM_INTEROP_THREADS")
    options = _graph_options(tf)
    if options is not None:
        known["graph_options"] = options
    known["devices"] = [device.device_type for device in tf.config.list_logical_devices()]
    if gpus:
        known["tf32"] = _rounds_to_tf32(tf, np)
    known.update(numpy_in_effect(np))
    return facts


def _op_determinism(tf):
    """Tell whether the runtime requires deterministic operations; before 2.8 the variable is all there is."""
    try:
        from tensorflow.python.framework import config

        return bool(config.is_op_determinism_enabled())
    except (ImportError, AttributeError):
        return os.environ.get("TF_DETERMINISTIC_OPS", "").lower() in ("1", "true")


def _mixed_precision(tf):
    policy = tf.keras.mixed_precision
    policy = getattr(policy, "global_policy", None) or getattr(policy, "dtype_policy", None)
    return policy().name if policy else "float32"


def _graph_options(tf):
    """Return what TensorFlow's graph optimizer is set to do otherwise than by default; None before TensorFlow 2.0."""
    try:
        options = tf.config.optimizer.get_experimental_options()
    except AttributeError:
        return None
    return ["%s %s" % (name, options[name]) for name in sorted(options) if options[name] is not GRAPH_DEFAULTS.get(name)]


def _threads(configured, variable):
    """Return the size of a thread pool as TensorFlow resolves it: configured, else the variable, else the CPUs by affinity."""
    if configured:
        return int(configured)
    text = os.environ.get(variable, "")
    return int(text) if text.isdigit() and int(text) else usable()


def _rounds_to_tf32(tf, np):
    """Tell whether a float32 product on the GPU drops the 13 low bits: 1 + 2**-13 becomes 1 in TF32."""
    with tf.device("/GPU:0"):
        value = tf.constant(np.full((256, 256), 1.0 + 2.0**-13, "float32"))
        product = tf.matmul(value, tf.eye(256)).numpy()
    return float(product[0, 0]) == 1.0
