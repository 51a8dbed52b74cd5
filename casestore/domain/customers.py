"""How many customers each branch has, so that complaints can be put in proportion."""

import csv
from collections.abc import Mapping

from casestore.domain.errors import ConfigurationError

_HEADING = ["name", "customers"]


def read_customers(text: str) -> Mapping[str, int]:
    """Number of customers by name of branch, from a table ``name,customers`` with a heading line.

    Raises ConfigurationError that names the first wrong line.
    """
    found: dict[str, int] = {}
    reader = csv.reader(text.splitlines())
    for row in reader:
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells == _HEADING:
            continue
        if len(cells) != len(_HEADING) or not _is_number(cells[1]) or cells[0] in found:
            raise ConfigurationError(
                f"机构客户数文件第 {reader.line_num} 行有错：应为“机构名称,客户数”，"
                "客户数是大于 0 的整数，每个机构一行。"
            )
        found[cells[0]] = int(cells[1])
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12 and int(text) > 0
