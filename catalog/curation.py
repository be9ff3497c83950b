"""`curation/NAME.toml`: what a person sets over harvested metadata. Every entry says who and why; both are public.

[title]                                  also [description]
de = "Bürgerprojekte"
en = "Citizens' projects"
who = "Stabsstelle Bürgerbeteiligung"
why = "Name aus der Satzung"

[licence]       iri = "http://dcat-ap.de/def/licenses/…"
[themes]        codes = ["GOVE", "REGI"]
[keywords]      values = [{de = "Beteiligung", en = "participation"}]
[contact]       name = "…", email = "…", url = "…"
[landing_page]  url = "https://…"
[publisher]     organisation = "…"       key of a row in the table of organisations
[legislation]   iris = ["https://…"]     ELI addresses of what obliges somebody to keep these data
[hvd]           categories = ["statistics"]   a high-value data set under (EU) 2023/138; only this file can say so
[temporal]      start = "2022-03", end = "2025-07-09"   what the rows do not say; one end may be missing
[spatial]       de = "…", en = "…", iris = ["…"], level = "municipality", bbox = [west, south, east, north],
                    centroid = [longitude, latitude]
"""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.entries import CurationError
from schemas.dates import PartialDate
from schemas.declaration import DATASET_NAME
from schemas.model import Contact, CurationNote, Period, Place
from schemas.row import Finding
from schemas.values import HVD_LEGISLATION, GeocodingLevel, HvdCategory, Licence, Text, Theme

_WEB = re.compile(r"https?://[^\s<>\"{}|\\^`]+")


@dataclass(frozen=True, kw_only=True)
class Curation:
    """Overrides of one data set; None: as harvested."""

    title: Text | None = None
    description: Text | None = None
    licence: Licence | None = None
    themes: tuple[Theme, ...] | None = None
    keywords: tuple[Text, ...] | None = None
    contact: Contact | None = None
    landing_page: str | None = None
    spatial: Place | None = None
    temporal: Period | None = None
    publisher: str = ""  #: key of a row in the table of organisations; "": the body behind the site
    legislation: tuple[str, ...] | None = None
    hvd: tuple[HvdCategory, ...] = ()
    notes: tuple[CurationNote, ...] = ()


def read_curation(folder: Path, name: str) -> Curation:
    """An empty Curation where there is no file. Raises CurationError, whose findings name file, line and entry."""
    path = folder / f"{name}.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Curation()
    except (OSError, UnicodeDecodeError) as error:
        raise CurationError((_finding(path, None, f"kann nicht gelesen werden: {error}"),)) from error
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CurationError((_finding(path, _line_in(str(error), text), f"ist kein TOML: {error}"),)) from error
    return _curation(path, text, content)


def check_curation(folder: Path, known: Collection[str]) -> tuple[Finding, ...]:
    """All that is wrong with the files of a folder, files for unknown data sets included."""
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.toml")):
        if path.stem not in known:
            findings.append(_finding(path, None, f"gehört zu keinem Datensatz: »{path.stem}« gibt es nicht"))
        if not DATASET_NAME.fullmatch(path.stem):
            continue
        try:
            read_curation(folder, path.stem)
        except CurationError as error:
            findings += error.findings
    return tuple(findings)


def _curation(path: Path, text: str, content: Mapping[str, Any]) -> Curation:
    values: dict[str, Any] = {}
    notes: list[CurationNote] = []
    findings: list[Finding] = []
    for key, entry in content.items():
        try:
            values[key] = _entry(key, entry)
            notes.append(CurationNote(field=key, who=_required(entry, "who"), why=_required(entry, "why")))
        except ValueError as error:
            findings.append(_finding(path, _line_of(text, key), f"[{key}] {error}"))
    if findings:
        raise CurationError(tuple(findings))
    return Curation(**values, notes=tuple(notes))


def _entry(key: str, entry: Any) -> Any:
    if key not in _READERS:
        raise ValueError(f"ist unbekannt; möglich sind {', '.join(_READERS)}")
    if not isinstance(entry, dict):
        raise ValueError("muss ein Abschnitt mit »who« und »why« sein")
    allowed, read = _READERS[key]
    unknown = sorted(set(entry) - set(allowed) - {"who", "why"})
    if unknown:
        raise ValueError(f"kennt {', '.join(unknown)} nicht; möglich sind {', '.join((*allowed, 'who', 'why'))}")
    return read(entry)


def _required(entry: Mapping[str, Any], name: str) -> str:
    value = _string(entry, name)
    if not value:
        raise ValueError(f"»{name}« fehlt")
    return value


def _string(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"»{name}« muss Text sein")
    return value.strip()


def _text(entry: Mapping[str, Any]) -> Text:
    return Text(de=_required(entry, "de"), en=_string(entry, "en"))


def _licence(entry: Mapping[str, Any]) -> Licence:
    return Licence.from_iri(_required(entry, "iri"))


def _themes(entry: Mapping[str, Any]) -> tuple[Theme, ...]:
    by_code = {theme.code: theme for theme in Theme}
    codes = _list(entry, "codes")
    wrong = [each for each in codes if not isinstance(each, str) or each not in by_code]
    if wrong or not codes:
        raise ValueError(f"»codes« braucht Kürzel aus {', '.join(by_code)}; nicht {wrong}")
    return tuple(by_code[each] for each in codes)


def _keywords(entry: Mapping[str, Any]) -> tuple[Text, ...]:
    values = _list(entry, "values")
    if not all(isinstance(each, dict) and set(each) <= {"de", "en"} for each in values):
        raise ValueError('»values« braucht eine Liste wie [{de = "…", en = "…"}]')
    return tuple(_text(each) for each in values)


def _contact(entry: Mapping[str, Any]) -> Contact:
    contact = Contact(name=_required(entry, "name"), email=_string(entry, "email"), url=_address(entry, "url"))
    if not contact.email and not contact.url:
        raise ValueError("braucht »email« oder »url«")
    return contact


def _landing_page(entry: Mapping[str, Any]) -> str:
    if not (url := _address(entry, "url")):
        raise ValueError("»url« fehlt")
    return url


def _publisher(entry: Mapping[str, Any]) -> str:
    return _required(entry, "organisation")


def _legislation(entry: Mapping[str, Any]) -> tuple[str, ...]:
    iris = _list(entry, "iris")
    if not iris or not all(isinstance(each, str) and _WEB.fullmatch(each) for each in iris):
        raise ValueError("»iris« braucht Adressen, die mit http:// oder https:// beginnen")
    if HVD_LEGISLATION in iris:
        raise ValueError("hochwertige Datensätze kennzeichnet [hvd], nicht [legislation]")
    return tuple(iris)


def _hvd(entry: Mapping[str, Any]) -> tuple[HvdCategory, ...]:
    by_name = {category.name.lower().replace("_", "-"): category for category in HvdCategory}
    names = _list(entry, "categories")
    wrong = [each for each in names if not isinstance(each, str) or each not in by_name]
    if wrong or not names:
        raise ValueError(f"»categories« braucht Werte aus {', '.join(by_name)}; nicht {wrong}")
    return tuple(by_name[each] for each in dict.fromkeys(names))


def _address(entry: Mapping[str, Any], name: str) -> str:
    url = _string(entry, name)
    if url and not _WEB.fullmatch(url):
        raise ValueError(f"»{name}« muss mit http:// oder https:// beginnen und darf keine Leerzeichen haben: {url!r}")
    return url


def _spatial(entry: Mapping[str, Any]) -> Place:
    levels = {level.code: level for level in GeocodingLevel}
    level = _string(entry, "level")
    if level and level not in levels:
        raise ValueError(f"»level« {level!r} gibt es nicht; möglich sind {', '.join(levels)}")
    bbox, centroid = _numbers(entry, "bbox", 4), _numbers(entry, "centroid", 2)
    iris = _list(entry, "iris")
    if not all(isinstance(each, str) for each in iris):
        raise ValueError("»iris« braucht Adressen")
    return Place(
        title=_text(entry),
        iris=tuple(iris),
        bbox=(bbox[0], bbox[1], bbox[2], bbox[3]) if bbox else None,
        centroid=(centroid[0], centroid[1]) if centroid else None,
        level=levels[level] if level else None,
    )


def _temporal(entry: Mapping[str, Any]) -> Period:
    start, end = _date(entry, "start"), _date(entry, "end")
    if start is None and end is None:
        raise ValueError("braucht »start« oder »end«")
    if start is not None and end is not None and start.first_day() > end.last_day():
        raise ValueError(f"endet ({end}), bevor es beginnt ({start})")
    return Period(start=start, end=end)


def _date(entry: Mapping[str, Any], name: str) -> PartialDate | None:
    text = _string(entry, name)
    try:
        return PartialDate(text) if text else None
    except ValueError:
        raise ValueError(f'»{name}« muss ein Jahr, ein Monat oder ein Tag sein wie "2023-06", nicht {text!r}') from None


def _numbers(entry: Mapping[str, Any], name: str, count: int) -> list[float]:
    values = _list(entry, name)
    if values and (len(values) != count or not all(isinstance(each, int | float) and not isinstance(each, bool) for each in values)):
        raise ValueError(f"»{name}« braucht {count} Zahlen in Grad")
    return [float(each) for each in values]


def _list(entry: Mapping[str, Any], name: str) -> list[Any]:
    value = entry.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f"»{name}« muss eine Liste sein")
    return value


_READERS: Mapping[str, tuple[tuple[str, ...], Callable[[Mapping[str, Any]], Any]]] = {
    "title": (("de", "en"), _text),
    "description": (("de", "en"), _text),
    "licence": (("iri",), _licence),
    "themes": (("codes",), _themes),
    "keywords": (("values",), _keywords),
    "contact": (("name", "email", "url"), _contact),
    "landing_page": (("url",), _landing_page),
    "publisher": (("organisation",), _publisher),
    "legislation": (("iris",), _legislation),
    "hvd": (("categories",), _hvd),
    "temporal": (("start", "end"), _temporal),
    "spatial": (("de", "en", "iris", "bbox", "centroid", "level"), _spatial),
}


def _line_of(text: str, key: str) -> int | None:
    """tomllib tells no lines: where the entry begins, found by its spelling."""
    pattern = re.compile(rf"^\s*(?:\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*[\].=]")
    return next((number for number, line in enumerate(text.splitlines(), start=1) if pattern.match(line)), None)


def _line_in(message: str, text: str) -> int:
    found = re.search(r"line (\d+)", message)
    return int(found[1]) if found else len(text.splitlines())  # "at end of document"


def _finding(path: Path, line: int | None, message: str) -> Finding:
    place = f"{path.parent.name}/{path.name}"
    where = f"{place}, Zeile {line}" if line else place
    return Finding(code="curation", message=f"{where}: {message}.", origin=place, row=line)
