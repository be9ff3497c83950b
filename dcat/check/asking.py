"""How the check reaches the web: it asks one address once and takes the answer as it is. Who really asks is wired in `api`."""

from collections.abc import Mapping
from typing import Protocol

from schemas.errors import SourceError

#: ckanext-dcat refuses from this size on, in bytes (`ckanext.dcat.max_file_size`; harvest-rules, section 2.1).
LARGEST = 50 * 1024 * 1024


class TooLarge(SourceError):
    """The answer is too large."""


class NotPublic(SourceError):
    """The address leads to a place that nobody outside can reach."""


class Answer(Protocol):
    @property
    def url(self) -> str:
        """Where the answer came from, after redirects."""
        ...

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case."""
        ...

    @property
    def content(self) -> bytes:
        """b"" unless asked by `get`, and the status is 200."""
        ...


class Ask(Protocol):
    """Every method raises SourceError when there is no answer (its `detail` says why), NotPublic, and TooLarge."""

    def head(self, url: str, *, follow: bool) -> Answer:
        """`follow` redirects, or take them as the answer."""
        ...

    def get(self, url: str) -> Answer:
        """With content, redirects followed; refuses what is larger than LARGEST."""
        ...

    def peek(self, url: str) -> Answer:
        """GET whose content is not read."""
        ...
