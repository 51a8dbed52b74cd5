"""The style sheet, the icons and the console's script."""

import os
from pathlib import Path

from starlette.staticfiles import StaticFiles


class Assets(StaticFiles):
    """Starlette's static files, except that a path no file can have is simply not found."""

    def __init__(self) -> None:
        super().__init__(directory=Path(__file__).parent / "static")

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """See Starlette: the full path and its status, or None if there is no such file."""
        try:
            return super().lookup_path(path)
        except ValueError:
            return "", None
