"""The kinds of files a report can be taken along as."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from casestore.reports import comma_separated, document, workbook
from casestore.reports.layout import Layout


@dataclass(frozen=True)
class FileKind:
    """How a report becomes a file of one kind."""

    media_type: str
    write: Callable[[Layout], bytes]


KINDS: Mapping[str, FileKind] = {
    "xlsx": FileKind(workbook.MEDIA_TYPE, workbook.write_workbook),
    "csv": FileKind(comma_separated.MEDIA_TYPE, comma_separated.write_csv),
    "docx": FileKind(document.MEDIA_TYPE, document.write_document),
}
"""By the end of the file's name, without the dot."""
