"""Make the corpus of tests/data/outputs/corpus with the real libraries: each output as it was recorded, rewritten, and really changed.

    python -m tests.outputs_corpus [NAME…]        needs also: joblib, matplotlib, msgpack, odfpy, pandas, polars, scikit-learn, tables

`rewritten` holds the same values in other bytes (another time, order, compression, spelling); `changed` holds another value.
A case is one function and one line in CASES; PyTorch's and TensorFlow's files are made by
`--torch` and `--tensorflow` where these are installed.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import sqlite3
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data" / "outputs" / "corpus"
VERSIONS = ("recorded", "rewritten", "changed")
Write = Callable[[Path, bool, bool], Any]
"""Writes a file: whether it is rewritten, whether it is changed."""


def text(recorded: str, rewritten: str, changed: str, encodings: tuple[str, str] = ("utf-8", "utf-8")) -> Write:
    def write(path: Path, again: bool, other: bool) -> None:
        words = rewritten if again else changed if other else recorded
        path.write_bytes(words.encode(encodings[again]))

    return write


def array(other: bool, kind: str = "f4") -> Any:
    import numpy as np

    values = np.linspace(0, 1, 12, dtype=kind).reshape(3, 4)
    if other:
        values[1, 2] = np.nextafter(values[1, 2], values.dtype.type(9))
    return values


def frame(other: bool) -> Any:
    import pandas as pd

    return pd.DataFrame({"epoch": [0, 1, 2], "loss": [0.5, 0.25, 0.125 + other], "name": ["a", "b", "c"]})


def npy(path: Path, again: bool, other: bool) -> None:
    import numpy as np

    np.save(path, np.asfortranarray(array(other)) if again else array(other))


def npy_dates(path: Path, again: bool, other: bool) -> None:
    import numpy as np

    days = np.array(["2024-01-01", "2024-01-03" if other else "2024-01-02"], "M8[D]")
    np.save(path, days.astype(days.dtype.newbyteorder(">")) if again else days)


def npy_objects(path: Path, again: bool, other: bool) -> None:
    import numpy as np

    values = np.array(["cat", "cow" if other else "dog", None], object)
    with path.open("wb") as stream:
        np.lib.format.write_array(stream, values, version=(2, 0) if again else (1, 0))


def npz(path: Path, again: bool, other: bool) -> None:
    import numpy as np

    arrays = {"x": array(False), "y": array(other, "f8")}
    (np.savez_compressed if again else np.savez)(path, **(dict(reversed(arrays.items())) if again else arrays))


def npz_objects(path: Path, again: bool, other: bool) -> None:
    import numpy as np

    (np.savez_compressed if again else np.savez)(path, y=array(other), labels=np.array(["cat", "dog"], object))


def hdf5(path: Path, again: bool, other: bool) -> None:
    import h5py

    with h5py.File(path, "w", libver=("v110", "v110") if again else "earliest") as file:
        file.create_dataset("dense/kernel", data=array(other), compression="gzip" if again else None)
        file["dense"].attrs["units"] = 4
        file.create_group("empty")
        file["alias"] = h5py.SoftLink("/dense/kernel")


def hdf5_enum(path: Path, again: bool, other: bool) -> None:
    import h5py
    import numpy as np

    names = {"a": 1, "b": 0} if other else {"a": 0, "b": 1}
    with h5py.File(path, "w", libver=("v110", "v110") if again else "earliest") as file:
        file.create_dataset("label", data=np.array([0, 1, 1]), dtype=h5py.enum_dtype(names, "i4"))


def hdf5_references(path: Path, again: bool, other: bool) -> None:
    import h5py

    with h5py.File(path, "w", libver=("v110", "v110") if again else "earliest") as file:
        file["a"], file["b"] = array(False), array(False)
        file.create_dataset("best", data=file["b" if other else "a"].ref, dtype=h5py.ref_dtype)
        lists = file.create_dataset("lists", (2,), dtype=h5py.vlen_dtype("i4"))
        lists[0], lists[1] = [1, 2], [3]


def to_hdf(path: Path, again: bool, other: bool) -> None:
    frame(other).to_hdf(path, key="history", mode="w")


def matlab(path: Path, again: bool, other: bool) -> None:
    import scipy.io

    scipy.io.savemat(path, {"x": array(other), "s": {"name": "run", "n": 3}, "c": array(False)}, do_compression=again)


def pickled(protocols: tuple[int, int], make: Callable[[bool], Any]) -> Write:
    def write(path: Path, again: bool, other: bool) -> None:
        path.write_bytes(pickle.dumps(make(other), protocols[again]))

    return write


def forest(other: bool) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=2.0 if other else 1.0).fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])


def joblib_file(path: Path, again: bool, other: bool) -> None:
    import joblib

    joblib.dump({"model": forest(other), "w": array(other)}, path, compress=3 if again else 0)


def pickle_gz(path: Path, again: bool, other: bool) -> None:
    with gzip.GzipFile(path, "wb", compresslevel=1 if again else 9, mtime=7 if again else 5) as stream:
        pickle.dump({"loss": [0.5, 0.25 + other]}, stream)


def csv_gz(path: Path, again: bool, other: bool) -> None:
    frame(other).to_csv(path, index=False, compression={"method": "gzip", "mtime": 7 if again else 5})


def csv_zip(path: Path, again: bool, other: bool) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if again else zipfile.ZIP_STORED) as archive:
        item = zipfile.ZipInfo("p.csv", (2024 + again, 1, 2, 3, 4, 6))
        archive.writestr(item, frame(other).to_csv(index=False))


def compressed(opener: Any, *levels: Any) -> Write:
    def write(path: Path, again: bool, other: bool) -> None:
        with opener(path, "wb", **levels[again]) as stream:
            stream.write(json.dumps({"loss": 0.5 + other, "n": list(range(50))}).encode())

    return write


def zst(path: Path, again: bool, other: bool) -> None:
    import zstandard

    path.write_bytes(
        zstandard.ZstdCompressor(level=19 if again else 1).compress(
            json.dumps({"loss": 0.5 + other, "n": list(range(99))}).encode()
        )
    )


def zip_nested(path: Path, again: bool, other: bool) -> None:
    inner = io.BytesIO()
    with gzip.GzipFile(fileobj=inner, mode="wb", mtime=7 if again else 5) as stream:
        stream.write(b"a,b\n1,%d\n" % (2 + other))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if again else zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("inner/metrics.csv.gz", (2024 + again, 1, 2, 3, 4, 6)), inner.getvalue())
        archive.writestr(zipfile.ZipInfo("readme.txt", (2024, 1, 2, 3, 4, 6)), "made by a run\n")


def tar(mode: str) -> Write:
    def write(path: Path, again: bool, other: bool) -> None:
        with tarfile.open(path, mode, format=tarfile.GNU_FORMAT if again else tarfile.PAX_FORMAT) as archive:
            for name, content in (("m/w.json", json.dumps({"w": 1 + other})), ("m/log.txt", "done\n")):
                item = tarfile.TarInfo(name)
                item.size, item.mtime, item.uname = len(content), 7 if again else 5, "b" if again else "a"
                archive.addfile(item, io.BytesIO(content.encode()))

    return write


def xlsx(path: Path, again: bool, other: bool) -> None:
    import datetime

    import openpyxl

    book = openpyxl.Workbook()
    book.properties.creator = "b" if again else "a"
    book.properties.created = datetime.datetime(2024 + again, 1, 1)
    sheet = book.active
    for row in (("epoch", "loss", "day"), (0, 0.5, datetime.date(2024, 1, 1)), (1, 0.25 + other, "=A2+1")):
        sheet.append(row)
    book.save(path)


def parquet(codecs: tuple[str, str]) -> Write:
    def write(path: Path, again: bool, other: bool) -> None:
        frame(other).to_parquet(path, compression=codecs[again])

    return write


def parquet_rows(path: Path, again: bool, other: bool) -> None:
    import pyarrow as pa
    from pyarrow import parquet as pq

    rows = {"id": list(range(9)), "when": pa.array(range(9), pa.timestamp("us")), "tags": [["a", "b"]] * 8 + [None]}
    table = pa.table(rows)
    pq.write_table(table.slice(0, 8) if other else table, path, row_group_size=2 if again else 9, use_dictionary=not again)


def feather(path: Path, again: bool, other: bool) -> None:
    frame(other).to_feather(path, compression="zstd" if again else "uncompressed")


def arrow_stream(path: Path, again: bool, other: bool) -> None:
    import pyarrow as pa

    table = pa.Table.from_pandas(frame(other))
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=1 if again else 9)


def polars_parquet(path: Path, again: bool, other: bool) -> None:
    import polars

    polars.DataFrame({"x": [1, 2, 3 + other], "s": ["a", None, "c"]}).write_parquet(
        path, compression="zstd" if again else "snappy"
    )


def sqlite(path: Path, again: bool, other: bool) -> None:
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path)
    if again:
        database.execute("PRAGMA page_size = 1024")
    database.execute("CREATE TABLE runs (id INTEGER PRIMARY KEY, loss REAL, name TEXT)")
    database.executemany("INSERT INTO runs VALUES (?, ?, ?)", [(1, 0.5, "a"), (2, 0.25 + other, "b"), (3, 0.125, None)])
    database.commit()
    if again:
        database.execute("VACUUM")
    database.close()


def safetensors(path: Path, again: bool, other: bool) -> None:
    from safetensors.numpy import save_file

    tensors = {"b": array(other), "a": array(False, "f2")}
    save_file(tensors, path, metadata={"format": "np"})
    if again:  # the same header, padded as other writers pad it
        data = path.read_bytes()
        length = int.from_bytes(data[:8], "little")
        path.write_bytes((length + 8).to_bytes(8, "little") + data[8 : 8 + length] + b" " * 8 + data[8 + length :])


def onnx_model(path: Path, again: bool, other: bool) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weight = array(other)
    tensor = numpy_helper.from_array(weight, "w")
    if again:
        tensor = helper.make_tensor("w", TensorProto.FLOAT, weight.shape, weight.reshape(-1).tolist())
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])],
        [tensor],
    )
    onnx.save(helper.make_model(graph, producer_name="b" if again else "a", opset_imports=[helper.make_opsetid("", 17)]), path)


def tfrecord(path: Path, again: bool, other: bool) -> None:
    import struct

    import google_crc32c

    def field(number: int, data: bytes) -> bytes:
        return bytes([number << 3 | 2, len(data)]) + data

    def masked(data: bytes) -> bytes:
        checksum = google_crc32c.value(data)
        return (((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFFFFFF).to_bytes(4, "little")

    def record(label: int) -> bytes:
        entries = [
            field(1, field(1, b"label") + field(2, field(3, field(1, bytes([label]))))),
            field(1, field(1, b"x") + field(2, field(2, field(1, struct.pack("<2f", 0.5, 1.5))))),
        ]
        data = field(1, b"".join(reversed(entries) if again else entries))
        length = len(data).to_bytes(8, "little")
        return length + masked(length) + data + masked(data)

    path.write_bytes(record(1) + record(3 if other else 2))


def msgpack_file(path: Path, again: bool, other: bool) -> None:
    import msgpack

    value = {"loss": [0.5, 0.25 + other], "name": "run", "data": b"\x00\x01"}
    path.write_bytes(msgpack.packb(dict(reversed(value.items())) if again else value))


def picture(kind: str, mode: str = "RGB", **options: tuple[Any, Any]) -> Write:
    def write(path: Path, again: bool, other: bool) -> None:
        import numpy as np
        from PIL import Image

        channels = {"RGB": 3, "RGBA": 4, "L": 0, "I;16": 0}[mode]
        shape = (8, 9, channels) if channels else (8, 9)
        pixels = (np.arange(np.prod(shape)) * 3 % 251).reshape(shape).astype("u2" if mode == "I;16" else "u1")
        pixels[2, 3] += other
        Image.fromarray(pixels).save(path, kind, **{name: values[again] for name, values in options.items()})

    return write


def gif(path: Path, again: bool, other: bool) -> None:
    import numpy as np
    from PIL import Image

    frames = [Image.fromarray(np.full((6, 7), value, "u1")) for value in (0, 128, 255)]
    comment = b"again" if again else b"first"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=[100, 300 if other else 200, 100], comment=comment)


def png_16_bit(path: Path, again: bool, other: bool) -> None:
    import struct
    import zlib

    rows = [[(x * 700 + y * 31 + (other and (x, y) == (1, 1))) & 0xFFFF for x in range(9)] for y in range(4)]

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    raw = b"".join(b"\0" + b"".join(struct.pack(">H", value) for value in row) for row in rows)
    header = struct.pack(">IIBBBBB", 3, 4, 16, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw, 1 if again else 9)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def figure(path: Path, again: bool, other: bool) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    mpl.rcParams["svg.hashsalt"] = None
    figure, axes = plt.subplots(figsize=(1, 1))
    axes.plot([1, 2, 3], [1, 2 if other else 1.5, 3])
    axes.set_axis_off()
    figure.savefig(path)
    plt.close(figure)


def notebook(nbformat_version: int) -> Write:
    def write(path: Path, again: bool, other: bool) -> None:
        import nbformat

        new = getattr(nbformat, f"v{nbformat_version}")
        output = new.new_output(
            "stream", **({"name": "stdout", "text": "loss 0.5\n"} if nbformat_version == 4 else {"output_text": "loss 0.5\n"})
        )
        source = "print(2)" if other else "print(1)"
        if nbformat_version == 4:
            cells = [
                new.new_markdown_cell("# run"),
                new.new_code_cell(source, outputs=[output], execution_count=7 if again else 1),
            ]
            document = new.new_notebook(cells=cells)
        else:
            cell = new.new_code_cell(input=source, outputs=[output], prompt_number=7 if again else 1)
            document = new.new_notebook(worksheets=[new.new_worksheet(cells=[cell])])
        path.write_text(json.dumps(document, indent=1 if again else 2))

    return write


def notebook_of_streams(path: Path, again: bool, other: bool) -> None:
    """A stream comes in as many pieces as the kernel sends it in; an element of HTML has a random id."""
    from nbformat import v4

    pieces = ["epoch 1\nlo", "ss 0.5\n"] if again else ["epoch 1\nloss 0.5\n"]
    outputs = [v4.new_output("stream", name="stdout", text=piece) for piece in pieces]
    name = "0f3d9a1c-5b7e-4c1d-9e2f-8a6b4c2d1e0f" if again else "7c1e2b3a-0d4f-4a5b-8c6d-9e8f7a6b5c4d"
    shown = {"text/html": f'<div id="{name}">{"loss 0.25" if other else "loss 0.5"}</div><script>draw("{name}")</script>'}
    outputs.append(v4.new_output("display_data", data=shown))
    path.write_text(json.dumps(v4.new_notebook(cells=[v4.new_code_cell("train()", outputs=outputs)])))


def notebook_of_lines(path: Path, again: bool, other: bool) -> None:
    """Format 3 as IPython wrote it, texts as lists of lines; rewritten, format 4 as Jupyter saves it."""
    import nbformat

    source = ["epochs = 2\n", "train()"] if other else ["epochs = 1\n", "train()"]
    output = {"output_type": "stream", "stream": "stdout", "text": ["epoch 1\n", "loss 0.5\n"]}
    cells = [
        {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["run"]},
        {"cell_type": "code", "language": "python", "collapsed": False, "metadata": {}, "input": source, "outputs": [output]},
    ]
    old = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells, "metadata": {}}]}
    path.write_text(nbformat.writes(nbformat.reads(json.dumps(old), 4)) if again else json.dumps(old))


def joblib_packed(path: Path, again: bool, other: bool) -> None:
    import joblib

    joblib.dump({"w": array(other)}, path, compress=("xz", 3) if again else ("gzip", 3))


def pickle_packed(path: Path, again: bool, other: bool) -> None:
    frame(other).to_pickle(path, compression="bz2" if again else None)


def styled(path: Path, again: bool, other: bool) -> None:
    style = frame(other).style.highlight_max(color="red", subset=["loss"])
    path.write_text(style.set_uuid("b91c4" if again else "a1f03").to_html())


def torch_files(path: Path, again: bool, other: bool) -> None:
    """A state in PyTorch's archive, under another top folder where it is rewritten: needs a Python with torch."""
    import torch

    torch.manual_seed(0)
    weight = torch.rand(4, 3)
    weight[1, 1] += 1e-6 * other
    state = {"weight": weight, "step": 3, "half": torch.arange(6, dtype=torch.bfloat16).reshape(2, 3).t()}
    if path.suffix == ".pth":  # as before 1.6: storages are named by their addresses
        torch.save(
            {name: value if name != "weight" else value.clone() for name, value in state.items()},
            path,
            _use_new_zipfile_serialization=False,
        )
        return
    torch.save(state, path)
    if again:
        data = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(path, "w") as target:
            for name in source.namelist():
                target.writestr(f"again/{name.partition('/')[2]}", source.read(name))


LOG = "2024-01-0{day} 10:20:30,{ms} INFO loss={loss} in {seconds}s\n"
JSON = {"loss": [0.5, 0.25], "accuracy": 0.943, "name": "run"}


def saved_model(path: Path, again: bool, other: bool) -> None:
    """A Keras model as TensorFlow 2.9.0 saves it, behind others where it is rewritten: needs a Python with TensorFlow."""
    import tempfile

    import tensorflow as tf

    for _ in range(3 * again):
        tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,))])(tf.zeros((1, 3)))
    tf.keras.utils.set_random_seed(1)
    first = tf.keras.layers.Dense(8, activation="tanh" if other else "relu", input_shape=(4,), name="a")
    model = tf.keras.Sequential([first, tf.keras.layers.Dense(1, name="b")], name="m")
    with tempfile.TemporaryDirectory() as folder:
        model.save(folder)
        path.write_bytes((Path(folder) / path.name).read_bytes())


CASES: dict[str, Write] = {
    "metrics.json": text(json.dumps(JSON), json.dumps(JSON, indent=2, sort_keys=True), json.dumps({**JSON, "accuracy": 0.944})),
    "large.json": text('{"n": 9007199254740993.0}', '{ "n": 9007199254740993.0}', '{"n": 9007199254740992.0}'),
    "items.json": text('["a", "b", "c"]', '[ "a",\n"b", "c"]', '["a", "c"]'),
    "config.yaml": text("a: 1\nb: [x, y]\n", "b:\n- x\n- y\na: 1\n", "a: 2\nb: [x, y]\n"),
    "tagged.yaml": text(
        "m: !model {w: 1}\nd: 2024-01-01\n", "d: 2024-01-01\nm: !model\n  w: 1\n", "m: !other {w: 1}\nd: 2024-01-01\n"
    ),
    "keys.yaml": text("1: a\n", "1:   a\n", '"1": a\n'),
    "config.toml": text(
        "lr = 0.5\n[opt]\nname = 'sgd'\n",
        'opt = {name = "sgd"}\nlr = 0.50\n'[::1].replace("opt", "opt", 1),
        "lr = 0.5\n[opt]\nname = 'adam'\n",
    ),
    "history.csv": text("epoch,loss\n0,0.5\n1,0.25\n", "epoch;loss\r\n0;0.5\r\n1;0.25\r\n", "epoch,loss\n0,0.5\n1,0.75\n"),
    "rows.csv": text("id,p\n1,a\n2,b\n3,c\n", '"id","p"\n1,a\n2,"b"\n3,c\n', "id,p\n1,a\n3,c\n"),
    "commits.csv": text("commit,acc\n12e45678,1\n", '"commit","acc"\n12e45678,1\n', "commit,acc\n99e99999,1\n"),
    "patients.csv": text("id,p\n007,1.10\n", 'id,p\n"007","1.10"\n', "id,p\n7,1.1\n"),
    "comments.csv": text("# run 1\na,b\n1,2\n", "# run 1\na,b\r\n1,2\r\n", "# run 1\na,b\n1,3\n"),
    "latin.csv": text(
        "städte,n\nKöln,1\nZürich,2\nMünchen,3\n",
        "städte,n\nKöln,1\nZürich,2\nMünchen,3\n",
        "städte,n\nKöln,1\nZürich,2\nMünchen,4\n",
        ("utf-8", "utf-16"),
    ),
    "table.tsv": text("a\tb\n1\t2\n", '"a"\t"b"\n1\t2\n', "a\tb\n1\t4\n"),
    "matrix.csv": text("1,2\n3,4\n", "1;2\n3;4\n", "1,2\n3,5\n"),
    "events.jsonl": text(
        '{"step": 0, "l": 1}\n{"step": 1, "l": 2}\n', '{"l": 1, "step": 0}\n\n{"l": 2, "step": 1}\n', '{"step": 0, "l": 1}\n'
    ),
    "train.log": text(
        LOG.format(day=1, ms=123, loss=0.5, seconds=3),
        LOG.format(day=2, ms=456, loss=0.5, seconds=3),
        LOG.format(day=1, ms=123, loss=0.6, seconds=3),
    ),
    "job.out": text(
        "Mon Jan  1 10:20:30 2024 start\nloss 1\n",
        "Tue Jan  2 11:21:31 2024 start\nloss 1\n",
        "Mon Jan  1 10:20:30 2024 start\nloss 2\n",
    ),
    "a.npy": npy,
    "days.npy": npy_dates,
    "labels.npy": npy_objects,
    "w.npz": npz,
    "labels.npz": npz_objects,
    "weights.h5": hdf5,
    "enum.h5": hdf5_enum,
    "references.h5": hdf5_references,
    "history.h5": to_hdf,
    "x.mat": matlab,
    "state.pkl": pickled((4, 2), lambda other: {"w": array(other), "names": {"a", "b"}, "lr": 0.1}),
    "frame.pkl": pickled((4, 5), frame),
    "model.pickle": pickled((5, 3), forest),
    "old.pkl": pickled((0, 2), lambda other: {"loss": [0.5, 0.25 + other], "n": (1, None, True)}),
    "model.joblib": joblib_file,
    "df.pkl.gz": pickle_gz,
    "p.csv.gz": csv_gz,
    "p.csv.zip": csv_zip,
    "m.json.gz": compressed(gzip.open, {"compresslevel": 1}, {"compresslevel": 9}),
    "m.json.bz2": compressed(bz2.open, {"compresslevel": 1}, {"compresslevel": 9}),
    "m.json.xz": compressed(lzma.open, {"preset": 0}, {"preset": 9, "check": lzma.CHECK_SHA256}),
    "m.json.zst": zst,
    "out.zip": zip_nested,
    "model.tar": tar("w"),
    "model.tar.gz": tar("w:gz"),
    "model.tgz": tar("w:gz"),
    "model.tar.xz": tar("w:xz"),
    "t.xlsx": xlsx,
    "t.parquet": parquet(("snappy", "gzip")),
    "rows.parquet": parquet_rows,
    "polars.parquet": polars_parquet,
    "t.feather": feather,
    "t.arrow": arrow_stream,
    "runs.sqlite": sqlite,
    "runs.db": sqlite,
    "w.safetensors": safetensors,
    "net.onnx": onnx_model,
    "train.tfrecord": tfrecord,
    "m.msgpack": msgpack_file,
    "plot.png": picture("PNG", compress_level=(1, 9)),
    "alpha.png": picture("PNG", "RGBA", compress_level=(1, 9)),
    "gray.png": picture("PNG", "L", compress_level=(1, 9)),
    "gray16.png": picture("PNG", "I;16", compress_level=(1, 9)),
    "colour16.png": png_16_bit,
    "plot.bmp": picture("TIFF", compression=(None, "tiff_lzw")),
    "plot.tif": picture("TIFF", compression=(None, "tiff_lzw")),
    "plot.webp": picture("WEBP", lossless=(True, True), quality=(1, 100), exact=(True, True), method=(0, 6)),
    "film.gif": gif,
    "fig.pdf": figure,
    "fig.svg": figure,
    "fig.eps": figure,
    "run.ipynb": notebook(4),
    "old.ipynb": notebook(3),
    "streams.ipynb": notebook_of_streams,
    "lines.ipynb": notebook_of_lines,
    "packed.joblib": joblib_packed,
    "packed.pkl": pickle_packed,
    "styled.html": styled,
}

WITH_TORCH: dict[str, Write] = {"model.pt": torch_files, "legacy.pth": torch_files}
WITH_TENSORFLOW: dict[str, Write] = {"saved_model.pb": saved_model}


def main(names: list[str]) -> None:
    import time

    cases = {"--torch": WITH_TORCH, "--tensorflow": WITH_TENSORFLOW}.get(" ".join(names), CASES)
    for name in names if names and cases is CASES else cases:
        for version in VERSIONS:
            path = FOLDER / version / name
            path.parent.mkdir(parents=True, exist_ok=True)
            cases[name](path, version == "rewritten", version == "changed")
            time.sleep(0 if version != "recorded" or not name.startswith(("fig", "history.h5", "x.mat", "t.xlsx")) else 1.1)


if __name__ == "__main__":
    main(sys.argv[1:])
