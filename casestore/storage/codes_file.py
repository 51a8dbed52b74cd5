"""The file in which a bank gives the official codes of the standard's names."""

from pathlib import Path

from casestore.domain.errors import ConfigurationError
from casestore.domain.taxonomy import Codes, read_codes


def load_codes(path: str) -> Codes:
    """The codes of a CSV file in UTF-8, as ``taxonomy.read_codes``; none if ``path`` is empty.

    Raises ConfigurationError if it cannot be read or a line is wrong.
    """
    if not path:
        return Codes()
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        raise ConfigurationError(
            f"分类代码文件 {path} 不是 UTF-8 编码：请在 Excel 里另存为“CSV UTF-8（逗号分隔）”。"
        ) from exc
    except OSError as exc:
        raise ConfigurationError(
            f"读不了 CLASSIFICATION_CODES_FILE 指的分类代码文件 {path}，请检查路径和权限。"
        ) from exc
    return read_codes(text)
