"""One thing under several names: `aliases.toml`, beside klar.toml. Ids stay, whatever something is called today.

[[alias]]
id = "stadt-raum-wir"                       of the row in its table, or of a platform
table = "project"                           table of the common model; left out: none, as with platforms
names = ["Dritter Ort", "Stadt.Raum.Wir."]  every name and spelling that is met
confirmed = false                           nobody in charge has confirmed it: only the search treats them as one; left out: true
note = "…"                                  where it comes from

Names are compared without case, spaces, dots and hyphens, ä as ae: `KL MitWirkung` and `klmitwirkung` are one spelling.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.errors import ConfigurationError

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_KEY = r"^[a-z0-9][a-z0-9._:-]{1,127}$"
_LONGEST = 12  #: words of a name


def folded(name: str) -> str:
    """What a name is compared by: letters and digits only, lower case, umlauts and accents spelled out."""
    spelled = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold()).translate(_UMLAUTS)
    return "".join(each for each in unicodedata.normalize("NFKD", spelled) if each.isalnum())


class _Alias(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: Annotated[str, Field(pattern=_KEY)]
    table: str = ""
    names: Annotated[list[Annotated[str, Field(min_length=2)]], Field(min_length=1)]
    confirmed: bool = True
    note: str = ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    alias: list[_Alias]


@dataclass(frozen=True, kw_only=True)
class Named:
    """One thing and what it is called."""

    id: str
    table: str = ""
    names: tuple[str, ...]
    confirmed: bool = True  #: False: a guess, good enough to find something by, and for nothing else


class Aliases:
    """Names of things. Raises ConfigurationError when one name of one table stands for two."""

    def __init__(self, things: Iterable[Named] = ()) -> None:
        self.things = tuple(things)
        self._by_name: dict[tuple[str, str], Named] = {}
        self._by_word: dict[str, list[Named]] = {}
        for each in self.things:
            for name in dict.fromkeys(filter(None, map(folded, (each.id, *each.names)))):
                self._add(name, each)

    def __repr__(self) -> str:
        return f"Aliases({self.things!r})"

    def _add(self, name: str, thing: Named) -> None:
        known = self._by_name.setdefault((thing.table, name), thing)
        if known is not thing:
            raise ConfigurationError(f"Der Name »{name}« steht für zwei: »{known.id}« und »{thing.id}«.")
        self._by_word.setdefault(name, []).append(thing)

    def resolve(self, name: str, table: str = "") -> str | None:
        """The id behind a name, in any spelling; the id is one of its own names. `table` "": whatever it is, if only one has the name.
        Names that nobody has confirmed lead nowhere: a guess must not move a row to another project."""
        found = [each for each in self._by_word.get(folded(name), ()) if each.table == table or not table]
        return found[0].id if len(found) == 1 and found[0].confirmed else None

    def variants(self, words: Sequence[str]) -> Iterator[list[str]]:
        """The words as they are, and with the first name among them (the longest that begins there) replaced by each of its others."""
        yield list(words)
        place = next(self._places(words), None)
        if place is None:
            return
        start, end = place
        spelled = folded("".join(words[start:end]))
        others = dict.fromkeys(name for thing in self._by_word[spelled] for name in thing.names if folded(name) != spelled)
        for name in others:
            yield [*words[:start], *re.findall(r"[^\W_]+", name), *words[end:]]
        if len(words[start:end]) > 1:
            yield [*words[:start], spelled, *words[end:]]  # `KL MitWirkung` in one word

    def _places(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        for start in range(len(words)):
            for end in range(min(len(words), start + _LONGEST), start, -1):
                if folded("".join(words[start:end])) in self._by_word:
                    yield start, end


def load_aliases(path: Path) -> Aliases:
    """Raises ConfigurationError that names file and entry."""
    try:
        content = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
        return Aliases(Named(id=each.id, table=each.table, names=tuple(each.names), confirmed=each.confirmed) for each in content.alias)
    except OSError as error:
        raise ConfigurationError(f"Die Liste der Namen {path} kann nicht gelesen werden: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name}: Das ist kein gültiges TOML in UTF-8 ({error}).") from error
    except ValidationError as error:
        place = ".".join(str(each) for each in error.errors()[0]["loc"])
        raise ConfigurationError(f"{path.name}: Der Eintrag »{place}« fehlt, ist unbekannt oder passt nicht.") from error
    except ConfigurationError as error:
        raise ConfigurationError(f"{path.name}: {error.detail}") from error
