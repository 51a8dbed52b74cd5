"""QR codes as pictures a page may show."""

import io

import segno

_DOT_PIXELS = 5


def qr_svg(text: str) -> bytes:
    """The text as an SVG picture, dark on white with the quiet margin scanners need."""
    picture = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(picture, kind="svg", scale=_DOT_PIXELS, light="#ffffff", dark="#000000")
    return picture.getvalue()
