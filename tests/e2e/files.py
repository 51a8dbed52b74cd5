"""Files a customer has at hand."""

from __future__ import annotations

import random
import struct
import zlib
from pathlib import Path

_PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def picture(folder: Path, name: str = "回单截图.png", width: int = 320, height: int = 240) -> Path:
    """A PNG of noise, which no browser refuses to show and no network compresses."""
    noise = random.Random(name)  # noqa: S311 - pixels, no secret
    lines = b"".join(b"\0" + noise.randbytes(3 * width) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b"")
    return _file(folder, name, b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*c) for c in chunks))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def document(folder: Path, name: str = "账单明细 2026年10月.pdf") -> Path:
    return _file(folder, name, _PDF)


def script(folder: Path, name: str = "照片.jpg") -> Path:
    """A shell script that pretends to be a photo."""
    return _file(folder, name, b"#!/bin/sh\necho x\n")


def page(folder: Path, name: str = "网页.html") -> Path:
    return _file(folder, name, b"<!doctype html><script>alert(1)</script>")


def empty(folder: Path, name: str = "空.png") -> Path:
    return _file(folder, name, b"")


def huge(folder: Path, name: str = "长图.png") -> Path:
    """One byte more than 10 MB."""
    return _file(folder, name, b"\x89PNG\r\n\x1a\n".ljust(10 * 1024 * 1024 + 1, b"\0"))


def _file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
