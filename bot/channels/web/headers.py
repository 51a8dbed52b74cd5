"""Headers of everything the Rasa server sends to a browser."""

from __future__ import annotations

# blob: is for the small picture of a file the customer just chose; it never comes from outside.
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


def security_headers(frame_ancestors: str = "'self'") -> dict[str, str]:
    """`frame_ancestors`: source list of who may show a page in a frame."""
    return {
        "Content-Security-Policy": _CSP.format(ancestors=frame_ancestors),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }


SECURITY_HEADERS = security_headers()
