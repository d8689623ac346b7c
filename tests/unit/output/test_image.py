"""Images."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

from .case import OutputVerdict, compare, found, is_typed, only

PIXELS = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


def _png(pixels: Any, text: str = "", level: int = 6, **options: Any) -> bytes:
    stream, comment = io.BytesIO(), PngImagePlugin.PngInfo()
    comment.add_text("Software", text)
    Image.fromarray(pixels).save(stream, "PNG", pnginfo=comment, compress_level=level, **options)
    return stream.getvalue()


def test_metadata_and_compression_do_not_count(tmp_path: Path) -> None:
    """The same pixels written by another matplotlib at another level are identical."""
    comparison = compare(tmp_path, "a.png", _png(PIXELS, "Matplotlib 3.5.2"), _png(PIXELS, "Matplotlib 3.6.0", 0))
    assert (comparison.verdict, comparison.same_bytes) == (OutputVerdict.IDENTICAL, False)


def test_one_pixel_is_told_with_its_place(tmp_path: Path) -> None:
    """Row, column and channel; a tolerance in steps of colour is possible."""
    observed = PIXELS.copy()
    observed[2, 3, 1] += 2
    difference = only(compare(tmp_path, "a.png", _png(PIXELS), _png(observed)))
    assert difference.deviation is not None
    assert (difference.path, difference.deviation.first[0].where) == ("pixels", "[2, 3, 1]")
    assert (
        compare(tmp_path, "a.png", _png(PIXELS), _png(observed), {"*@image": {"absolute": 2}}).verdict is OutputVerdict.TOLERANCE
    )


def test_another_size_and_another_mode_are_told(tmp_path: Path) -> None:
    """A cropped image is another shape; a grey one another mode."""
    assert found(compare(tmp_path, "a.png", _png(PIXELS), _png(PIXELS[:3]))) == [("shape", "pixels")]
    assert ("type", "mode") in found(compare(tmp_path, "a.png", _png(PIXELS), _png(PIXELS[:, :, 0].copy())))


def test_frames_are_compared(tmp_path: Path) -> None:
    """An animation with one frame less is told."""

    def write(count: int) -> bytes:
        stream = io.BytesIO()
        frames = [Image.fromarray(np.full((4, 4), 60 * index, np.uint8)) for index in range(count)]
        frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:])
        return stream.getvalue()

    assert found(compare(tmp_path, "a.gif", write(3), write(2))) == [("shape", "")]


def test_a_decompression_bomb_is_not_decoded(tmp_path: Path) -> None:
    """A file that claims a hundred thousand pixels square is refused by its header, and nothing is said about its pixels."""
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + _png(PIXELS)[33:]
    comparison = compare(tmp_path, "a.png", _png(PIXELS), bomb)
    assert comparison.verdict is not OutputVerdict.IDENTICAL
    assert not is_typed(comparison)


def test_postscript_is_never_handed_to_ghostscript(tmp_path: Path) -> None:
    """An EPS file under the name of a picture is no picture."""
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n(/tmp/x) run\n"
    comparison = compare(tmp_path, "a.png", _png(PIXELS), eps)
    assert "cannot identify image file" in comparison.compared_by
