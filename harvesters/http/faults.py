"""What can go wrong between us and a server, by name: tests, retries and the operator's page tell faults apart by it."""

from enum import StrEnum

from schemas.errors import SourceError


class Fault(StrEnum):
    ADDRESS = "bad-address"  # not an address we would ever ask
    HOST_NOT_PERMITTED = "host-not-permitted"
    ADDRESS_REFUSED = "address-refused"  # the name leads to a place inside
    DOWNGRADE = "downgrade"
    REDIRECTS = "redirects"
    REPEATED = "repeated-page"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    READ_TIMEOUT = "read-timeout"
    INTERRUPTED = "interrupted"
    TOO_SLOW = "too-slow"
    TOO_LARGE = "too-large"
    RUN_LIMIT = "run-limit"
    BUSY = "too-many-requests"
    COOLING = "cooling-off"
    SERVER = "server-error"
    FORBIDDEN = "forbidden"
    MISSING = "not-found"
    BAD_ANSWER = "bad-answer"
    EMPTY = "empty-answer"
    WRONG_FORM = "wrong-form"
    ENCODING = "content-encoding"
    STATE = "state-not-kept"
    BETRAYED = "secret-in-answer"

    @property
    def is_transient(self) -> bool:
        """Whether asking again in a moment may help."""
        return self in _TRANSIENT


_TRANSIENT = frozenset({Fault.UNREACHABLE, Fault.READ_TIMEOUT, Fault.INTERRUPTED, Fault.BUSY, Fault.SERVER})


class HttpError(SourceError):
    """The source could not be read; nothing was changed."""

    def __init__(self, fault: Fault, message: str, *, host: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.host = host  #: who answered
        self.retry_after = retry_after  #: seconds, as the server asked for
