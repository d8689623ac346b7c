"""Canaries of training that the model does not do: in float64, and embeddings whose rows are named several times in a batch."""

STEPS = 3
ROWS = 50


def run(tf, np, draw, record):
    """Record both; where one raises that is recorded."""
    for stage, train in (("float64", _in_float64), ("embedding", _repeated_rows)):
        try:
            train(tf, np, draw, record)
        except Exception as error:
            record.raised(stage, "stage", error)


def _in_float64(tf, np, draw, record):
    """Train two dense layers by gradients of the tape and Adam."""

    def tensor(tag, *shape):
        return draw.uniform("layer." + tag, *shape).astype(np.float64)

    images, wanted = tf.constant(tensor("images", 16, 24)), tf.constant(tensor("wanted", 16, 4))
    weights = [
        tf.Variable(tensor("hidden", 24, 32) * 0.25),
        tf.Variable(tensor("bias", 32)),
        tf.Variable(tensor("out", 32, 4) * 0.25),
    ]
    adam = tf.keras.optimizers.Adam(1e-2)
    for step in range(STEPS):
        with tf.GradientTape() as tape:
            hidden = tf.tanh(tf.matmul(images, weights[0]) + weights[1])
            loss = tf.reduce_mean(tf.square(tf.matmul(hidden, weights[2]) - wanted))
        gradients = tape.gradient(loss, weights)
        record.tensor("float64", "loss", loss, step=step)
        if step == 0:
            for name, gradient in zip(("hidden", "bias", "out"), gradients):
                record.tensor("float64", "gradient." + name, gradient, step=step)
        adam.apply_gradients(zip(gradients, weights))
    for name, weight in zip(("hidden", "bias", "out"), weights):
        record.tensor("float64", "weights." + name, weight, step=STEPS - 1)


def _repeated_rows(tf, np, draw, record):
    """Apply the gradient of rows that a batch names 40 times each: the sum over repetitions, and each optimizer's sparse path."""
    rows, scale = tf.constant(draw.integers("layer.rows", ROWS, 40 * ROWS)), draw.uniform("layer.scale", 40 * ROWS, 8)
    for name, optimizer in (("momentum", tf.keras.optimizers.SGD(0.05, momentum=0.9)), ("adam", tf.keras.optimizers.Adam(1e-2))):
        table = tf.Variable(draw.uniform("layer.table", ROWS, 8))
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.gather(table, rows) * scale)
        gradient = tape.gradient(loss, table)
        if name == "momentum":
            record.tensor("embedding", "gradient", tf.convert_to_tensor(gradient))
        optimizer.apply_gradients([(gradient, table)])
        record.tensor("embedding", name, table)
