"""Settings that lie in files: `<NAME>_FILE` names the file, its content is the setting.

So secrets reach a process as mounted files or credentials, and stand neither in its environment
nor in the description of its container.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.errors import ConfigurationError

SUFFIX = "_FILE"


def with_files(given: Mapping[str, str | None], names: Iterable[str]) -> dict[str, str]:
    """`given` without empty values, the files of `names` read and put in the place of their names.

    Line ends at the end of a file do not count. Raises ConfigurationError when a name is given both
    ways, or its file cannot be read or is empty.
    """
    values = {name: value for name, value in given.items() if value}
    for name in names:
        path = values.pop(name + SUFFIX, None)
        if path is None:
            continue
        if name in values:
            raise ConfigurationError(f"{name} 和 {name}{SUFFIX} 只能设一个。")
        values[name] = _content(name, Path(path))
    return values


def _content(name: str, path: Path) -> str:
    try:
        content = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigurationError(f"读不到 {name}{SUFFIX} 指的文件：{path}") from exc
    if not content:
        # Taken for unset, a database's address would quietly become SQLite.
        raise ConfigurationError(f"{name}{SUFFIX} 指的文件是空的：{path}")
    return content
