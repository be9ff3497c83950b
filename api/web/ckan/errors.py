"""What CKAN clients understand as an error: the `__type` they look for, and the status others look at (compat.md, section 1)."""

from collections.abc import Mapping, Sequence
from typing import Any

from schemas.errors import KlarError


class ActionError(KlarError):
    """An error in CKAN's envelope."""

    kind = "Internal Server Error"
    status = 500

    def document(self) -> dict[str, Any]:
        return {"__type": self.kind, "message": self.detail or self.kind}


class NotFound(ActionError):
    """There is no such object."""

    kind = "Not Found Error"
    status = 404

    def document(self) -> dict[str, Any]:
        # ckanapi shows what follows the first ": ".
        return {"__type": self.kind, "message": f"Not found: {self.detail}" if self.detail else "Not found"}


class Invalid(ActionError):
    """Arguments are missing or wrong."""

    kind = "Validation Error"
    status = 409

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields

    def document(self) -> dict[str, Any]:
        return {"__type": self.kind, **{name: list(messages) for name, messages in self.fields.items()}}


class SearchQueryInvalid(ActionError):
    """A search that cannot be read."""

    kind = "Search Query Error"
    status = 400

    def document(self) -> dict[str, Any]:
        return {"__type": self.kind, "message": f"Search Query is invalid: {self.detail}"}


class NotAuthorized(ActionError):
    """Writing: nobody may, through this interface."""

    kind = "Authorization Error"
    status = 403

    def document(self) -> dict[str, Any]:
        return {"__type": self.kind, "message": "Access denied: this interface is for reading"}


class BadRequest(KlarError):
    """Answered with a JSON string instead of the envelope."""
