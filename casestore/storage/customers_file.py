"""The file in which a bank gives the number of customers of its branches."""

from collections.abc import Mapping
from pathlib import Path

from casestore.domain.customers import read_customers
from casestore.domain.errors import ConfigurationError


def load_customers(path: str) -> Mapping[str, int]:
    """The numbers in a CSV file in UTF-8, as ``read_customers``; none if ``path`` is empty.

    Raises ConfigurationError if it cannot be read or a line is wrong.
    """
    if not path:
        return {}
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigurationError(
            f"读不了 REPORT_CUSTOMERS_FILE 指的机构客户数文件 {path}："
            "请检查路径和权限，并存成“CSV UTF-8（逗号分隔）”。"
        ) from exc
    return read_customers(text)
