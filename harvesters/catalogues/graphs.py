"""Trees of a DCAT feed -> data sets (DCAT-AP.de 3.0, and the older terms feeds still use)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

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

T = TypeVar("T")
Tree = Mapping[str, Any]
_PERSONS = frozenset({"foaf:Person", "vcard:Individual"})
_LABELS = ("skos:prefLabel", "rdfs:label", "dcterms:title", "skos:notation", "rdf:value")


def adopted(tree: Tree, *, fallback: str) -> Adopted:
    """`fallback`: publisher of the catalogue, where a data set names none. Raises Unusable."""
    return _Reading(tree, fallback).adopted()


def is_stub(tree: Tree) -> bool:
    """Typed as a data set, and nothing more: members of series and related ones in some feeds."""
    return not tree.keys() - {"@id", "@type", "dcterms:identifier"}


class _Reading:
    """One data set."""

    def __init__(self, tree: Tree, fallback: str) -> None:
        self._tree = tree
        self._fallback = fallback
        self._notes = Notes()

    def adopted(self) -> Adopted:
        uri = self._uri()
        title = text_of(_versions(self._tree, "dcterms:title", line))
        if title is None:
            raise Unusable("no-title", "dcterms:title", "Der Titel fehlt.", uri=uri)
        licence = self._licence(self._tree)
        links = tuple(self._link(each, uri) for each in _nodes(self._tree, "dcat:distribution"))
        if not licence.stated and not any(each.licence.stated for each in links):
            self._notes.add("no-licence", "dcterms:license")
        publisher = next((each for each in _nodes(self._tree, "dcterms:publisher") if not _is_person(each)), {})
        dataset = UpstreamDataset(
            uri=uri,
            title=title,
            description=text_of(_versions(self._tree, "dcterms:description", plain)) or title,
            publisher=_name(publisher) or self._fallback,
            publisher_homepage=next(filter(None, map(page_address, _texts(publisher, "foaf:homepage"))), ""),
            contact_url=self._contact(),
            landing_page=next(filter(None, map(page_address, _texts(self._tree, "dcat:landingPage"))), ""),
            themes=codes_of(Theme, self._iris("dcat:theme")),
            keywords=tuple(self._keywords()),
            licence=licence,
            frequency=code_of(Frequency, self._stated("dcterms:accrualPeriodicity")),
            temporal=self._temporal(),
            spatial_title=self._spatial_title(),
            spatial_iris=tuple(dict.fromkeys((*self._iris("dcterms:spatial"), *self._iris("dcatde:politicalGeocodingURI")))),
            bbox=self._bbox(),
            languages=codes_of(Language, self._stated("dcterms:language")),
            access_right=code_of(AccessRight, self._stated("dcterms:accessRights")),
            hvd=codes_of(HvdCategory, self._iris("dcatap:hvdCategory")),
            legislation=self._iris("dcatap:applicableLegislation"),
            contributor_id=next(iter(self._iris("dcatde:contributorID")), ""),
            identifiers=self._identifiers(uri),
            version=line(
                next((text for name in ("dcat:version", "owl:versionInfo", "adms:version") for text in _texts(self._tree, name)), "")
            ),
            issued=self._date(self._tree, "dcterms:issued", day_of),
            modified=self._date(self._tree, "dcterms:modified", moment_of),
            links=links,
        )
        return Adopted(dataset=dataset, identifier=next(iter(_texts(self._tree, "dcterms:identifier")), ""), notes=self._notes.all())

    def _uri(self) -> str:
        """The node's IRI; a node without one is named by its identifier."""
        stated = self._tree.get("@id", "")
        if not stated:
            stated = next((each for each in _texts(self._tree, "dcterms:identifier") if is_iri(each)), "")
        if not stated:
            raise Unusable("no-identifier", "dcterms:identifier", "Der Datensatz hat keine Kennung, die überall gilt (IRI).")
        if not is_iri(stated):
            raise Unusable("bad-iri", "dcat:Dataset", "Die Kennung des Datensatzes ist keine gültige IRI.")
        return str(stated)

    def _identifiers(self, uri: str) -> tuple[str, ...]:
        own = _texts(self._tree, "dcterms:identifier")
        others = [text for each in _nodes(self._tree, "adms:identifier") for text in _texts(each, "skos:notation") or [each.get("@id", "")]]
        others += [each["@value"] for each in self._tree.get("adms:identifier", ()) if "@value" in each]
        found = [line(each) for each in (*own, *others) if len(each) <= 2000]
        return tuple(dict.fromkeys(each for each in found if each and each != uri))

    def _licence(self, tree: Tree) -> StatedLicence:
        """A node of its own may name the licence by its page, its label, or what it matches."""
        stated: list[str] = []
        for each in tree.get("dcterms:license", ()):
            stated += _values(each)
            for name in ("skos:exactMatch", "foaf:homepage", "foaf:page", "dcterms:identifier", *_LABELS):
                stated += _texts(each, name)
        attribution = line(next(iter(_texts(tree, "dcatde:licenseAttributionByText")), ""))
        return self._notes.licence(licence_of([line(each) for each in stated], attribution=attribution), "dcterms:license")

    def _link(self, tree: Tree, uri: str) -> Link:
        access, download = self._address(tree, "dcat:accessURL", uri), self._address(tree, "dcat:downloadURL", uri)
        if not access and not download:
            raise Unusable("no-address", "dcat:accessURL", "Eine Datei hat keine Adresse (dcat:accessURL).", uri=uri)
        own = tree.get("@id", "")
        if own and not is_iri(own):
            raise Unusable("bad-iri", "dcat:distribution", "Die Kennung einer Datei ist keine gültige IRI.", uri=uri)
        media_types = [text for each in tree.get("dcat:mediaType", ()) for text in _labels(each)]
        formats = [text for each in tree.get("dcterms:format", ()) for text in _labels(each)]
        form, stated_format = format_of([line(each) for each in (*formats, *media_types)])
        return Link(
            access_url=access or download,
            download_url=download,
            title=text_of(_versions(tree, "dcterms:title", line)),
            description=text_of(_versions(tree, "dcterms:description", plain)),
            format=form,
            stated_format=stated_format,
            media_type=media_type_of([*media_types, *formats]),
            licence=self._licence(tree),
            byte_size=_size(_texts(tree, "dcat:byteSize")),
            uri=own,
            issued=self._date(tree, "dcterms:issued", moment_of),
            modified=self._date(tree, "dcterms:modified", moment_of),
        )

    def _address(self, tree: Tree, name: str, uri: str) -> str:
        stated = next((each for each in _texts(tree, name) if each.strip()), "")
        found = web_address(stated)
        if stated and (not found or found != stated.strip()):
            raise Unusable("bad-address", name, f"Das Feld »{name}« ist keine gültige IRI, die sich öffnen lässt.", uri=uri)
        return found

    def _contact(self) -> str:
        """Only a page of an office: a person's card gives nothing."""
        offices = [each for each in _nodes(self._tree, "dcat:contactPoint") if not _is_person(each)]
        pages = [page_address(text) for each in offices for name in ("vcard:hasURL", "vcard:url") for text in _texts(each, name)]
        return next(filter(None, pages), "")

    def _keywords(self) -> Iterator[Text]:
        """Words of a graph are in no order and not paired by language: German ones, or those that are not said to be anything."""
        stated = [each for each in self._tree.get("dcat:keyword", ()) if "@value" in each]
        german = [each for each in stated if str(each.get("@language", "de")).startswith("de")] or stated
        words = dict.fromkeys(line(each["@value"]) for each in german)
        yield from (Text(de=each) for each in words if each)

    def _temporal(self) -> Period | None:
        for each in _nodes(self._tree, "dcterms:temporal"):
            start = self._date(each, "dcat:startDate", day_of) or self._date(each, "schema:startDate", day_of)
            end = self._date(each, "dcat:endDate", day_of) or self._date(each, "schema:endDate", day_of)
            if start or end:
                return Period(start=start, end=end)
        return None

    def _spatial_title(self) -> Text | None:
        for each in _nodes(self._tree, "dcterms:spatial"):
            for name in ("skos:prefLabel", "rdfs:label", "locn:geographicName"):
                if found := text_of(_versions(each, name, line)):
                    return found
        return text_of({"": line(next((each["@value"] for each in self._tree.get("dcterms:spatial", ()) if "@value" in each), ""))})

    def _bbox(self) -> tuple[float, float, float, float] | None:
        for each in _nodes(self._tree, "dcterms:spatial"):
            for name in ("dcat:bbox", "locn:geometry", "dcat:centroid"):
                for text in _texts(each, name):
                    if found := bbox_of(text):
                        return found
        return None

    def _date(self, tree: Tree, name: str, read: Callable[[str], T | None]) -> T | None:
        for text in _texts(tree, name):
            if found := read(text):
                return found
            self._notes.add("bad-date", name)
        return None

    def _iris(self, name: str) -> tuple[str, ...]:
        """Literals too: contributorID and themes are text in some feeds."""
        stated = _texts(self._tree, name)
        if any(not is_iri(each) for each in stated):
            self._notes.add("bad-identifier", name)
        return tuple(dict.fromkeys(each for each in stated if is_iri(each)))

    def _stated(self, name: str) -> list[str]:
        return [text for each in self._tree.get(name, ()) for text in _labels(each)]


def _nodes(tree: Tree, name: str) -> list[Tree]:
    return [each for each in tree.get(name, ()) if "@value" not in each]


def _values(value: Tree) -> list[str]:
    return [value[name] for name in ("@id", "@value") if value.get(name)]


def _texts(tree: Tree, name: str) -> list[str]:
    """IRIs and literals alike."""
    return [text for each in tree.get(name, ()) for text in _values(each)]


def _labels(value: Tree) -> list[str]:
    return [*_values(value), *(text for name in _LABELS for text in _texts(value, name))]


def _versions(tree: Tree, name: str, clean: Callable[[str], str]) -> dict[str, str]:
    """Language ("" where none is said) -> text; of several in one language the first in their order."""
    versions: dict[str, str] = {}
    for each in tree.get(name, ()):
        if text := clean(each.get("@value", "")):
            versions.setdefault(str(each.get("@language", "")).lower(), text)
    return versions


def _name(agent: Tree) -> str:
    for name in ("foaf:name", "skos:prefLabel", "rdfs:label"):
        if found := text_of(_versions(agent, name, line)):
            return found.de
    return ""


def _is_person(node: Tree) -> bool:
    return bool(_PERSONS & set(node.get("@type", ())))


def _size(stated: Iterable[str]) -> int | None:
    """Whole bytes; DCAT-AP 2 has them as decimals."""
    for each in stated:
        if found := re.fullmatch(r"(\d{1,15})(?:\.0+)?", each.strip(), re.ASCII):
            return int(found[1])
    return None
