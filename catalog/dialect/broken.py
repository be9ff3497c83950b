"""A file that is no table, or a broken one."""

from schemas.errors import SourceError


class BrokenFile(SourceError):
    """The file could not be read; nothing was changed."""

    def __init__(self, code: str, message: str, *, row: int | None = None, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.row = row
        self.field = field

    def __reduce__(self) -> tuple[object, ...]:
        # It comes back from a child process; pickle would call the class with the text alone.
        return _rebuilt, (self.code, self.detail, self.row, self.field)


def _rebuilt(code: str, message: str, row: int | None, field: str) -> BrokenFile:
    return BrokenFile(code, message, row=row, field=field)
