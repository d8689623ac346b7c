"""Compare images by their decoded pixels: not by compression, dates, comments or other metadata."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ..array import Array, compare_arrays, require_numpy
from ..finding import Findings, Step, Unable, missing_extra
from ..summary import Summary

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
"""Never EPS, for which Pillow would start Ghostscript."""
PIXEL_LIMIT = 50_000_000
FRAME_LIMIT = 1000


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Compare frame by frame: size and mode first, then pixels."""
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
        if left[0] != right[0]:
            findings.add((*path, "mode"), "type", left[0], right[0])
    raise Unable(f"it has more than {FRAME_LIMIT:,} frames")


def _spell(frame: object, index: int) -> str:
    return f"{index} frames" if frame is None else f"more than {index} frames"


def frames(stream: IO[bytes]) -> Iterator[tuple[str, Array]]:
    """Yield mode and pixels, (height, width) or (height, width, channels), of each frame. Raises Unable for too many pixels."""
    numpy = require_numpy()
    try:
        from PIL import Image, ImageSequence
    except ImportError:
        raise missing_extra("Pillow", "images") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the size is bounded here, and a damaged file shows in its pixels
        with Image.open(stream, formats=FORMATS) as image:
            for frame in ImageSequence.Iterator(image):
                if frame.width * frame.height > PIXEL_LIMIT:
                    raise Unable(f"it has {frame.width:,} x {frame.height:,} pixels")
                pixels = numpy.asarray(frame.convert("RGBA") if frame.mode in ("P", "PA") else frame)
                yield frame.mode, _array(pixels)


def _array(pixels: Any) -> Array:
    return Array(pixels.dtype, pixels.shape, lambda: iter([pixels.reshape(-1)]))


def compare_encoded(expected: bytes, observed: bytes, findings: Findings, path: tuple[Step, ...]) -> None:
    """Compare two images that are held in memory."""
    compare_images(io.BytesIO(expected), io.BytesIO(observed), findings, path)


def summarize(path: Path, type_name: str) -> Summary:
    """Return mode, size and digest of the pixels of each frame."""
    with path.open("rb") as stream:
        found = {
            f"frame {index}" if index else "pixels": f"{mode} {_describe(array)}"
            for index, (mode, array) in zip(range(FRAME_LIMIT), frames(stream), strict=False)
        }
    return Summary(parts=found, is_complete=True)


def _describe(array: Array) -> str:
    digest = hashlib.sha256(b"".join(block.tobytes() for block in array.blocks())).hexdigest()
    return f"{array.shape[1]} x {array.shape[0]} sha256:{digest}"
