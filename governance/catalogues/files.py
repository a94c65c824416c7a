"""A file from the publisher, opened with care: packed or not, never larger than it may be."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple

from governance.catalogues.documents import AGAIN, Unreadable

MOST_BYTES = 200 * 1024 * 1024  # unpacked; ATT&CK Enterprise has 50 MB
_CHUNK = 1024 * 1024
_GZIP = b"\x1f\x8b"

Progress = Callable[[str, int, int], None]


def quiet(what: str, done: int, total: int) -> None:
    """Progress nobody watches."""


class Content(NamedTuple):
    """A file's text, and the SHA-256 of it unpacked: packed or not, it is the same release."""

    text: str
    digest: str


def read(path: Path, progress: Progress = quiet) -> Content:
    """The text of a file. `.gz` is told by its content, not by its name. Raises Unreadable."""
    try:
        with path.open("rb") as packed:
            total = path.stat().st_size
            data = _unpacked(packed, total, lambda done: progress(f"Reading {path.name}", done, total))
    except OSError as exc:
        raise Unreadable(f"cannot be opened: {exc.strerror or exc}", "Check the name and who may read it.") from exc
    try:
        return Content(data.decode("utf-8-sig"), hashlib.sha256(data).hexdigest())
    except UnicodeDecodeError as exc:
        raise Unreadable("is not text in UTF-8", AGAIN) from exc


def _unpacked(packed: IO[bytes], total: int, progress: Callable[[int], None]) -> bytes:
    start = packed.read(2)
    packed.seek(0)
    is_packed = start == _GZIP
    source: IO[bytes] = gzip.GzipFile(fileobj=packed) if is_packed else packed  # type: ignore[assignment]
    whole = io.BytesIO()
    try:
        while chunk := source.read(_CHUNK):
            whole.write(chunk)
            if whole.tell() > MOST_BYTES:
                raise Unreadable(
                    f"has more than {MOST_BYTES // 1024**2} MB unpacked", "No catalogue is that large: look at it."
                )
            progress(min(packed.tell(), total))
    except (EOFError, zlib.error, gzip.BadGzipFile) as exc:
        raise Unreadable("is cut off or damaged: it cannot be unpacked", AGAIN) from exc
    progress(total)
    return whole.getvalue()
