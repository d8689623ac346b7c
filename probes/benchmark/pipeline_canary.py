"""Canaries of what comes before a model: the order in which data is shuffled, images, ties in an order, hashes of words."""

WORDS = 64


def run(tf, np, draw, record):
    """Record every canary on the device that is current."""
    for canaries in (_datasets, _images, _orders, _hashes):
        for stage, name, compute in canaries(tf, np, draw):
            record.attempt(stage, name, compute)


def _datasets(tf, np, draw):
    def shuffled():
        return next(iter(tf.data.Dataset.range(WORDS).shuffle(16, seed=5).batch(WORDS)))

    def drawn():
        return next(iter(tf.data.Dataset.random(seed=5).take(32).batch(32)))

    canaries = [("shuffle", "dataset", shuffled)]
    if hasattr(tf.data.Dataset, "random"):  # TensorFlow 2.6
        canaries.append(("shuffle", "random", drawn))
    return canaries


def _images(tf, np, draw):
    noise = tf.constant(draw.integers("pipeline.noise", 256, 40, 48, 3).astype(np.uint8))
    photo = draw.uniform("pipeline.photo", 1, 24, 24, 3)
    ramp = np.add.outer(np.arange(40), 2 * np.arange(48))[:, :, None] + np.arange(0, 90, 30)
    smooth = tf.constant(ramp.astype(np.uint8))
    jpeg, png = tf.io.encode_jpeg(smooth, quality=90), tf.io.encode_png(noise)
    return (
        ("image", "encode_jpeg", lambda: tf.io.decode_raw(jpeg, tf.uint8)),
        ("image", "decode_jpeg", lambda: tf.io.decode_jpeg(jpeg)),
        ("image", "decode_png", lambda: tf.io.decode_png(png)),
        ("image", "resize.bilinear", lambda: tf.image.resize(photo, [37, 41])),
        ("image", "resize.bicubic", lambda: tf.image.resize(photo, [37, 41], "bicubic")),
        ("image", "resize.antialias", lambda: tf.image.resize(photo, [11, 13], antialias=True)),
        ("image", "adjust_hue", lambda: tf.image.adjust_hue(photo * 0.5 + 0.5, 0.1)),
    )


def _orders(tf, np, draw):
    ties, values = draw.integers("pipeline.ties", 20, 400), draw.uniform("pipeline.values", 512)
    return (
        ("order", "sort", lambda: tf.sort(values)),
        ("order", "argsort.stable", lambda: tf.argsort(ties, stable=True)),
        ("order", "unique", lambda: tf.unique(ties)[1]),
        ("ties", "top_k", lambda: tf.math.top_k(ties, 50)[1]),
        ("ties", "numpy.argsort", lambda: np.argsort(ties)),
        ("ties", "numpy.argpartition", lambda: np.argpartition(ties, 50)[:50]),
    )


def _hashes(tf, np, draw):
    words = tf.constant(["word-%d" % k for k in range(WORDS)])
    return (
        ("hash", "fast", lambda: tf.strings.to_hash_bucket_fast(words, 1 << 30)),
        ("hash", "strong", lambda: tf.strings.to_hash_bucket_strong(words, 1 << 30, [1, 2])),
    )
