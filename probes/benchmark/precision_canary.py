"""Canaries of low precision and of integers, in a process of their own: TensorFlow 2.9 ends by a signal at a bfloat16 product
where oneDNN's instruction set is capped, and without oneDNN it returns an empty bfloat16 convolution.

What could not be computed leaves no record, but a word: other precisions say nothing of it, and those who use it must know.
"""

from .recorder import Recorder, describe_array

PART = "precision"
COMPUTED = "computed"


def run(tf, np, draw, say):
    """Hand over the records of each canary as it ends, and what became of those that teams ask for; the riskiest come last."""
    for stage, name, compute in _canaries(tf, np, draw):
        say({"begun": "%s.%s" % (stage, name)})
        record = Recorder(describe_array(np))
        record.begin(PART)
        try:
            value = compute()
            outcome = COMPUTED if value.shape.num_elements() else "an empty tensor"
        except Exception as error:  # a kernel that is not there raises anything: that it does is the fact
            outcome = type(error).__name__
        if outcome == COMPUTED:
            record.tensor(stage, name, value)
        say({"ended": "%s.%s" % (stage, name), "outcome": outcome, "records": record.records})


def gathered(documents, status):
    """Return (records, {canary: outcome}) of what a process handed over before it ended."""
    records, outcomes = [], {}
    for document in documents:
        if "begun" in document:
            outcomes[document["begun"]] = "ends the process by signal %d" % -status if status and status < 0 else "does not end"
        else:
            outcomes[document["ended"]] = document["outcome"]
            records.extend(document["records"])
    return records, outcomes


def _canaries(tf, np, draw):
    """Return (stage, name, function). A sum is rounded once more, to its type, so it takes long ones to show their order."""
    left, right = draw.uniform("precision.left", 64, 2048), draw.uniform("precision.right", 2048, 64)
    image, kernel = draw.uniform("precision.image", 4, 14, 14, 64), draw.uniform("precision.kernel", 3, 3, 64, 64)
    bytes_left, bytes_right = [_bytes(np, draw, tag, *shape) for tag, shape in (("left", (32, 256)), ("right", (256, 32)))]

    def product(dtype, inner=2048):
        return lambda: tf.matmul(tf.cast(left[:, :inner], dtype), tf.cast(right[:inner], dtype))

    def convolution(dtype, images=4, channels=64):
        return lambda: tf.nn.conv2d(
            tf.cast(image[:images, ..., :channels], dtype), tf.cast(kernel[:, :, :channels], dtype), 1, "SAME"
        )

    return (
        ("integer", "matmul.int8", lambda: tf.matmul(tf.constant(bytes_left), tf.constant(bytes_right), output_type=tf.int32)),
        ("integer", "matmul.quantized", lambda: _quantized(tf, np, draw)),
        ("integer", "fake_quantization", lambda: tf.quantization.fake_quant_with_min_max_args(right * np.float32(6))),
        ("float16", "matmul", product(tf.float16, inner=512)),
        ("float16", "convolution", convolution(tf.float16, images=1, channels=16)),
        ("float16", "softmax", lambda: tf.nn.softmax(tf.cast(left, tf.float16))),
        ("bfloat16", "softmax", lambda: tf.nn.softmax(tf.cast(left, tf.bfloat16))),
        ("bfloat16", "convolution", convolution(tf.bfloat16)),
        ("bfloat16", "matmul", product(tf.bfloat16)),
    )


def _bytes(np, draw, tag, *shape):
    return (draw.integers("precision.int8." + tag, 255, *shape) - 127).astype(np.int8)


def _quantized(tf, np, draw):
    """Return a product of 8-bit numbers as quantized models compute it: exact sums in 32 bits."""
    left = tf.bitcast(tf.constant(draw.integers("precision.quantized.left", 255, 32, 64).astype(np.uint8)), tf.quint8)
    right = tf.bitcast(tf.constant(draw.integers("precision.quantized.right", 255, 64, 32).astype(np.uint8)), tf.quint8)
    product = tf.raw_ops.QuantizedMatMul(a=left, b=right, min_a=0.0, max_a=1.0, min_b=-1.0, max_b=1.0)[0]
    return tf.bitcast(product, tf.int32)
