"""Addresses as people type them: `curl 'http://…/datasets?q=Bäume'` sends raw bytes, which httptools refuses as no HTTP."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.web.middleware import escaped


class TypedAddresses(HttpToolsProtocol):
    """uvicorn's protocol, with the raw bytes of a request line escaped as a browser does it. Headers and bodies stay as they are. A line
    that comes in pieces, or behind another request in one packet, is refused as before."""

    _within = False  # a request

    def data_received(self, data: bytes) -> None:
        if not self._within and not data.isascii():
            line, end, rest = data.partition(b"\r\n")
            data = escaped(line) + end + rest
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._within = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._within = False
        super().on_message_complete()
