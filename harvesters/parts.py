"""Sources that consist of parts, each with answers of its own: what of a fault concerns one part only."""

from harvesters.http.faults import Fault, HttpError
from schemas.errors import SourceError

#: What goes wrong with one answer, and says nothing of the next.
_OF_ONE_ANSWER = frozenset(
    {
        *(Fault.SERVER, Fault.READ_TIMEOUT, Fault.TOO_SLOW, Fault.TOO_LARGE, Fault.BAD_ANSWER, Fault.EMPTY, Fault.WRONG_FORM),
        *(Fault.INTERRUPTED, Fault.MISSING, Fault.FORBIDDEN),
    }
)


def require_own(error: SourceError) -> None:
    """Raises the error again when it is about the server as a whole (it wants rest, cannot be reached …): then nobody reads on."""
    if isinstance(error, HttpError) and error.fault not in _OF_ONE_ANSWER:
        raise error
