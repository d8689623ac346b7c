"""Compare images by their decoded pixels and by what else changes how they look: not by compression, dates, comments."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ..array import Array, compare_arrays, require_numpy, whole_block
from ..finding import Findings, Step, Unable, missing_extra
from ..png import PNG, deep_pixels
from ..summary import Summary
from ..tree import compare_trees

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
"""Never EPS, for which Pillow would start Ghostscript."""
PIXEL_LIMIT = 50_000_000
FRAME_LIMIT = 1000
STRIP_PIXELS = 1 << 18
PALETTES = {"P": "RGBA", "PA": "RGBA"}
LOOK = ("transparency", "duration", "loop", "disposal", "background", "gamma", "blend")
"""What Pillow tells of a frame that changes how it looks."""
PROFILE, ORIENTATION = "icc_profile", 0x0112
Frame = tuple[dict[str, Any], Array]


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Compare frame by frame: size and look first, then pixels."""
    with expected.open("rb") as ours, observed.open("rb") as theirs:
        compare_images(ours, theirs, findings, ())


def compare_images(expected: IO[bytes], observed: IO[bytes], findings: Findings, path: tuple[Step, ...]) -> None:
    """Compare two images of one or more frames."""
    ours, theirs = frames(expected), frames(observed)
    for index in range(FRAME_LIMIT):
        left, right = next(ours, None), next(theirs, None)
        if left is None or right is None:
            if left is not right:
                findings.add(path, "shape", _spell(left, index), _spell(right, index))
            return
        name = f"frame {index}" if index else "pixels"
        compare_arrays({name: left[1]}, {name: right[1]}, findings, path)
        if left[0]["mode"] != right[0]["mode"]:
            findings.add((*path, "mode"), "type", left[0]["mode"], right[0]["mode"])
        compare_trees({**left[0], "mode": ""}, {**right[0], "mode": ""}, findings, (*path, f"look of {name}"))
    raise Unable(f"it has more than {FRAME_LIMIT:,} frames")


def _spell(frame: object, index: int) -> str:
    return f"{index} frames" if frame is None else f"more than {index} frames"


def frames(stream: IO[bytes]) -> Iterator[Frame]:
    """Yield look and pixels, (height, width) or (height, width, channels), of each frame. Raises Unable for too many pixels."""
    require_numpy()
    try:
        from PIL import Image, ImageSequence
    except ImportError:
        raise missing_extra("Pillow", "images") from None
    start = stream.read(len(PNG) + 25)
    stream.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the size is bounded here, and a damaged file shows in its pixels
        with Image.open(stream, formats=FORMATS) as image:
            for frame in ImageSequence.Iterator(image):
                if frame.width * frame.height > PIXEL_LIMIT:
                    raise Unable(f"it has {frame.width:,} x {frame.height:,} pixels")
                frame.load()
                deep = deep_pixels(start, stream)
                yield _look(frame), _pixels(frame) if deep is None else whole_block(deep)


def _look(frame: Any) -> dict[str, object]:
    found: dict[str, object] = {"mode": frame.mode}
    for name in LOOK:
        value = frame.info.get(name)
        if value is not None and not (name == "transparency" and frame.mode in PALETTES):
            found[name] = value.hex() if isinstance(value, bytes) else list(value) if isinstance(value, tuple) else value
    if profile := frame.info.get(PROFILE):
        found["profile"] = hashlib.sha256(profile).hexdigest()
    if (turned := frame.getexif().get(ORIENTATION, 1)) != 1:
        found["orientation"] = repr(turned)
    return found


def _pixels(frame: Any) -> Array:
    """Return the pixels, strip by strip: a copy of the whole would take as much memory again."""
    numpy = require_numpy()
    first = numpy.asarray(_strip(frame, 0, 1))
    width, height = frame.size
    rows = max(1, STRIP_PIXELS // max(width, 1))

    def blocks() -> Iterator[Any]:
        for top in range(0, height, rows):
            yield numpy.ascontiguousarray(_strip(frame, top, min(top + rows, height))).reshape(-1)

    return Array(first.dtype, (height, *first.shape[1:]), blocks)


def _strip(frame: Any, top: int, bottom: int) -> object:
    strip = frame.crop((0, top, frame.width, bottom))
    return strip.convert(PALETTES[frame.mode]) if frame.mode in PALETTES else strip


def compare_encoded(expected: bytes, observed: bytes, findings: Findings, path: tuple[Step, ...]) -> None:
    """Compare two images that are held in memory."""
    compare_images(io.BytesIO(expected), io.BytesIO(observed), findings, path)


def summarize(path: Path, type_name: str) -> Summary:
    """Return look, size and digest of the pixels of each frame."""
    with path.open("rb") as stream:
        found = {
            f"frame {index}" if index else "pixels": f"{_look_words(look)} {_describe(array)}"
            for index, (look, array) in zip(range(FRAME_LIMIT), frames(stream), strict=False)
        }
    return Summary(parts=found, is_complete=True)


def _look_words(look: dict[str, object]) -> str:
    return " ".join(str(value) if name == "mode" else f"{name}={value}" for name, value in look.items())


def _describe(array: Array) -> str:
    digest = hashlib.sha256()
    for block in array.blocks():
        digest.update(block.tobytes())
    return f"{array.shape[1]} x {array.shape[0]} sha256:{digest.hexdigest()}"
