"""Data sets as unkind as sources can be."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from schemas.dates import PartialDate
from schemas.model import Agent, Contact, DataService, Dataset, Period, Place, Removal, Series, SourceReference, Successor
from schemas.values import (
    AccessRight,
    Availability,
    FileFormat,
    Frequency,
    GeocodingLevel,
    HvdCategory,
    Language,
    Licence,
    PublisherType,
    Text,
    Theme,
)
from tests.dcat.samples import PROJECTS, distribution

HOSTILE = (
    "\x00\x01\x0b\x1f",
    "Zeile\r\nZeile\rZeile\ttab",
    "er sagte \"nein\" und 'ja' \\ \\n",
    "]]> <b>fett</b> &amp; <!-- -->",
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>&a;',
    "@prefix dcat: <http://böse.example/> . # .",
    "</rdf:RDF>",
    '"@de , "zwei',
    '"""drei"""',
    "عربي \u202e rückwärts \u202c עברית",
    "👩🏽‍🚀 😀 \U0010ffff",
    "\u0085\u2028\u2029\ufeff\ufffe\uffff",
    "\ud800 halb",
    "e\u0301 ß ŉ ﬀ",
    " ",
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=40), st.just("Bäume in der Straße"))
#: Never empty once cleaned: a title and a description are mandatory.
words = st.builds("Wort {}".format, texts)
pairs = st.builds(Text, de=words, en=st.one_of(st.just(""), words))
loose_pairs = st.builds(Text, de=texts, en=texts)
moments = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis wants naive bounds
dates = st.one_of(
    st.integers(1, 9999).map("{:04}".format),
    st.dates(min_value=date(1, 1, 1)).map(lambda day: day.isoformat()[:7]),
    st.dates(min_value=date(1, 1, 1)).map(date.isoformat),
).map(PartialDate)
periods = st.one_of(st.none(), st.builds(Period, start=st.one_of(st.none(), dates), end=st.one_of(st.none(), dates)))
longitudes = st.floats(-180, 180)
latitudes = st.floats(-90, 90)
web_addresses = st.one_of(
    st.sampled_from(
        (
            'https://www.example.org/a b?q=ä|<"`>#t {x}',
            "http://größe.example:8080/%zz/%20/ü",
            "https://[2001:db8::1]/x",
            " https://example.org/blank-at-the-end ",
            "HTTPS://EXAMPLE.org",
        )
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map("https://example.org/{}".format),
)
optional_addresses = st.one_of(st.just(""), web_addresses)
optional_dates = st.one_of(st.none(), dates)
keys = st.from_regex(r"[a-z0-9][a-z0-9._:-]{1,20}", fullmatch=True)
successors = st.one_of(st.none(), st.builds(Successor, id=keys, name=words))
agents = st.one_of(
    st.just(PROJECTS.publisher),
    st.builds(
        Agent,
        name=words,
        id=st.one_of(st.just(""), keys),
        homepage=optional_addresses,
        type=st.one_of(st.none(), st.sampled_from(PublisherType)),
        identifiers=st.lists(texts, max_size=2).map(tuple),
        valid_from=optional_dates,
        valid_to=optional_dates,
        successor=successors,
    ),
)
services = st.builds(
    DataService,
    name=st.from_regex(r"[a-z0-9][a-z0-9-]{0,10}", fullmatch=True),
    title=pairs,
    description=pairs,
    endpoint_url=st.one_of(web_addresses, st.just("/api/v1")),
    endpoint_description=st.one_of(optional_addresses, st.just("/api/v1/openapi.json")),
    documentation=st.one_of(web_addresses, st.just("/api")),
    formats=st.lists(st.sampled_from(FileFormat), min_size=1, max_size=3, unique=True).map(tuple),
)
series = st.one_of(st.none(), st.builds(Series, name=keys, title=pairs, description=pairs))
removals = st.one_of(st.none(), st.builds(Removal, announced=moments, at=moments, reason=loose_pairs))
contacts = st.one_of(
    st.builds(Contact, name=words, email=st.sampled_from(("amt+daten@example.org", "größe@größe.example")), url=optional_addresses),
    st.builds(Contact, name=words, url=web_addresses),
)
places = st.builds(
    Place,
    title=loose_pairs,
    iris=st.lists(web_addresses, max_size=2).map(tuple),
    bbox=st.one_of(st.none(), st.tuples(longitudes, latitudes, longitudes, latitudes)),
    centroid=st.one_of(st.none(), st.tuples(longitudes, latitudes)),
    level=st.one_of(st.none(), st.sampled_from(GeocodingLevel)),
)
sources = st.builds(SourceReference, name=st.just("quelle"), title=texts, url=texts, personal_data=st.booleans(), legal_basis=texts)
formats = st.lists(st.sampled_from(FileFormat), min_size=1, unique=True)
files = formats.flatmap(lambda chosen: st.tuples(*(st.builds(distribution, st.just(each), st.integers(0, 2**63)) for each in chosen)))


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    """Valid by construction: each has what DCAT-AP.de demands; everything else may be missing, odd or hostile."""
    return replace(
        PROJECTS,
        name=draw(st.from_regex(r"[a-z0-9][a-z0-9_-]{1,20}", fullmatch=True)),
        uuid=draw(st.one_of(st.just(""), st.uuids().map(str))),
        title=draw(pairs),
        description=draw(pairs),
        themes=tuple(draw(st.lists(st.sampled_from(Theme), max_size=3))),
        keywords=tuple(draw(st.lists(loose_pairs, max_size=3))),
        publisher=draw(agents),
        contact=draw(contacts),
        licence=draw(st.sampled_from(Licence)),
        attribution=draw(texts),
        frequency=draw(st.sampled_from(Frequency)),
        temporal=draw(periods),
        spatial=draw(places),
        issued=draw(moments),
        modified=draw(moments),
        edition_note=draw(loose_pairs),
        distributions=draw(files),
        access_right=draw(st.sampled_from(AccessRight)),
        availability=draw(st.sampled_from(Availability)),
        languages=tuple(draw(st.lists(st.sampled_from(Language), unique=True))),
        provenance=draw(loose_pairs),
        sources=tuple(draw(st.lists(sources, max_size=2))),
        kind=draw(st.sampled_from(("project", "statistics", "sensor"))),
        landing_page=draw(optional_addresses),
        legislation=tuple(draw(st.lists(web_addresses, max_size=2))),
        official=draw(st.booleans()),
        identifiers=tuple(draw(st.lists(texts, max_size=2))),
        hvd=tuple(draw(st.one_of(st.just([]), st.lists(st.sampled_from(HvdCategory), max_size=2, unique=True)))),
        services=tuple(draw(st.lists(services, max_size=2, unique_by=lambda each: each.name))),
        series=draw(series),
        removal=draw(removals),
        content_modified=draw(st.one_of(st.none(), moments)),
    )
