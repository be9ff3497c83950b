"""`/sensors`: all stations of all networks on a map and in a list, without scripts."""

import re
from pathlib import Path

import pytest
import shapely
from fastapi.testclient import TestClient

from api.web.sensors.stations import STATUSES, gather
from api.web.web import web_from
from schemas.boundaries import Boundaries
from schemas.declaration import declaration_of_table
from tests.api.web.conftest import BROWSER, client_of
from tests.api.web.sensors.conftest import layer
from tests.api.web.world import CANARY, World, new_world, row
from tests.sensing import CELSIUS, NOW, generated, network, records, sense, station, stream, walk


def names(page: str) -> list[str]:
    return re.findall(r'<article class="card station">\s*<h3[^>]*>([^<]*)</h3>', page)


def test_a_station_of_several_layers_is_one_station(sensed: World) -> None:
    known = gather(web_from(sensed.services()))
    first = next(each for each in known.stations if each.name == "Messstelle 0")

    assert len(known.stations) == 13  # twelve of the network and one of the city-wide list
    assert [each.property for each in first.observed] == ["Luftfeuchte", "Lufttemperatur", "Stickstoffdioxid"]
    assert {each.title.de for each in known.networks} == {"Klimamessnetz", "Messstellen und Sensoren"}


def test_the_page_lists_every_station_as_people_count(sensing: TestClient) -> None:
    page = sensing.get("/sensors", headers=BROWSER).text

    assert names(page) == [*(f"Messstelle {each}" for each in range(12)), "Waschmühle Wassertemperatur"]
    assert "13 Messstellen" in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("property=Luftfeuchte", 12),
        ("property=Wassertemperatur", 1),
        ("status=active", 13),
        ("status=planned", 0),
        ("network=klima", 12),
        ("network=messstellen&property=Wassertemperatur", 1),
        ("network=klima&property=Wassertemperatur", 0),
        ("district=nirgendwo", 0),
        ("property=&district=&status=&network=", 13),
    ],
)
def test_filters_narrow_list_and_map(sensing: TestClient, query: str, count: int) -> None:
    page = sensing.get(f"/sensors?{query}", headers=BROWSER).text

    assert len(names(page)) == count
    assert ('class="map"' in page) == bool(count)
    if count:
        legend = re.findall(r'<span class="count">([0-9]+)</span></li>', page)
        assert sum(map(int, legend)) == count


def test_a_status_that_there_is_not_is_refused_with_the_allowed_ones(sensing: TestClient) -> None:
    answer = sensing.get("/sensors?status=broken")

    assert answer.status_code == 400
    assert all(each in str(answer.json()["allowed"]) for each in STATUSES)


def test_the_form_shows_what_was_chosen(sensing: TestClient) -> None:
    page = sensing.get("/sensors?property=Luftfeuchte", headers=BROWSER).text

    assert '<option value="Luftfeuchte" selected>Luftfeuchte (12)</option>' in page
    assert '<form class="choose" method="get" action="/sensors">' in page
    assert '<a href="/sensors">Alle Messstellen zeigen</a>' in page


def test_each_property_leads_to_its_data_set_and_to_its_rows(sensing: TestClient, sensed: World) -> None:
    page = sensing.get("/sensors", headers=BROWSER).text
    (address,) = re.findall(rf'href="(/api/v1/datasets/{layer(sensed)}/rows\?station_id__exact=klima-7)"', page)

    (found,) = sensing.get(address).json()["rows"]

    assert found["station"] == "Messstelle 7"
    assert f'href="/datasets/{layer(sensed)}"' in page


def test_the_english_page_keeps_words_of_sources_marked_as_german(sensing: TestClient) -> None:
    page = sensing.get("/en/sensors", headers=BROWSER).text

    assert '<h3 lang="de">Messstelle 0</h3>' in page
    assert "13 stations" in page
    assert 'href="/en/datasets/messstellen"' in page


def test_the_page_is_linked_from_everywhere_and_in_the_sitemap(sensing: TestClient) -> None:
    assert sensing.get("/", headers=BROWSER).text.count('href="/sensors"') == 2
    assert "/sensors</loc>" in sensing.get("/sitemap.xml").text


def test_before_any_station_is_published_the_page_says_so(tmp_path: Path) -> None:
    world = new_world(tmp_path)

    page = client_of(world).get("/sensors", headers=BROWSER)
    world.close()

    assert page.status_code == 200
    assert "noch keine Messstellen" in page.text


def test_a_layer_shows_unit_interval_services_and_the_way_to_its_network(sensing: TestClient, sensed: World) -> None:
    page = sensing.get(f"/datasets/{layer(sensed)}", headers=BROWSER).text

    assert re.search(r"<dt>Einheit</dt><dd>Grad Celsius</dd>", page)
    assert re.search(r"<dt>Zeit zwischen zwei Werten</dt><dd>alle 15 Minuten</dd>", page)
    assert 'href="https://iot.example.org/v1.1/"' in page
    assert "<code>mqtts://iot.example.org:8883</code>" in page
    assert '<a href="/sensors?network=klima">Alle Messstellen: Klimamessnetz</a>' in page


def test_words_of_a_source_cannot_break_out_of_page_or_map(tmp_path: Path) -> None:
    world = new_world(tmp_path)
    bad = [station(n, name=f"{CANARY}{n}", place='"><svg onload=alert(1)>', operator="]]>&amp;") for n in range(3)]
    sense(world, walk(records([(each, stream(n, each, f"{CANARY} x", CELSIUS, url="javascript:alert(1)")) for n, each in enumerate(bad)])))
    client = client_of(world)

    pages = [client.get(each, headers=BROWSER).text for each in ("/sensors", "/en/sensors", f"/datasets/{layer(world, 'klima')}")]
    world.close()

    for page in pages:
        assert "<script>alert" not in page
        assert "onload=alert(1)>" not in page
        assert 'href="javascript' not in page


def test_many_stations_come_in_pages_and_the_map_stays_small(tmp_path: Path) -> None:
    world = new_world(tmp_path)
    homes = [station(n, longitude=7.63 + 0.0024 * (n % 100), latitude=49.36 + 0.013 * (n // 100)) for n in range(1_000)]
    sense(world, walk(records([(each, stream(n, each, "Temperature", CELSIUS)) for n, each in enumerate(homes)])))
    client = client_of(world)

    first, last = (client.get(f"/sensors?page={each}&network=klima", headers=BROWSER) for each in (1, 20))
    beyond = client.get("/sensors?page=21", headers=BROWSER)
    world.close()

    assert (len(names(first.text)), len(names(last.text)), beyond.status_code) == (50, 50, 404)
    assert 'href="/sensors?network=klima&amp;page=2"' in first.text
    assert first.text.count('<g class="mark') < 800
    assert len(first.content) < 250_000


def test_districts_are_drawn_where_their_boundaries_are_configured(sensed: World) -> None:
    halves = {"west": shapely.box(7.65, 49.38, 7.75, 49.48), "ost": shapely.box(7.75, 49.38, 7.85, 49.48)}
    outlines = Boundaries(halves).outlines()
    with_districts = client_of(sensed, outlines=outlines).get("/sensors", headers=BROWSER).text
    without = client_of(sensed).get("/sensors", headers=BROWSER).text

    assert with_districts.count('<path class="area"') == 2
    assert "Grenzen der Ortsbezirke" in with_districts
    assert without.count('<path class="area box"') == 1
    assert "gestrichelte Rechteck" in without


def test_the_district_of_a_station_can_be_chosen(tmp_path: Path) -> None:
    world = new_world(tmp_path)
    world.harvest(row("district", "moelschbach", name="Mölschbach", kind="ortsbezirk"), of=declaration_of_table("district"))
    districts = Boundaries({"moelschbach": shapely.box(7.715, 49.0, 7.745, 50.0)})
    sense(world, walk(generated(8), now=NOW, of=network(), districts=districts))

    page = client_of(world).get("/sensors?district=moelschbach", headers=BROWSER).text
    world.close()

    assert names(page) == ["Messstelle 0", "Messstelle 1", "Messstelle 2"]
    assert '<option value="moelschbach" selected>Mölschbach (3)</option>' in page
    assert page.count("<span>Mölschbach</span>") == 3
