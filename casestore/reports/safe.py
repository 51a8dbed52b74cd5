"""Customers' own words in files: nothing that breaks a file, nothing a spreadsheet would run."""

import re

# Some spreadsheets of East Asia take the wide forms for the narrow ones (OWASP, CSV Injection).
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# What XML 1.0 has no place for, and with it Word, Excel and SVG.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def printable(words: str) -> str:
    """The words with a mark in place of every character that no document can hold."""
    return _NOT_IN_XML.sub("\ufffd", words)


def plain(words: str) -> str:
    """The same, with an apostrophe before what a spreadsheet takes for a formula (CWE-1236)."""
    return f"'{printable(words)}" if words.startswith(_FORMULA) else printable(words)
