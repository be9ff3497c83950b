"""What can be wrong with a question to a statistic, or with a release."""

from collections.abc import Sequence

from schemas.errors import CatalogError


class UnknownStatistic(CatalogError):
    """There is no statistic with this name."""

    def __init__(self, name: str, *, known: Sequence[str] = ()) -> None:
        super().__init__(name)
        self.known = tuple(known)


class UnknownRelease(CatalogError):
    """This statistic has no such release."""

    def __init__(self, name: str, *, known: Sequence[str] = ()) -> None:
        super().__init__(name)
        self.known = tuple(known)


class ReleaseRefused(CatalogError):
    """This release cannot be published; what is published stays."""


class DamagedRelease(CatalogError):
    """What is stored of this release is not what was published."""


class UnknownChoice(CatalogError):
    """A question names something that the statistic does not have: a parameter, or a code of one."""

    def __init__(self, parameter: str, *, allowed: Sequence[str], value: str = "") -> None:
        super().__init__(parameter)
        self.parameter = parameter
        self.value = value  #: "": the parameter itself is unknown
        self.allowed = tuple(allowed)


class RepeatedChoice(CatalogError):
    """A question gives a parameter twice; several codes stand in one, with commas between them."""

    def __init__(self, parameter: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter


class NotPublished(CatalogError):
    """These dimensions together are in no published table of the statistic."""

    def __init__(self, dimensions: Sequence[str], *, instead: Sequence[Sequence[str]], rules: str) -> None:
        super().__init__(" × ".join(dimensions))
        self.dimensions = tuple(dimensions)
        self.instead = tuple(map(tuple, instead))  #: published tables, as the names of the dimensions that vary; () is the grand total
        self.rules = rules
