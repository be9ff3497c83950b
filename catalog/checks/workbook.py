"""What an XLSX file says of itself before anybody unpacks it."""

import io
import zipfile

from schemas.errors import LimitExceeded

#: Bytes that a workbook may unpack to: a million rows of eight columns.
LARGEST = 400 * 1024 * 1024
#: From here on it may be at most a hundred times as large as the file. Tables shrink to a tenth or a thirtieth; what shrinks to a
#: thousandth is one character, over and over (deflate cannot do more).
_SUSPICIOUS = 50 * 1024 * 1024
_RATIO = 100


def workbook_header(content: bytes) -> list[str]:
    """Names in the first line of the first sheet; none where there is no workbook: Frictionless says what is wrong with it.

    Raises LimitExceeded."""
    _require_reasonable(content)
    import openpyxl  # heavy: 150 ms

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError):
        return []
    sheet = book.worksheets[0]
    row = next(sheet.iter_rows(max_row=1, values_only=True), ())
    book.close()
    return [str(each) for each in row if each is not None]


def _require_reasonable(content: bytes) -> None:
    """By the sizes in the archive's directory: Python's zipfile reads no byte more than they say."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(each.file_size for each in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return  # no readable archive: whoever reads the workbook next says so
    if size > LARGEST:
        raise LimitExceeded(f"Die Arbeitsmappe wird entpackt größer als {LARGEST // 1024**2} MB.")
    if size > _SUSPICIOUS and size > len(content) * _RATIO:
        raise LimitExceeded(f"Die Arbeitsmappe wird entpackt mehr als hundertmal so groß ({size // 1024**2} MB): Das ist keine Tabelle.")
