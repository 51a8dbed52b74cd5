"""A report's tables as comma-separated values, one below the other."""

import csv
from io import StringIO

from casestore.reports.layout import Layout
from casestore.reports.safe import plain

MEDIA_TYPE = "text/csv; charset=utf-8"


def write_csv(layout: Layout) -> bytes:
    """The file, in UTF-8 with the mark that Excel needs to see that."""
    lines = StringIO()
    writer = csv.writer(lines)
    writer.writerow([plain(layout.title)])
    writer.writerows([plain(name), plain(words)] for name, words in layout.facts)
    for table in layout.tables:
        writer.writerow([])
        writer.writerow([plain(table.title)])
        writer.writerow([plain(column) for column in table.columns])
        for row in table.rows:
            writer.writerow([cell.text if cell.is_number else plain(cell.text) for cell in row])
    return lines.getvalue().encode("utf-8-sig")
