"""What can go wrong between us and a portal. Details are German and hold nothing secret."""

from collections.abc import Mapping

from schemas.errors import KlarError


class PortalError(KlarError):
    """The portal did not do what it was asked to."""


class Silent(PortalError):
    """The portal cannot be reached or does not answer; whether it did what it was asked is not known."""


class NotThere(PortalError):
    """The portal does not have this, or does not show it."""


class Forbidden(PortalError):
    """The token may not do this."""


class Invalid(PortalError):
    """The portal does not take these values. `fields`: name of a field -> what the portal says about it."""

    def __init__(self, detail: str, fields: Mapping[str, str]) -> None:
        super().__init__(detail)
        self.fields = dict(fields)
