"""What a form sends: read within limits, and kept in memory. An upload touches no disk before the vault's side of it."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request

from schemas.errors import KlarError

#: Bytes of a form without a file: a reason, a few choices.
FORM_LIMIT = 64 * 1024
_FIELDS = 20


class TooLarge(KlarError):
    """This is larger than it may be."""


class Unreadable(KlarError):
    """This is no form of these pages."""


@dataclass(frozen=True, kw_only=True)
class File:
    """An uploaded file under the name that the sender's machine gave it."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Form:
    fields: Mapping[str, str] = field(default_factory=dict)
    file: File | None = None

    def text(self, name: str) -> str:
        """ "" when it was not sent."""
        return self.fields.get(name, "").strip()


class _InMemory(MultiPartParser):
    """Starlette's would put what is larger than 1 MB into a temporary file: a citizen's data may be in it."""

    def __init__(self, request: Request, stream: AsyncGenerator[bytes, None], limit: int) -> None:
        super().__init__(request.headers, stream, max_files=1, max_fields=_FIELDS, max_part_size=FORM_LIMIT)
        self.spool_max_size = limit


async def read_form(request: Request, *, file_limit: int = 0) -> Form:
    """`file_limit`: bytes of the one file that this form may have. Raises TooLarge, Unreadable."""
    limit = FORM_LIMIT + file_limit
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    stream = _limited(request, limit)
    try:
        if kind == "application/x-www-form-urlencoded":
            data = await FormParser(request.headers, stream).parse()
        elif kind == "multipart/form-data" and file_limit:
            data = await _InMemory(request, stream, limit).parse()
        else:
            raise Unreadable("")
    except MultiPartException as error:
        raise Unreadable("") from error
    return await _form(data, file_limit)


async def _limited(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        if total > limit:
            raise TooLarge("")
        yield chunk


async def _form(data: FormData, file_limit: int) -> Form:
    fields = {name: value for name, value in data.multi_items() if isinstance(value, str)}
    files = [value for value in data.values() if isinstance(value, UploadFile)]
    content = await files[0].read() if files else b""
    await data.close()
    if len(content) > file_limit:
        raise TooLarge("")
    return Form(fields=fields, file=File(name=files[0].filename or "", content=content) if files else None)
