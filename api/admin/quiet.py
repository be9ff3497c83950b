"""A log that tells where something went wrong, and never what it was about.

A database driver quotes the values of a failed statement in its message, and a parser the text it stumbled over: both may be a
citizen's. So of an exception only the classes and the places in our code are written down.
"""

import logging
import traceback
from pathlib import Path
from types import TracebackType

_Info = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
#: Places shown, the innermost last.
_PLACES = 12


class QuietFormatter(logging.Formatter):
    def formatException(self, ei: _Info) -> str:
        _, error, _ = ei
        return "" if error is None else "\n".join(_lines(error))


def _lines(error: BaseException) -> list[str]:
    """From the first cause to the last error."""
    cause = error.__cause__ or error.__context__
    places = traceback.extract_tb(error.__traceback__)[-_PLACES:]
    own = f"{type(error).__name__} in " + " > ".join(f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in places)
    return [*(_lines(cause) if cause is not None else []), own]
