"""Operation canaries: single eager TensorFlow operations on injected inputs, each alone, so that no difference hides another.

Chosen so that every numeric switch moves at least one and the set that moves tells the switches apart; the sizes matter.
docs/numerics.md has the measured table. A few are controls that nothing is known to move.
"""


def run(tf, np, draw, record):
    """Record every canary on the device that is current."""
    for canaries in (_products, _convolutions, _normalizations, _functions, _reductions, _random_streams, _controls):
        for stage, name, compute in canaries(tf, np, draw):
            record.attempt(stage, name, compute)


def _products(tf, np, draw):
    def product(tag, rows, inner, columns):
        return lambda: tf.matmul(draw.uniform(tag + ".a", rows, inner), draw.uniform(tag + ".b", inner, columns))

    long = draw.uniform("matmul.long", 7, 4000)
    return (
        ("matmul", "512", product("matmul.512", 512, 512, 512)),
        ("matmul", "k4000", lambda: tf.matmul(long, long, transpose_b=True)),
        ("matmul", "k8", product("matmul.k8", 32, 8, 32)),
        ("matmul", "k1024", product("matmul.k1024", 16, 1024, 16)),
        ("matmul", "vector", product("matmul.vector", 1, 2048, 64)),
        ("matmul", "batched", lambda: tf.matmul(draw.uniform("batched.a", 8, 32, 48), draw.uniform("batched.b", 8, 48, 24))),
    )


def _convolutions(tf, np, draw):
    strides, ops = [1, 1, 1, 1], tf.raw_ops
    image, kernel = draw.uniform("conv.image", 8, 16, 16, 16), draw.uniform("conv.kernel", 3, 3, 16, 32)
    gradient, depthwise = draw.uniform("conv.gradient", 8, 16, 16, 32), draw.uniform("depthwise.kernel", 3, 3, 16, 1)
    photo, large = draw.uniform("conv.photo", 4, 28, 28, 3), draw.uniform("conv.large", 5, 5, 3, 8)
    return (
        ("convolution", "3x3", lambda: tf.nn.conv2d(image, kernel, 1, "SAME")),
        ("convolution", "5x5", lambda: tf.nn.conv2d(photo, large, 2, "SAME")),
        (
            "convolution",
            "3x3.backprop_input",
            lambda: ops.Conv2DBackpropInput(
                input_sizes=image.shape, filter=kernel, out_backprop=gradient, strides=strides, padding="SAME"
            ),
        ),
        (
            "convolution",
            "3x3.backprop_filter",
            lambda: ops.Conv2DBackpropFilter(
                input=image, filter_sizes=kernel.shape, out_backprop=gradient, strides=strides, padding="SAME"
            ),
        ),
        ("convolution", "depthwise", lambda: tf.nn.depthwise_conv2d(image, depthwise, strides, "SAME")),
        # Raises UnimplementedError on a GPU under op determinism before TensorFlow 2.10.
        (
            "convolution",
            "depthwise.backprop_filter",
            lambda: ops.DepthwiseConv2dNativeBackpropFilter(
                input=image, filter_sizes=depthwise.shape, out_backprop=image, strides=strides, padding="SAME"
            ),
        ),
    )


def _normalizations(tf, np, draw):
    image = draw.uniform("norm.image", 8, 14, 14, 24)
    scale, offset = draw.uniform("norm.scale", 24), draw.uniform("norm.offset", 24)
    logits = draw.uniform("norm.logits", 64, 100) * np.float32(8)

    def batch_norm(output):
        return lambda: tf.raw_ops.FusedBatchNormV3(x=image, scale=scale, offset=offset, mean=[], variance=[])[output]

    return (
        ("normalization", "batch_norm", batch_norm(0)),
        ("normalization", "batch_norm.variance", batch_norm(2)),
        ("normalization", "local_response", lambda: tf.nn.local_response_normalization(image)),
        ("normalization", "softmax", lambda: tf.nn.softmax(logits)),
        (
            "normalization",
            "cross_entropy",
            lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=draw.integers("norm.labels", 100, 64), logits=logits),
        ),
    )


def _functions(tf, np, draw):
    value = tf.constant(draw.uniform("function", 8192) * np.float32(6))
    positive = tf.abs(value) + 0.01
    double = tf.cast(value[:2000], tf.float64)
    of_value = ("exp", "tanh", "sigmoid", "sin", "atan"), value
    of_positive = ("log", "rsqrt", "reciprocal"), positive
    canaries = [
        ("function", name, lambda name=name, at=at: getattr(tf.math, name)(at))
        for names, at in (of_value, of_positive)
        for name in names
    ]
    return canaries + [("function", "pow", lambda: tf.pow(positive, 1.7)), ("function", "sin.float64", lambda: tf.sin(double))]


def _reductions(tf, np, draw):
    long = tf.constant(draw.uniform("reduction", 1 << 19))
    return (
        ("reduction", "sum.512k", lambda: tf.reduce_sum(long)),
        ("reduction", "bias_gradient", lambda: tf.raw_ops.BiasAddGrad(out_backprop=tf.reshape(long, [16384, 32]))),
    )


def _random_streams(tf, np, draw):
    canaries = [
        ("random", "stateless_normal", lambda: tf.random.stateless_normal([512], [1, 2])),
        ("random", "stateful_normal", lambda: tf.random.normal([512], seed=7)),
        ("random", "shuffle", lambda: tf.random.shuffle(tf.range(200), seed=3)),
    ]
    dropout = getattr(getattr(tf.nn, "experimental", None), "stateless_dropout", None)  # TensorFlow 2.8
    if dropout:
        canaries.append(("random", "stateless_dropout", lambda: dropout(tf.ones([1024]), 0.3, [3, 4])))
    return canaries


def _controls(tf, np, draw):
    square = tf.cast(draw.uniform("control.square", 64, 64), tf.float64)
    places, values = draw.integers("control.places", 50, 4000), draw.uniform("control.values", 4000, 8)
    return (
        ("control", "matmul.float64", lambda: tf.matmul(square, square)),
        ("control", "average_pool", lambda: tf.nn.avg_pool2d(draw.uniform("control.pool", 4, 14, 14, 8), 2, 2, "SAME")),
        ("control", "scatter_nd", lambda: tf.scatter_nd(places[:, None], values, [50, 8])),
        ("control", "segment_sum", lambda: tf.math.unsorted_segment_sum(values, places, 50)),
    )
