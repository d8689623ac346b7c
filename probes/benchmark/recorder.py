"""What a run leaves: for each tensor a digest, and enough exact values to tell a distance without shipping the tensor.

A record: `part`, `stage`, `step` (where there is one), `tensor`, `dtype`, `shape`, `digest` of dtype, shape and little-endian
bytes, `sample` (base64 of evenly spaced elements, exact bits), and for floats `scale` (the largest magnitude) and
`projection` (the sum under fixed random signs: it sees a difference between the sampled elements), both as hex floats.
An operation that raises leaves `error`, its exception's name, instead.
"""

import base64
import hashlib
import math
import struct
import time

from .counter import word_bytes

DIGEST_LENGTH = 32  # hexadecimal digits of a SHA-256
SAMPLE_SIZE = 12
TRAINING_SAMPLE_SIZE = 32  # forward, gradient and update decide a tolerance, so they are sampled more densely


class Recorder:
    """Collects the records in the order in which they were computed."""

    def __init__(self, describe):
        self._describe = describe  # (value, sample size) -> the members that depend on the kind of value
        self._started = time.perf_counter()
        self.part = ""
        self.sample_size = SAMPLE_SIZE
        self.records = []
        self.errors = {}  # what raised said; never compared, because the words change with versions
        self.seconds = {}  # part -> seconds since the recorder was made; never compared

    def begin(self, part, sample_size=SAMPLE_SIZE):
        """Start a part: every record that follows belongs to it."""
        self.part, self.sample_size = part, sample_size

    def end(self):
        """Note how long the run took up to the end of this part."""
        self.seconds[self.part] = "%.3f" % (time.perf_counter() - self._started)

    def tensor(self, stage, name, value, step=None):
        """Record one tensor."""
        self._append(stage, name, step, self._describe(value, self.sample_size))

    def attempt(self, stage, name, compute):
        """Record what `compute` returns, or that it raises: some operations do under determinism, and that is a fact."""
        try:
            value = compute()
        except Exception as error:  # what it raises is the record
            self.raised(stage, name, error)
        else:
            self.tensor(stage, name, value)

    def raised(self, stage, name, error, step=None):
        """Record that a computation raised."""
        self._append(stage, name, step, {"error": type(error).__name__})
        self.errors["%s/%s/%s" % (self.part, stage, name)] = str(error)[:300]

    def document(self):
        """Return everything that was recorded, for a process to hand over."""
        return {"records": self.records, "errors": self.errors, "seconds": self.seconds}

    def absorb(self, document):
        """Add what another recorder holds behind this one's."""
        self.records.extend(document["records"])
        self.errors.update(document["errors"])
        self.seconds.update(document["seconds"])

    def _append(self, stage, name, step, members):
        record = {"part": self.part, "stage": stage, "tensor": name}
        if step is not None:
            record["step"] = step
        record.update(members)
        self.records.append(record)


def describe_array(np):
    """Return the function that describes whatever numpy can make an array of."""
    signs = [np.empty(0, np.int8)]

    def describe(value, sample_size):
        array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
        if not array.flags.c_contiguous:
            array = np.ascontiguousarray(array)
        raw = array.tobytes()
        members = _members(str(array.dtype), array.shape, raw, array.itemsize, sample_size)
        if array.dtype.kind in "fV" and array.size:  # V: bfloat16 of older versions
            exact = array.astype(np.float64).ravel()
            while signs[0].size < exact.size:
                signs[0] = _signs(np, max(1 << 16, 2 * signs[0].size))
            members["scale"] = float(np.abs(exact).max()).hex()
            members["projection"] = float((exact * signs[0][: exact.size]).sum()).hex()
        return members

    return describe


def _signs(np, count):
    """Return `count` fixed random signs, +1 or -1."""
    bits = np.unpackbits(np.frombuffer(word_bytes("signs", count // 32), np.uint8))
    return bits.astype(np.int8) * np.int8(2) - np.int8(1)


def describe_floats(values, sample_size):
    """Describe a list of Python floats, where there is no numpy."""
    raw = struct.pack("<%dd" % len(values), *values)
    members = _members("float64", (len(values),), raw, 8, sample_size)
    members["scale"] = max(abs(value) for value in values).hex()
    bits = word_bytes("signs", len(values) // 32 + 1)
    signs = [1.0 if bits[k // 8] >> (7 - k % 8) & 1 else -1.0 for k in range(len(values))]
    members["projection"] = math.fsum(
        sign * value for sign, value in zip(signs, values)
    ).hex()  # exact: sum() is not, and changed in 3.12
    return members


def _members(dtype, shape, raw, item_bytes, sample_size):
    shape = [int(size) for size in shape]
    digest = hashlib.sha256(("%s %s " % (dtype, shape)).encode("ascii") + raw).hexdigest()[:DIGEST_LENGTH]
    return {"dtype": dtype, "shape": shape, "digest": digest, "sample": _sample(raw, item_bytes, sample_size)}


def _sample(raw, item_bytes, size):
    """Return evenly spaced elements as base64; element k of the sample is element `k * count // size` of the tensor."""
    count = len(raw) // item_bytes
    taken = min(count, size)
    starts = [k * count // taken * item_bytes for k in range(taken)]
    return base64.b64encode(b"".join(raw[start : start + item_bytes] for start in starts)).decode("ascii")
