"""Charts of releases as they are kept: files, and which of them belongs to what."""

from sqlalchemy import bindparam, select

from catalog import tables
from catalog.database import Shelf
from catalog.entries import StoredFile

_f = tables.release_file.c
_PARTS = select(_f.part, _f.sha256, _f.size, _f.media_type).where(_f.cube == bindparam("cube"), _f.name == bindparam("name"))


class ChartShelf(Shelf):
    def charts(self, cube: str, release: str) -> dict[str, StoredFile]:
        """`{language}/{chart}.{form}` -> file; {} for a release without charts, or that there is none of. Whether the release is public
        is for `release` to say."""
        with self.database.read() as connection:
            found = connection.execute(_PARTS, {"cube": cube, "name": release}).all()
        return {
            each.part: StoredFile(sha256=each.sha256, size=each.size, media_type=each.media_type, extension=each.part.rpartition(".")[2])
            for each in found
        }
