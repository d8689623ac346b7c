"""What only a full run does: more operations, long training that shows how a difference grows, and Keras' own `fit`."""

from .recorder import TRAINING_SAMPLE_SIZE
from .training import BATCH, CLASSES, TIME_STEPS, TOKENS, seed_everything
from .training import STEPS as QUICK_STEPS

STEPS = 100
LOSS_EVERY = 4
WEIGHTS_AT = (15, 31, 63, 99)


def run(tf, np, draw, record, training, suffix):
    """Record everything that a quick run leaves out; `training` is the quick run, which goes on."""
    record.begin("full.operation" + suffix)
    for name, compute in _operations(tf, np, draw):
        record.attempt("operation", name, compute)
    record.end()
    for part, go in (("full.training", lambda: _go_on(training, record)), ("full.fit", lambda: _fit(tf, np, draw, record))):
        record.begin(part + suffix, TRAINING_SAMPLE_SIZE)
        try:
            go()
        except Exception as error:  # what it raises is the record
            record.raised("stage", part[len("full.") :], error)
        record.end()


def _go_on(training, record):
    """Train from where the quick run ended; the losses and, now and then, the weights show how a difference grows."""
    for step in range(QUICK_STEPS, STEPS):
        training.step(step, silent=step % LOSS_EVERY != LOSS_EVERY - 1)
        if step in WEIGHTS_AT:
            for name, weight in training.weights:
                record.tensor("weights", name, weight, step=step)


def _fit(tf, np, draw, record):
    """Train a text model by `compile` and `fit`: an LSTM layer, layer normalisation, Keras' own loop and shuffling."""
    keras = tf.keras
    seed_everything(tf, np)
    model = keras.Sequential(
        [
            keras.layers.Embedding(TOKENS, 16, name="embedding"),
            keras.layers.LSTM(16, name="lstm"),
            keras.layers.LayerNormalization(name="layer_norm"),
            keras.layers.Dense(CLASSES, name="logits"),
        ]
    )
    tokens = draw.integers("fit.tokens", TOKENS, 4 * BATCH, 4 * TIME_STEPS)
    labels = draw.integers("fit.labels", CLASSES, 4 * BATCH)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.build(tokens.shape)
    history = model.fit(tokens, labels, batch_size=BATCH, epochs=2, verbose=0)
    for epoch, loss in enumerate(history.history["loss"]):
        record.tensor("epoch", "loss", np.float64(loss), step=epoch)
    for weight in model.layers:
        for k, value in enumerate(weight.get_weights()):
            record.tensor("final", "%s.%d" % (weight.name, k), value)
    record.tensor("prediction", "logits", model(tokens[:BATCH]))


def _operations(tf, np, draw):
    """Operations that moved under fewer switches than the quick canaries, or never did: wider, slower, less telling each."""
    value = tf.constant(draw.uniform("full.function", 4096) * np.float32(3))
    positive = tf.abs(value) + 0.01
    square = tf.constant(draw.uniform("full.square", 96, 96))
    volume, kernel = draw.uniform("full.volume", 2, 8, 8, 8, 4), draw.uniform("full.volume_kernel", 3, 3, 3, 4, 8)
    photo = draw.uniform("full.photo", 1, 24, 24, 3)
    names = ("erf", "sinh", "cosh", "expm1", "softplus", "lgamma", "digamma", "log1p", "sqrt")
    at_positive = ("lgamma", "digamma", "log1p", "sqrt")
    elementwise = [(name, lambda name=name: getattr(tf.math, name)(positive if name in at_positive else value)) for name in names]
    activations = [(name, lambda name=name: getattr(tf.nn, name)(value)) for name in ("elu", "selu", "gelu", "swish")]
    return (
        elementwise
        + activations
        + [
            ("conv3d", lambda: tf.nn.conv3d(volume, kernel, [1] * 5, "SAME")),
            ("qr", lambda: tf.linalg.qr(square)[0]),
            ("svd", lambda: tf.linalg.svd(square, compute_uv=False)),
            ("cholesky", lambda: tf.linalg.cholesky(tf.matmul(square, square, transpose_b=True) + 96.0 * tf.eye(96))),
            ("inverse", lambda: tf.linalg.inv(square + 8.0 * tf.eye(96))),
            ("fft", lambda: tf.abs(tf.signal.fft(tf.cast(value[:1024], tf.complex64)))),
            ("einsum", lambda: tf.einsum("ij,jk->ki", square, square)),
            ("resize", lambda: tf.image.resize(photo, [37, 41])),
            ("cumsum", lambda: tf.cumsum(value)),
            ("moments", lambda: tf.nn.moments(square, [0])[1]),
            ("max_pool", lambda: tf.nn.max_pool2d(photo, 2, 2, "SAME")),
            ("matmul.float16", lambda: tf.matmul(tf.cast(square, tf.float16), tf.cast(square, tf.float16))),
            ("orthogonal", lambda: tf.keras.initializers.Orthogonal(seed=5)([64, 256])),
            ("truncated_normal", lambda: tf.random.stateless_truncated_normal([512], [1, 2])),
            ("matmul.1024", lambda: tf.matmul(draw.uniform("full.large", 1024, 1024), draw.uniform("full.large2", 1024, 1024))),
        ]
    )
