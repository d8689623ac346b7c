"""Training: a small Keras model from injected weights, watched layer by layer at step 0 and by loss and weights after it.

Each stage starts from the same injected numbers, so a difference in how weights are initialised cannot hide one in how
they are used. One traced function: tracing costs about 0.3 s, an eager operation about 2 ms.
"""

from .recorder import TRAINING_SAMPLE_SIZE

SEED = 1234
BATCH = 16
SIDE = 14  # other than every number of channels, so that another layout of the data is another shape
CLASSES = 10
TOKENS = 64
TIME_STEPS = 4
WEIGHTS_AT = (1, 3, 7)  # after which steps the weights are recorded; the last ends a quick run
STEPS = 8


class TrainingRun:
    """The model, its data and its optimizers on one device."""

    def __init__(self, tf, np, draw, record):
        self.tf, self.np, self.draw, self.record = tf, np, draw, record

    def run(self, part):
        """Record every stage in order; the first that raises ends the run and is recorded as raising."""
        self.record.begin(part, TRAINING_SAMPLE_SIZE)
        for stage, run in (
            ("data", self._data),
            ("init", self._build),
            ("inject", self._inject),
            ("forward", self._forward),
            ("loss", self._first_step),
            ("step", self._later_steps),
            ("final", self._evaluate),
        ):
            try:
                run()
            except Exception as error:  # what it raises is the record
                self.record.raised(stage, "stage", error)
                break
        self.record.end()

    def _data(self):
        tf, draw = self.tf, self.draw
        self.images = [tf.constant(draw.uniform("images.%d" % k, BATCH, SIDE, SIDE, 3)) for k in range(2)]
        self.labels = [tf.constant(draw.integers("labels.%d" % k, CLASSES, BATCH)) for k in range(2)]
        self.tokens = [tf.constant(draw.integers("tokens.%d" % k, TOKENS, BATCH, TIME_STEPS)) for k in range(2)]
        for k in range(2):
            for name, batch in (("images", self.images), ("labels", self.labels), ("tokens", self.tokens)):
                self.record.tensor("data", "%s.%d" % (name, k), batch[k])
        self.shape = (None, SIDE, SIDE, 3)
        if tf.keras.backend.image_data_format() == "channels_first":  # keras.json decides, and the model follows it
            self.images = [tf.transpose(batch, [0, 3, 1, 2]) for batch in self.images]
            self.shape = (None, 3, SIDE, SIDE)

    def _build(self):
        """Let the framework initialise the weights from its seed, and record them."""
        keras = self.tf.keras
        layers = keras.layers
        seed_everything(self.tf, self.np)
        self.network = keras.Sequential(
            [
                layers.Conv2D(16, 3, padding="same", use_bias=False, name="conv1"),
                layers.BatchNormalization(name="norm"),
                layers.Activation("relu", name="relu"),
                layers.AveragePooling2D(2, name="pool"),
                layers.Conv2D(24, 3, strides=2, activation="relu", name="conv2"),
                layers.Flatten(name="flatten"),
                layers.Dense(48, activation="tanh", name="dense"),
                layers.Dropout(0.25, name="dropout"),
                layers.Dense(CLASSES, name="logits", dtype="float32"),
            ]
        )
        self.network.build(self.shape)
        self.embedding, self.cell = layers.Embedding(TOKENS, 16, name="embedding"), layers.LSTMCell(16, name="cell")
        self.weights = []
        for layer in list(self.network.layers):
            self._record_initial(layer)
        self.embedding.build((None, TIME_STEPS))
        self.cell.build((None, 16))
        for layer in (self.embedding, self.cell):
            self._record_initial(layer)
        self.network_weights = list(self.network.trainable_variables)
        self.recurrent_weights = list(self.embedding.trainable_variables) + list(self.cell.trainable_variables)

    def _record_initial(self, layer):
        for weight in layer.weights:
            name = "%s.%s" % (layer.name, weight.name.split("/")[-1].split(":")[0])
            self.weights.append((name, weight))
            self.record.tensor("init", name, weight)

    def _inject(self):
        """Overwrite every weight with numbers that no framework drew, scaled by a power of two to a trainable size."""
        for name, weight in self.weights:
            shape = tuple(weight.shape)
            if name in ("norm.moving_mean", "norm.moving_variance"):
                value = self.np.full(shape, float(name == "norm.moving_variance"), "float32")
            else:
                value = self.draw.uniform("weight." + name, *shape) * self.np.float32(_power_of_two_scale(shape))
            weight.assign(self.np.asarray(value + (name == "norm.gamma"), "float32"))

    def _forward(self):
        """Record each layer's output on the first batch, and one dropout as in training."""
        tf, value = self.tf, self.images[0]
        moving = [(weight, weight.numpy()) for name, weight in self.weights if ".moving_" in name]
        for layer in self.network.layers:
            value = layer(value, training=True) if layer.name == "norm" else layer(value)
            self.record.tensor("forward", layer.name, value)
        for weight, before in moving:
            weight.assign(before)
        embedded = self.embedding(self.tokens[0])
        self.record.tensor("forward", "embedding", embedded)
        self.record.tensor("forward", "cell", self.cell(embedded[:, 0], self._no_state())[0])
        dropout = self.network.get_layer("dropout")
        self.record.tensor("dropout", "dropout", dropout(tf.ones([8, 48]), training=True))

    def _no_state(self):
        return [self.tf.zeros([BATCH, 16], self.tf.keras.backend.floatx())] * 2

    def _first_step(self):
        keras = self.tf.keras
        self.loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.adam = keras.optimizers.Adam(1e-3)
        self.momentum = keras.optimizers.SGD(0.05, momentum=0.9)
        self.gradients = self.tf.function(self._gradients, autograph=False)  # AutoGraph finds no source in memory
        gradients = self.step(0)
        names = [
            name for wanted in self.network_weights + self.recurrent_weights for name, weight in self.weights if weight is wanted
        ]
        for name, gradient in reversed(list(zip(names, gradients))):  # in the order in which they are computed
            self.record.tensor("gradient", name, gradient, step=0)
        for name, weight in self.weights:
            self.record.tensor("update", name, weight, step=0)

    def _gradients(self, images, labels, tokens):
        """Return both losses and the gradients of their sum."""
        tf = self.tf
        with tf.GradientTape() as tape:
            class_loss = self.loss(labels, self.network(images, training=True))
            embedded, state = self.embedding(tokens), self._no_state()
            for k in range(TIME_STEPS):
                output, state = self.cell(embedded[:, k], state)
            cell_loss = tf.reduce_mean(tf.square(output - 0.5))
            total = tf.cast(class_loss, cell_loss.dtype) + cell_loss
        gradients = tape.gradient(total, self.network_weights + self.recurrent_weights)
        return class_loss, cell_loss, [tf.convert_to_tensor(gradient) for gradient in gradients]

    def step(self, step, silent=False):
        """Train on one batch; record the losses unless `silent`, and return the gradients."""
        batch = step % 2
        class_loss, cell_loss, gradients = self.gradients(self.images[batch], self.labels[batch], self.tokens[batch])
        if not silent:
            self.record.tensor("loss", "classes", class_loss, step=step)
            self.record.tensor("loss", "cell", cell_loss, step=step)
        split = len(self.network_weights)
        self.adam.apply_gradients(zip(gradients[:split], self.network_weights))
        self.momentum.apply_gradients(zip(gradients[split:], self.recurrent_weights))
        return gradients

    def _later_steps(self):
        for step in range(1, STEPS):
            self.step(step)
            if step in WEIGHTS_AT:
                for name, weight in self.weights:
                    self.record.tensor("weights", name, weight, step=step)

    def _evaluate(self):
        tf = self.tf
        prediction = self.network(self.images[1], training=False)
        self.record.tensor("prediction", "logits", prediction)
        accuracy = tf.keras.metrics.sparse_categorical_accuracy(self.labels[1], prediction)
        self.record.tensor("metric", "accuracy", tf.reduce_mean(accuracy))


def seed_everything(tf, np):
    """Seed Python, numpy and TensorFlow; `set_random_seed` is in TensorFlow 2.7 and later."""
    if hasattr(tf.keras.utils, "set_random_seed"):
        tf.keras.utils.set_random_seed(SEED)
        return
    import random

    random.seed(SEED)
    np.random.seed(SEED)
    tf.random.set_seed(SEED)


def _power_of_two_scale(shape):
    """Return the power of two next to one over the root of the fan-in; an eighth for a vector."""
    fan_in = 1
    for size in shape[:-1]:
        fan_in *= size
    exponent = 0 if len(shape) > 1 else 3
    while 4 ** (exponent + 1) <= fan_in * 2:
        exponent += 1
    return 2.0**-exponent
