"""Canaries of training that the model does not do: in float64, and embeddings whose rows are named several times in a batch."""

STEPS = 3
ROWS = 50


def run(tf, np, draw, record):
    """Record both; where one raises that is recorded."""
    for stage, train in (("float64", _in_float64), ("embedding", _repeated_rows)):
        try:
            train(tf, np, draw, record)
        except Exception as error:  # what it raises is the record
            record.raised(stage, "stage", error)


def _in_float64(tf, np, draw, record):
    """Train two dense layers by gradients of the tape, with both optimizers: a constant that is off by 1e-10 shows here."""

    def tensor(tag, *shape):
        return draw.uniform("layer." + tag, *shape).astype(np.float64)

    images, wanted = tf.constant(tensor("images", 16, 24)), tf.constant(tensor("wanted", 16, 4))
    for optimizer, name in _optimizers(tf):
        weights = [
            tf.Variable(tensor(tag, *shape) * 0.25) for tag, shape in (("hidden", (24, 32)), ("bias", (32,)), ("out", (32, 4)))
        ]
        for step in range(STEPS):
            with tf.GradientTape() as tape:
                hidden = tf.nn.relu(tf.matmul(images, weights[0]) + weights[1])  # tanh of float64 is the C library's
                loss = tf.reduce_mean(tf.square(tf.matmul(hidden, weights[2]) - wanted))
            gradients = tape.gradient(loss, weights)
            if (step, name) == (0, "momentum"):
                record.tensor("float64", "loss", loss)
                record.tensor("float64", "gradient.hidden", gradients[0])
                record.tensor("float64", "gradient.out", gradients[2])
            optimizer.apply_gradients(zip(gradients, weights))
        for tag, weight in zip(("hidden", "bias", "out"), weights):
            record.tensor("float64", "%s.%s" % (name, tag), weight)


def _optimizers(tf):
    """Return both that the model is trained with, made anew, each with its name."""
    return (tf.keras.optimizers.SGD(0.05, momentum=0.9), "momentum"), (tf.keras.optimizers.Adam(1e-2), "adam")


def _repeated_rows(tf, np, draw, record):
    """Apply the gradient of rows that a batch names 40 times each: the sum over repetitions, and each optimizer's sparse path."""
    rows, scale = tf.constant(draw.integers("layer.rows", ROWS, 40 * ROWS)), draw.uniform("layer.scale", 40 * ROWS, 8)
    for optimizer, name in _optimizers(tf):
        table = tf.Variable(draw.uniform("layer.table", ROWS, 8))
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.gather(table, rows) * scale)
        gradient = tape.gradient(loss, table)
        if name == "momentum":
            record.tensor("embedding", "gradient", tf.convert_to_tensor(gradient))
        optimizer.apply_gradients([(gradient, table)])
        record.tensor("embedding", name, table)
