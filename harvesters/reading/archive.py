"""A workbook is a ZIP of XML files (ECMA-376, ODF 1.3): what has to hold before anyone unpacks it. Runs in a limited child process."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, NoReturn
from xml.parsers import expat

from catalog.dialect import BrokenFile

#: Bytes that a workbook may unpack to. Two million cells fit.
LARGEST_WORKBOOK = 100 * 1024 * 1024
_MEMBERS = 10_000
#: What a damaged archive raises while it is read. RuntimeError: encrypted members. ValueError: offsets before the file's beginning.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


@contextmanager
def opened(content: bytes, kind: str) -> Iterator[zipfile.ZipFile]:
    """`kind`: XLSX or ODS, for messages. Raises BrokenFile: no archive, unpacks to too much, or its XML declares a DOCTYPE (entities)."""
    if not content.strip(b"\0 \r\n\t"):
        raise BrokenFile("empty-file", "Die Datei ist leer.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _require_reasonable(archive)
            yield archive
    except DAMAGED as error:
        message = f"Das ist keine lesbare {kind}-Datei (beschädigt, verschlüsselt oder ein anderes Format)."
        raise BrokenFile("not-a-table", message) from error


def _require_reasonable(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    # Declared sizes hold: zipfile reads no more than they say, and then compares the checksum.
    if sum(each.file_size for each in members) > LARGEST_WORKBOOK or len(members) > _MEMBERS:
        raise BrokenFile("too-large", f"Die Datei wird entpackt größer als {LARGEST_WORKBOOK // 1024 // 1024} MB.")
    for each in members:
        if each.filename.endswith((".xml", ".rels")):
            with archive.open(each) as member:
                _require_no_doctype(member)


def _require_no_doctype(member: IO[bytes]) -> None:
    """A DOCTYPE stands before the first element, in whatever encoding; entities that multiply need one."""
    parser = expat.ParserCreate()
    prolog = _Prolog()
    parser.StartDoctypeDeclHandler = prolog.refuse
    parser.StartElementHandler = prolog.end
    try:
        while not prolog.is_over and (block := member.read(4096)):
            parser.Parse(block, False)
    except expat.ExpatError:
        return  # whoever reads it says so


class _Prolog:
    is_over = False

    def end(self, *_: object) -> None:
        self.is_over = True

    def refuse(self, *_: object) -> NoReturn:
        raise BrokenFile("not-a-table", "Die Datei enthält unzulässige Vereinbarungen (DOCTYPE).")
