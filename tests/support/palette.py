"""PNG files made smaller: the colours of a picture of a page become a palette of the 256 that matter most."""

from __future__ import annotations

import struct
import zlib
from collections import Counter

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def smaller(png: bytes) -> bytes:
    """The same picture with a palette. Reads what Chromium writes: 8 bits a channel, RGB or RGBA, not interlaced."""
    width, height, channels, body = _read(png)
    pixels = _unfiltered(zlib.decompress(body), width, height, channels)
    colours = [pixels[at : at + 3] for at in range(0, len(pixels), channels)]
    counted = Counter(colours)
    palette = _chosen(counted)
    index = {colour: number for number, colour in enumerate(palette)}
    for colour in counted:
        if colour not in index:
            index[colour] = min(range(len(palette)), key=lambda n, c=colour: _distance(palette[n], c))  # type: ignore[misc]
    flat = bytes(map(index.__getitem__, colours))
    rows = b"".join(b"\0" + flat[at : at + width] for at in range(0, len(flat), width))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(*part) for part in parts)


def _chosen(counted: Counter[bytes]) -> list[bytes]:
    """At most 256 colours: of every family its most frequent one, so that no accent is lost, then the most frequent."""
    families: dict[bytes, bytes] = {}
    for colour, _ in counted.most_common():
        families.setdefault(bytes(part >> 4 for part in colour), colour)
    first = list(families.values())[:192]
    return list(dict.fromkeys([*first, *(colour for colour, _ in counted.most_common(256))]))[:256]


def _distance(one: bytes, other: bytes) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _read(png: bytes) -> tuple[int, int, int, bytes]:
    """Width, height, channels and the compressed rows."""
    assert png.startswith(_SIGNATURE), "this is no PNG file"
    at, body, head = len(_SIGNATURE), b"", b""
    while at < len(png):
        (length,), kind = struct.unpack(">I", png[at : at + 4]), png[at + 4 : at + 8]
        data = png[at + 8 : at + 8 + length]
        head = data if kind == b"IHDR" else head
        body += data if kind == b"IDAT" else b""
        at += 12 + length
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    assert depth == 8 and colour in (2, 6) and not interlaced, "not a PNG as Chromium writes it"
    return width, height, 3 if colour == 2 else 4, body


def _unfiltered(raw: bytes, width: int, height: int, channels: int) -> bytes:
    """The pixels, each row's filter undone."""
    stride, done = width * channels, bytearray()
    above = bytes(stride)
    for number in range(height):
        start = number * (stride + 1)
        row = _row(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), above, channels)
        done += row
        above = bytes(row)
    return bytes(done)


def _row(kind: int, row: bytearray, above: bytes, step: int) -> bytearray:
    for at in range(len(row) if kind else 0):
        left = row[at - step] if at >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = above[at]
        elif kind == 3:
            guess = (left + above[at]) // 2
        else:
            guess = _paeth(left, above[at], above[at - step] if at >= step else 0)
        row[at] = (row[at] + guess) & 255
    return row


def _paeth(left: int, up: int, corner: int) -> int:
    """PNG's fourth guess: whichever of the three lies nearest to left + up - corner."""
    wanted = left + up - corner
    return min((left, up, corner), key=lambda one: abs(wanted - one))
