"""Every error klar raises on purpose. The docstring of the class is the sentence a user reads first."""


def _as_it_was(kind: type["KlarError"], arguments: tuple[object, ...]) -> "KlarError":
    return kind.__new__(kind, *arguments)


class KlarError(Exception):
    """Something went wrong."""

    def __init__(self, detail: str = "") -> None:
        summary = " ".join((type(self).__doc__ or "").split())
        super().__init__(f"{summary} {detail}".strip())
        self.detail = detail

    def __reduce__(self) -> tuple[object, ...]:
        # As it stands, whatever its constructor takes: errors come back from other processes.
        return _as_it_was, (type(self), self.args), self.__dict__


class ConfigurationError(KlarError):
    """The configuration cannot be used."""


class MappingError(ConfigurationError):
    """The mapping cannot be used."""


class DisclosureError(MappingError):
    """Personal or free-text columns must not reach a public table."""


class SourceError(KlarError):
    """The source could not be read; nothing was changed."""


class NotRead(SourceError):
    """The run that is repeated did not get this answer."""


class LimitExceeded(SourceError):
    """Reading this takes more than it may; nothing was changed."""


class RecordError(KlarError):
    """This record cannot be published as it stands."""


class MissingField(RecordError):
    """A field that every record should have is missing."""


class WrongValue(RecordError):
    """A field holds a value of another kind than declared."""


class CatalogError(KlarError):
    """The catalogue refused this."""


class UnknownDataset(CatalogError):
    """There is no data set with this name."""


class UnknownEdition(CatalogError):
    """This data set has no such edition."""


class NoTable(CatalogError):
    """klar holds no table of this data set."""

    def __init__(self, detail: str = "", *, places: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        self.places = places  #: addresses where its data are


class UnknownItem(CatalogError):
    """There is nothing with this number."""


class AnswersGone(CatalogError):
    """What this run got from its source is not kept, or not any more."""


class Gone(CatalogError):
    """This was published once and is not any more."""

    def __init__(self, detail: str, *, reason: str, at: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.at = at


class PlanOutdated(CatalogError):
    """The published state has moved on since this plan was made; harvest again."""


class DecisionRefused(CatalogError):
    """This decision is not possible any more."""


class WrongSchemaVersion(CatalogError):
    """The database has another schema version than this program; run `klar db upgrade`."""


class NewerSchemaVersion(WrongSchemaVersion):
    """A newer program has been here: only that one can go on."""


class Busy(CatalogError):
    """Another process is writing; try again in a moment."""


class Unwritable(CatalogError):
    """The disk takes nothing; what is published stays."""
