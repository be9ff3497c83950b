"""CKAN packages -> data sets: names of CKAN itself, extras as ckanext-dcat writes them, and the fields of its scheming profiles.

What names a person is not even looked at: author, maintainer, contact name and mail, creator. Source of names: reference/ckan/compat.md
section 2; ckanext-dcat `profiles/euro_dcat_ap_base.py` and `docs/mapping.md`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from harvesters.catalogues.codes import code_of, codes_of
from harvesters.catalogues.formats import format_of, media_type_of
from harvesters.catalogues.iris import is_iri, page_address, web_address
from harvesters.catalogues.licences import licence_of
from harvesters.catalogues.moments import day_of, moment_of
from harvesters.catalogues.outcome import Adopted, Notes, Unusable
from harvesters.catalogues.places import bbox_of
from harvesters.catalogues.texts import line, plain, text_of
from schemas.model import Period
from schemas.upstream import Link, StatedLicence, UpstreamDataset
from schemas.values import AccessRight, Frequency, HvdCategory, Language, Text, Theme

Json = Mapping[str, Any]
#: Fields of a package that are read, here or among its extras. Everything else is not even kept.
PACKAGE = frozenset(
    {
        "id",
        "name",
        "title",
        "title_translated",
        "notes",
        "notes_translated",
        "type",
        "state",
        "private",
        "license_id",
        "license_title",
        "license_url",
        "url",
        "version",
        "metadata_created",
        "metadata_modified",
        "uri",
        "guid",
        "identifier",
        "alternate_identifier",
        "issued",
        "modified",
        "theme",
        "language",
        "frequency",
        "access_rights",
        "temporal_start",
        "temporal_end",
        "temporal_coverage",
        "spatial",
        "spatial_uri",
        "spatial_text",
        "spatial_coverage",
        "publisher",
        "publisher_name",
        "publisher_url",
        "contact_url",
        "contributorID",
        "licenseAttributionByText",
        "hvd_category",
        "applicable_legislation",
        "tags_translated",
        "dcat_version",
    }
)
RESOURCE = frozenset(
    {
        "id",
        "uri",
        "name",
        "name_translated",
        "description",
        "description_translated",
        "url",
        "access_url",
        "download_url",
        "format",
        "mimetype",
        "size",
        "license",
        "license_url",
        "licenseAttributionByText",
        "created",
        "issued",
        "modified",
        "last_modified",
        "metadata_modified",
        "state",
    }
)
#: Members of agents and contacts in the scheming profiles that do not name a person.
_AGENT = frozenset({"name", "url", "uri", "type"})
_NAME = re.compile(r"[a-z0-9_-]{2,100}", re.ASCII)


def discreet(package: Json) -> dict[str, Any]:
    """The package with nothing in it that is not read. Doing it twice is doing it once."""
    kept: dict[str, Any] = {name: value for name, value in package.items() if name in PACKAGE and name not in ("publisher", "contact")}
    publishers = [each for each in _listed(package.get("publisher")) if isinstance(each, Mapping)]
    if publishers:
        kept["publisher"] = [{name: value for name, value in each.items() if name in _AGENT} for each in publishers]
    contacts = [each["url"] for each in _listed(package.get("contact")) if isinstance(each, Mapping) and isinstance(each.get("url"), str)]
    if contacts:
        kept.setdefault("contact_url", contacts[0])
    organisation = package.get("organization")
    if isinstance(organisation, Mapping):
        kept["organization"] = {name: organisation[name] for name in ("name", "title") if name in organisation}
    for name, members in (("groups", ("name",)), ("tags", ("name", "display_name"))):
        kept[name] = [{key: each[key] for key in members if key in each} for each in _objects(package.get(name))]
    kept["extras"] = [
        {"key": each["key"], "value": each.get("value")}
        for each in _objects(package.get("extras"))
        if isinstance(each.get("key"), str) and _extra(each["key"]) in PACKAGE
    ]
    kept["resources"] = [{key: value for key, value in each.items() if key in RESOURCE} for each in _objects(package.get("resources"))]
    return kept


def adopted(package: object, *, home: str, fallback: str) -> Adopted:
    """`home`: address of the portal; `fallback`: name of the body that runs it, where a package names none. Raises Unusable."""
    if not isinstance(package, Mapping):
        raise Unusable("no-object", "results", "Der Eintrag ist kein Datensatz.")
    return _Reading(package, home.rstrip("/"), fallback).adopted()


def is_offered(package: Json) -> bool:
    """Whether the portal itself shows it to everybody, as a data set: harvest sources and showcases are packages, too."""
    return (
        package.get("private") is not True and package.get("state", "active") == "active" and package.get("type") in (None, "", "dataset")
    )


class _Reading:
    """One package."""

    def __init__(self, package: Json, home: str, fallback: str) -> None:
        self._package = package
        self._home = home
        self._fallback = fallback
        self._extras = {
            _extra(each["key"]): each.get("value") for each in _objects(package.get("extras")) if isinstance(each.get("key"), str)
        }
        self._notes = Notes()

    def adopted(self) -> Adopted:
        uri = self._uri()
        title = text_of(self._versions("title", line))
        if title is None:
            raise Unusable("no-title", "title", "Der Titel fehlt.", uri=uri)
        licence = self._licence()
        links = tuple(self._links(uri))
        if not licence.stated and not any(each.licence.stated for each in links):
            self._notes.add("no-licence", "license_id")
        dataset = UpstreamDataset(
            uri=uri,
            name=self._name(),
            title=title,
            description=text_of(self._versions("notes", plain)) or title,
            publisher=self._publisher("name") or self._organisation() or self._fallback,
            publisher_homepage=page_address(self._publisher("url")),
            contact_url=page_address(self._text("contact_url")),
            landing_page=self._landing_page(),
            themes=self._themes(),
            keywords=tuple(self._keywords()),
            licence=licence,
            frequency=code_of(Frequency, self._texts("frequency")),
            temporal=self._temporal(),
            spatial_title=self._spatial_title(),
            spatial_iris=tuple(dict.fromkeys(each for each in (*self._texts("spatial_uri"), *self._covered("uri")) if is_iri(each))),
            bbox=self._bbox(),
            languages=codes_of(Language, self._texts("language")),
            access_right=code_of(AccessRight, self._texts("access_rights")),
            hvd=codes_of(HvdCategory, self._texts("hvd_category")),
            legislation=tuple(dict.fromkeys(each for each in self._texts("applicable_legislation") if is_iri(each))),
            contributor_id=next((each for each in self._texts("contributorID") if is_iri(each)), ""),
            identifiers=self._identifiers(uri),
            version=line(self._text("version") or self._text("dcat_version")),
            issued=self._day("issued", "metadata_created"),
            modified=self._moment("modified", "metadata_modified"),
            links=links,
        )
        return Adopted(dataset=dataset, identifier=self._text("identifier"), notes=self._notes.all())

    def _uri(self) -> str:
        """As ckanext-dcat names it, so that both ways to a portal give one data set."""
        stated = self._text("uri")
        if stated and stated != "None":
            if not is_iri(stated):
                raise Unusable("bad-iri", "uri", "Die Kennung (uri) ist keine gültige IRI.")
            return stated
        for name in ("guid", "identifier"):
            if is_iri(self._text(name)):
                return self._text(name)
        number = self._text("id")
        uri = f"{self._home}/dataset/{number}"
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", number) or not is_iri(uri):
            raise Unusable("no-identifier", "id", "Die Kennung (id) fehlt oder ist unlesbar.")
        return uri

    def _name(self) -> str:
        name = self._text("name")
        return name if _NAME.fullmatch(name) else ""

    def _landing_page(self) -> str:
        """The portal's own page: `url` leads wherever the publisher likes."""
        name = self._name()
        return page_address(f"{self._home}/dataset/{name}") if name else ""

    def _identifiers(self, uri: str) -> tuple[str, ...]:
        found = [each.strip() for name in ("identifier", "guid", "alternate_identifier") for each in self._texts(name)]
        sound = [line(each) for each in found if len(each) <= 2000]
        return tuple(dict.fromkeys(each for each in sound if each and each != uri))

    def _licence(self) -> StatedLicence:
        stated = [self._text(name) for name in ("license_url", "license_id", "license_title")]
        attribution = line(self._text("licenseAttributionByText"))
        return self._notes.licence(_of_words(stated, attribution), "license_id")

    def _links(self, uri: str) -> Iterator[Link]:
        for number, each in enumerate(_objects(self._package.get("resources"))):
            if each.get("state", "active") != "active":
                continue
            link = self._link(each, f"resources[{number}]", uri)
            if link is not None:
                yield link

    def _link(self, resource: Json, where: str, uri: str) -> Link | None:
        given = {name: _string(resource.get(name)).strip() for name in ("access_url", "download_url", "url")}
        if not any(given.values()):
            self._notes.add("no-address", "url")
            return None
        sound = {name: self._address(text, f"{where}.{name}", uri) for name, text in given.items()}
        stated = [_string(resource.get(name)) for name in ("format", "mimetype")]
        form, stated_format = format_of([line(each) for each in stated])
        media = media_type_of(reversed(stated)) or (form.media_type if form else "")
        licences = [_string(resource.get(name)) for name in ("license", "license_url")]
        attribution = line(_string(resource.get("licenseAttributionByText")))
        return Link(
            access_url=sound["access_url"] or sound["url"] or sound["download_url"],
            download_url=sound["download_url"],
            title=text_of(_versions(resource, "name", line)),
            description=text_of(_versions(resource, "description", plain)),
            format=form,
            stated_format=stated_format,
            media_type=media,
            licence=self._notes.licence(_of_words(licences, attribution), "resources.license"),
            byte_size=_size(resource.get("size")),
            uri=self._own_iri(resource, uri),
            issued=self._first_moment(resource, "resources", "issued", "created"),
            modified=self._first_moment(resource, "resources", "modified", "last_modified", "metadata_modified"),
        )

    def _address(self, text: str, field: str, uri: str) -> str:
        found = web_address(text)
        if text and not found:
            raise Unusable("bad-address", field, f"Das Feld »{field}« ist keine Adresse, die sich öffnen lässt.", uri=uri)
        return found

    def _own_iri(self, resource: Json, uri: str) -> str:
        stated = _string(resource.get("uri")).strip()
        if stated and not is_iri(stated):
            self._notes.add("bad-identifier", "resources.uri")
        if is_iri(stated):
            return stated
        number = _string(resource.get("id"))
        made = f"{uri}/resource/{number}"
        return made if uri.startswith(f"{self._home}/dataset/") and re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", number) else ""

    def _themes(self) -> tuple[Theme, ...]:
        groups = [_string(each.get("name")) for each in _objects(self._package.get("groups"))]
        return codes_of(Theme, [*self._texts("theme"), *groups])

    def _keywords(self) -> Iterator[Text]:
        translated = _parsed(self._value("tags_translated"))
        german = _strings(translated.get("de")) if isinstance(translated, Mapping) else []
        named = [_string(each.get("display_name") or each.get("name")) for each in _objects(self._package.get("tags"))]
        words = dict.fromkeys(line(each) for each in (german or named))
        yield from (Text(de=each) for each in words if each)

    def _temporal(self) -> Period | None:
        covered = _first_object(self._value("temporal_coverage"))
        ends = [
            (self._text("temporal_start") or _string(covered.get("start")), "temporal_start"),
            (self._text("temporal_end") or _string(covered.get("end")), "temporal_end"),
        ]
        start, end = (day_of(text) if text else None for text, _ in ends)
        for (text, field), found in zip(ends, (start, end), strict=True):
            if text and found is None:
                self._notes.add("bad-date", field)
        return Period(start=start, end=end) if start or end else None

    def _covered(self, member: str) -> list[str]:
        return _strings(_first_object(self._value("spatial_coverage")).get(member))

    def _spatial_title(self) -> Text | None:
        return text_of({"": line(next(iter([*self._texts("spatial_text"), *self._covered("text")]), ""))})

    def _bbox(self) -> tuple[float, float, float, float] | None:
        value = self._value("spatial")
        geometries = [json.dumps(value) if isinstance(value, Mapping) else _string(value), *self._covered("bbox"), *self._covered("geom")]
        return next((found for each in geometries if each and (found := bbox_of(each))), None)

    def _publisher(self, member: str) -> str:
        stated = self._text(f"publisher_{member}")
        return line(stated or _string(_first_object(self._package.get("publisher")).get(member)))

    def _organisation(self) -> str:
        organisation = self._package.get("organization")
        return line(_string(organisation.get("title") or organisation.get("name"))) if isinstance(organisation, Mapping) else ""

    def _day(self, *names: str) -> Any:
        for name in names:
            text = self._text(name)
            if text and (found := day_of(text)) is not None:
                return found
            if text:
                self._notes.add("bad-date", name)
        return None

    def _moment(self, *names: str) -> Any:
        return self._first_moment(self._values(names), "", *names)

    def _first_moment(self, content: Json, prefix: str, *names: str) -> Any:
        for name in names:
            text = _string(content.get(name)).strip()
            if text and (found := moment_of(text)) is not None:
                return found
            if text:
                self._notes.add("bad-date", f"{prefix}.{name}" if prefix else name)
        return None

    def _value(self, name: str) -> Any:
        value = self._package.get(name)
        return self._extras.get(name) if value in (None, "", []) else value

    def _values(self, names: tuple[str, ...]) -> Json:
        return {name: self._value(name) for name in names}

    def _text(self, name: str) -> str:
        return _string(self._value(name)).strip()

    def _texts(self, name: str) -> list[str]:
        return _strings(self._value(name))

    def _versions(self, name: str, clean: Any) -> dict[str, str]:
        return _versions({each: self._value(each) for each in (name, f"{name}_translated")}, name, clean)


def _of_words(stated: list[str], attribution: str) -> StatedLicence:
    return licence_of([line(each) for each in stated], attribution=attribution)


def _extra(key: str) -> str:
    """ckanext-dcat writes some names with a prefix in its older form; ckanext-dcatde has German ones."""
    return key.removeprefix("dcat_") if key in ("dcat_issued", "dcat_modified", "dcat_publisher_name") else key


def _versions(content: Json, name: str, clean: Any) -> dict[str, str]:
    """Language -> text."""
    translated = _parsed(content.get(f"{name}_translated"))
    versions = {str(key).lower(): clean(_string(value)) for key, value in translated.items()} if isinstance(translated, Mapping) else {}
    own = content.get(name)
    parsed = _parsed(own) if isinstance(own, Mapping) else None
    if isinstance(parsed, Mapping):
        versions |= {str(key).lower(): clean(_string(value)) for key, value in parsed.items()}
    else:
        versions.setdefault("", clean(_string(own)))
    return {key: value for key, value in versions.items() if value}


def _string(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15 else ""


def _strings(value: object) -> list[str]:
    """A list, a list written as JSON text, several values by commas between braces, or one value."""
    listed = _parsed(value)
    return [text for each in _listed(listed) if (text := _string(each).strip())]


def _parsed(value: object) -> Any:
    """extras hold lists and objects as JSON text."""
    if not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _listed(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _first_object(value: object) -> Mapping[str, Any]:
    return next(iter([each for each in _listed(_parsed(value)) if isinstance(each, Mapping)]), {})


def _size(value: object) -> int | None:
    text = _string(value).strip()
    return int(text) if re.fullmatch(r"\d{1,15}", text, re.ASCII) else None
