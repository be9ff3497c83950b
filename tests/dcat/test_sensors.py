"""What portals see of a network of sensors: generated, walked as every kind does, published for real."""

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Triple
from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import GEO

from catalog.compose import Identity, compose, place_of
from catalog.curation import Curation
from catalog.entries import Edition
from catalog.extent import extent
from catalog.plan import PublishedRow, RowState
from dcat.catalogue import catalogue_triples
from dcat.feed import page
from dcat.official import HVD, OFFICIAL, REPAIRED, ProfileFiles
from dcat.profiles import DE_3_0, Profile, ap_2_1_1
from dcat.render import published_triples
from dcat.rules import violations
from dcat.serialise import fragment
from dcat.shacl import graph_from_triples
from harvesters.sensors.observed import Datastream, StatedUnit, Station
from schemas.declaration import Declaration, declaration_of_table
from schemas.model import Agent, Dataset
from schemas.place import KAISERSLAUTERN
from schemas.row import Row
from schemas.values import HVD_LEGISLATION, HvdCategory, Text
from tests.api.web.world import World, new_world, site
from tests.dcat.graphs import graph_of
from tests.dcat.samples import ISSUED, MODIFIED
from tests.dcat.strategies import words
from tests.dcat.test_official import SHAPES, results_in
from tests.sensing import CELSIUS, NOW, Seen, generated, records, sense, station, stream, walk

AP_2_1_1 = ap_2_1_1(lambda sha256: sha256[:40])
SITE = site()
#: rdflib knows DCAT 2 only.
DCAT_3 = Namespace(str(DCAT))
CATALOGUE = f"{SITE.uri_base}/catalog"
present = pytest.mark.skipif(not SHAPES.is_dir(), reason=f"offizielle SHACL-Dateien fehlen: {SHAPES}")
both_profiles = pytest.mark.parametrize("profile", [DE_3_0, AP_2_1_1], ids=lambda each: each.name)


@pytest.fixture(scope="module")
def sensed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = new_world(tmp_path_factory.mktemp("sensed"))
    sense(world, walk(generated()))
    yield world
    world.close()


def datasets(world: World) -> list[Dataset]:
    return [each.dataset for each in world.store.datasets()]


def triples(chosen: list[Dataset], profile: Profile = DE_3_0) -> list[Triple]:
    described = [each for dataset in chosen for each in published_triples(dataset, SITE, profile)]
    return [*catalogue_triples(SITE, issued=ISSUED, modified=MODIFIED), *described]


def graph(chosen: list[Dataset], profile: Profile = DE_3_0) -> Graph:
    return graph_from_triples(triples(chosen, profile))


@both_profiles
def test_a_network_breaks_none_of_our_rules(sensed: World, profile: Profile) -> None:
    chosen = datasets(sensed)

    assert len(chosen) == 3
    assert violations(triples(chosen, profile), profile) == ()


@present
@pytest.mark.parametrize(("profile", "files"), [(DE_3_0, OFFICIAL), (DE_3_0, REPAIRED), (AP_2_1_1, OFFICIAL), (AP_2_1_1, REPAIRED)])
def test_a_feed_page_of_a_network_has_no_results(sensed: World, profile: Profile, files: ProfileFiles) -> None:
    """The ordinary network, and one with names as odd as sources can write them."""
    chosen = [*datasets(sensed), *hostile()]
    written = [fragment(published_triples(each, SITE, profile), "rdf") for each in chosen]
    content = page(SITE, "rdf", number=1, fragments=written, total=len(chosen), last_page=1, modified=MODIFIED, issued=ISSUED)

    assert results_in(files, graph_of(content, "rdf")) == ()


@present
def test_a_place_of_two_boxes_would_be_found(sensed: World) -> None:
    """Negative control."""
    broken = graph(datasets(sensed))
    place = next(broken.subjects(DCAT.bbox))
    broken.add((place, DCAT.bbox, Literal("POLYGON((0 0,1 0,1 1,0 0))", datatype=GEO.wktLiteral)))

    assert results_in(REPAIRED, broken) != ()


@present
@both_profiles
def test_a_layer_that_a_person_marks_as_high_value_has_no_results_either(sensed: World, profile: Profile) -> None:
    chosen = [replace(each, hvd=(HvdCategory.METEOROLOGICAL,)) for each in datasets(sensed)]
    described = [each for dataset in chosen for each in published_triples(dataset, SITE, profile)]

    assert results_in(HVD, graph_from_triples(described)) == ()


def test_all_layers_share_one_service_for_each_endpoint(sensed: World) -> None:
    found = graph(datasets(sensed))

    services = {str(each) for each in found.subjects(RDF.type, DCAT.DataService)}

    assert services == {f"{CATALOGUE}#{each}" for each in ("api", "service-klima-sensorthings", "service-klima-mqtt")}
    assert list(found.objects(URIRef(f"{CATALOGUE}#service-klima-mqtt"), DCAT.endpointURL)) == [URIRef("mqtts://iot.example.org:8883")]
    assert [each for each in found.objects(None, DCAT.accessURL) if not str(each).startswith("http")] == []  # portals ask these
    assert list(found.triples((None, DCAT.servesDataset, None))) == []
    assert len(set(found.subjects(DCAT.accessService, URIRef(f"{CATALOGUE}#service-klima-sensorthings")))) == 3


def test_a_layer_of_another_publisher_does_not_give_its_service_a_second_one(sensed: World) -> None:
    first, *others = datasets(sensed)
    other = replace(first, publisher=Agent(name="Stadtwerke", id="stadtwerke"))
    found = graph([other, *others])

    for service in found.subjects(RDF.type, DCAT.DataService):
        assert len(list(found.objects(service, DCTERMS.publisher))) == 1
    assert violations(triples([other, *others])) == ()


def test_all_layers_belong_to_one_series_that_names_no_members(sensed: World) -> None:
    found = graph(datasets(sensed))

    assert set(found.objects(None, DCAT_3.inSeries)) == {URIRef(f"{CATALOGUE}#series-klima")}
    assert list(found.subjects(RDF.type, DCAT_3.DatasetSeries)) == [URIRef(f"{CATALOGUE}#series-klima")]
    assert list(found.triples((None, DCAT_3.seriesMember, None))) == []


def test_the_interval_stands_in_the_record_and_the_frequency_is_one_that_portals_know(sensed: World) -> None:
    """The EU list of the official shapes has no quarter of an hour (mapping.md, section 4): that is continuous."""
    found = graph(datasets(sensed))

    assert {str(each) for each in found.objects(None, DCAT.temporalResolution)} == {"PT15M"}
    assert {str(each).rpartition("/")[2] for each in found.objects(None, DCTERMS.accrualPeriodicity)} == {"CONT"}


def test_a_record_that_others_have_published_is_referred_to(tmp_path: Path) -> None:
    record = "https://registry.gdi-de.org/id/de.hh/1"
    home = station(1)
    seen = walk(records([(home, stream(n, home, "Temperature", CELSIUS, record=record)) for n in range(3)]))
    (dataset,) = published(tmp_path, seen)

    assert dataset.identifiers == (record,)
    assert {str(each) for each in graph([dataset]).objects(None, URIRef("http://www.w3.org/2004/02/skos/core#notation"))} >= {record}


def published(folder: Path, seen: Seen) -> list[Dataset]:
    world = new_world(folder)
    sense(world, seen)
    found = datasets(world)
    world.close()
    return found


# Where a layer lies


def wkt(dataset: Dataset) -> tuple[list[str], list[str]]:
    """Boxes and centroids of its own place."""
    found, place = graph([dataset]), URIRef(f"{SITE.dataset_uri(dataset.name)}#place")
    return [str(each) for each in found.objects(place, DCAT.bbox)], [str(each) for each in found.objects(place, DCAT.centroid)]


def test_a_layer_lies_where_its_stations_are_and_the_city_stays_named(sensed: World) -> None:
    dataset = datasets(sensed)[0]

    assert wkt(dataset) == (["POLYGON((7.72 49.42,7.79 49.42,7.79 49.43,7.72 49.43,7.72 49.42))"], ["POINT(7.748333 49.423333)"])
    spatial = {str(each) for each in graph([dataset]).objects(URIRef(SITE.dataset_uri(dataset.name)), DCTERMS.spatial)}
    assert spatial == {f"{SITE.dataset_uri(dataset.name)}#place", *KAISERSLAUTERN.iris}


def pinned(*positions: tuple[float | None, float | None]) -> Seen:
    stations = [station(n, longitude=x, latitude=y) for n, (x, y) in enumerate(positions)]
    return walk(records([(each, stream(n, each, "Temperature", CELSIUS)) for n, each in enumerate(stations)]))


@pytest.mark.parametrize(
    "positions",
    [[(7.7, 49.4)], [(7.7, 49.4)] * 3, [(7.7, 49.4), (7.7, 49.4000000001)], [(7.7, 49.4), (7.8, 49.4)]],
    ids=["one", "equal", "equal-as-published", "on-a-line"],
)
def test_what_has_no_area_has_a_centroid_only(tmp_path: Path, positions: list[tuple[float, float]]) -> None:
    (dataset,) = published(tmp_path, pinned(*positions))

    boxes, centroids = wkt(dataset)

    assert boxes == []
    assert len(centroids) == 1
    assert violations(triples([dataset])) == ()


def test_a_network_without_positions_lies_in_the_city(tmp_path: Path) -> None:
    (dataset,) = published(tmp_path, pinned((None, None), (None, None), (None, None)))

    assert dataset.spatial == SITE.place


def test_the_city_wide_list_of_stations_covers_the_city() -> None:
    """What it does not name is not there: its place never hangs on its rows."""
    row = Row(table="station", key="a", values={"longitude": 7.7, "latitude": 49.4})
    held = PublishedRow(source="a", row=row, state=RowState.CURRENT, state_since=None, acknowledged=False, changed_at=NOW, changed_run=1)

    assert place_of(declaration_of_table("station"), [held], SITE) == SITE.place
    assert place_of(replace(declaration_of_table("station"), name="netz"), [held], SITE) != SITE.place


numbers = st.one_of(st.none(), st.floats(), st.floats(7, 8), st.text(max_size=3), st.integers(-300, 300), st.booleans())


@given(st.lists(st.tuples(numbers, numbers), max_size=6))
def test_whatever_stands_in_a_cell_a_place_is_one_that_can_be_published(cells: list[tuple[object, object]]) -> None:
    rows = [
        PublishedRow(
            source="a",
            row=Row(table="station", key=str(n), values={"longitude": x, "latitude": y}),  # type: ignore[dict-item]  # anything
            state=RowState.CURRENT,
            state_since=None,
            acknowledged=False,
            changed_at=NOW,
            changed_run=1,
        )
        for n, (x, y) in enumerate(cells)
    ]
    table = declaration_of_table("station").table

    found = extent(table, rows, KAISERSLAUTERN)

    assert found == extent(table, rows[::-1], KAISERSLAUTERN)
    if found is not None and found.bbox:
        west, south, east, north = found.bbox
        assert found.centroid is not None
        assert -180 <= west < east <= 180
        assert -90 <= south < north <= 90
        assert west <= found.centroid[0] <= east
        assert south <= found.centroid[1] <= north


# Names as odd as sources can write them

odd_units = st.builds(StatedUnit, name=words, symbol=words, code=words)


@st.composite
def odd_streams(draw: st.DrawFn) -> tuple[Station, Datastream]:
    home = station(draw(st.integers(0, 9)), name=draw(words), place=draw(words), operator=draw(words))
    made = stream(draw(st.integers(0, 10_000)), home, draw(words), draw(odd_units))
    return home, replace(made, layer=draw(words), network=draw(st.sampled_from(("", "Netz »Ä«", "a" * 300))), sensor=draw(words))


@cache
def hostile() -> tuple[Dataset, ...]:
    """Many layers, published for real; judged in one run, for SHACL takes seconds over the code lists alone."""
    drawn: list[tuple[Station, Datastream]] = []

    @settings(max_examples=25)
    @given(odd_streams())
    def draw(pair: tuple[Station, Datastream]) -> None:
        drawn.append((pair[0], replace(pair[1], id=str(len(drawn)))))

    draw()
    seen = walk(records(drawn))
    return tuple(_composed(each, seen, number) for number, each in enumerate(seen.declarations, start=100))


def _composed(declaration: Declaration, seen: Seen, number: int) -> Dataset:
    edition = Edition(dataset=declaration.name, number=1, created_at=NOW, reason=Text(de="Neu."), rows=1, sha256="0" * 64, files={}, run=1)
    return compose(
        declaration,
        site=SITE,
        identity=Identity(uuid=f"0b6fbe1c-3f5e-4a52-9d2a-7a3a3b0e{number:04}", number=number, issued=NOW),
        edition=edition,
        rows=(),
        sources=(),
        curation=Curation(),
        publisher=SITE.publisher,
        modified=NOW + timedelta(days=1),
    )


def test_odd_names_break_none_of_our_rules() -> None:
    chosen = list(hostile())

    assert len(chosen) > 5
    assert len({each.name for each in chosen}) == len(chosen)
    assert all(re.fullmatch(r"klima(-[a-z0-9-]+)?", each.name) for each in chosen)
    assert violations(triples(chosen)) == ()


# High-value data sets: only a person may say so


def test_no_source_of_sensors_can_declare_a_high_value_data_set(sensed: World) -> None:
    """A declaration has no word for it, and what the table of properties hints at stays a hint."""
    assert not {each.name for each in fields(Declaration)} & {"hvd", "hvd_category", "high_value"}
    for dataset in datasets(sensed):
        assert dataset.hvd == ()
        assert HVD_LEGISLATION not in dataset.legislation


def test_a_person_can(sensed: World, tmp_path: Path) -> None:
    world = new_world(tmp_path)
    (tmp_path / "curation").mkdir()
    name = datasets(sensed)[1].name
    (tmp_path / "curation" / f"{name}.toml").write_text(
        '[hvd]\ncategories = ["meteorological"]\nwho = "Datenkoordination"\nwhy = "Wetterbeobachtung"\n', encoding="utf-8"
    )
    sense(world, walk(generated()))
    marked = {each.name: each.hvd for each in datasets(world)}
    world.close()

    assert marked.pop(name) == (HvdCategory.METEOROLOGICAL,)
    assert set(marked.values()) == {()}
