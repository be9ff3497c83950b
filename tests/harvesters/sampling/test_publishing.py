"""What was collected becomes public: months as rows, and their files with them."""

import contextlib
import html
import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import duckdb
import pandas
import pytest
from fastapi.testclient import TestClient
from rdflib import DCAT as DCAT_2
from rdflib import RDF, Namespace
from sqlalchemy import event

from api.web.app import create_app
from catalog.files import Files
from catalog.plan import Guards, Outcome, Review, RunRecord
from catalog.publish import Publisher
from dcat.feed import page
from dcat.official import OFFICIAL
from dcat.profiles import DE_3_0
from dcat.render import published_triples
from dcat.serialise import fragment
from dcat.uris import link_uris
from harvesters.harvester import SourceConfig
from harvesters.http.asking import Surroundings
from harvesters.http.opening import Web
from harvesters.http.pace import MemoryPace
from harvesters.run import harvest
from harvesters.sampling.publishing import publish
from harvesters.sampling.shelf import Shelf
from harvesters.sampling.taking import take
from tests.api.web.serving import address_of, listeners, serving
from tests.api.web.world import BASE_URL, World, new_world
from tests.dcat.graphs import graph_of
from tests.dcat.test_official import SHAPES, results_in
from tests.harvesters.http.world import SWIFT
from tests.harvesters.sampling.servers import NOW, Streams, quarters
from tests.harvesters.sampling.test_taking import server

DAY = timedelta(days=1)
#: rdflib knows DCAT 2 only.
DCAT = Namespace(str(DCAT_2))
present = pytest.mark.skipif(not SHAPES.is_dir(), reason=f"offizielle SHACL-Dateien fehlen: {SHAPES}")


@dataclass
class City:
    """An installation with one source, whose server gives a day of values at a time."""

    world: World
    source: SourceConfig
    web: Web
    shelf: Shelf
    now: datetime = NOW
    archive: Files = field(init=False)

    def __post_init__(self) -> None:
        self.archive = Files(self.world.folder / "archive")
        self.world.clock.now = self.now
        self.world.publisher = Publisher(
            self.world.store,
            self.world.files,
            self.archive,
            site=self.world.site,
            curation=self.world.folder / "curation",
            renderer=self.world.renderer,
            clock=self.world.clock,
            attached=self.shelf.files,
        )

    def harvested(self) -> RunRecord:
        world = self.world
        return harvest(self.source, store=world.store, publisher=world.publisher, archive=self.archive, now=self.now, web=self.web)

    def sampled(self, *, review: Review = Review.NEVER) -> RunRecord | None:
        take(self.source, self.web, self.shelf, now=self.now)
        return self.published(review=review)

    def published(self, *, review: Review = Review.NEVER) -> RunRecord | None:
        world, source = self.world, replace(self.source, guards=Guards(review=review))
        return publish(source, store=world.store, publisher=world.publisher, shelf=self.shelf, site=world.site, now=self.now)

    def next_day(self, values: Streams) -> None:
        self.now += DAY
        self.world.clock.now = self.now
        for number in values.values:
            values.values[number] += quarters(self.now)

    @property
    def layer(self) -> str:
        [found] = self.world.store.declarations_of("sta")
        return found.name

    @property
    def name(self) -> str:
        return f"{self.layer}-messwerte"

    def rows(self, edition: int) -> pandas.DataFrame:
        stored = self.world.store.edition(self.name, edition).files["csv"]
        return pandas.read_csv(io.BytesIO(self.world.files.read(stored.sha256)))

    @cached_property
    def client(self) -> TestClient:
        return TestClient(create_app(self.world.services()), raise_server_exceptions=False)


@contextmanager
def _city(folder: Path, values: Streams) -> Iterator[City]:
    world = new_world(folder)
    web = Web(user_agent="klar", limits=SWIFT, environ={}, pace=MemoryPace(interval=0), surroundings=Surroundings(sleep=lambda _: None))
    with server(values) as url:
        source = SourceConfig(
            name="sta", title="Luft", url=url, folder=folder, kind="sensorthings", allow_private=("127.0.0.1",),
            guards=Guards(review=Review.NEVER),
        )  # fmt: skip
        yield City(world=world, source=source, web=web, shelf=Shelf(folder / "messwerte"))
    world.close()


@pytest.fixture
def values() -> Streams:
    return Streams({str(each): quarters(NOW) for each in (1001, 1002, 1003)}, dense=False)


@pytest.fixture
def city(tmp_path: Path, values: Streams) -> Iterator[City]:
    """Its list of stations is published."""
    with _city(tmp_path, values) as found:
        assert found.harvested().outcome is Outcome.OK
        yield found


def _path(row: pandas.Series) -> str:
    return str(row["url"]).removeprefix(BASE_URL)


def _values(content: bytes, folder: Path) -> list[tuple[str, float]]:
    """Datastream and value, as anybody reads them."""
    path = folder / "downloaded.parquet"
    path.write_bytes(content)
    with duckdb.connect() as connection:
        return connection.execute("SELECT datastream, value FROM read_parquet(?) ORDER BY time, datastream", [str(path)]).fetchall()


def test_a_month_of_values_is_a_row_and_its_file_can_be_downloaded(city: City, tmp_path: Path) -> None:
    before = city.world.store.dataset(city.layer).dataset
    record = city.sampled()
    assert record is not None
    assert (record.outcome, record.source, record.counts["created"]) == (Outcome.OK, "sta-messwerte", 1)
    row = city.rows(1).iloc[0]
    assert (row["id"], row["rows"], row["datastreams"]) == ("2026-11", 288, 3)
    answer = city.client.get(_path(row))
    assert answer.status_code == 200
    assert (len(answer.content), answer.headers["etag"]) == (row["size"], f'"{row["sha256"]}"')
    values = _values(answer.content, tmp_path)
    assert len(values) == 288
    assert values[:4] == [("sta-1001", 10.0), ("sta-1002", 10.0), ("sta-1003", 10.0), ("sta-1001", 10.1)]
    assert city.world.store.dataset(city.layer).dataset == before, "the list of stations does not move"


def test_a_file_of_a_month_never_changes_and_parts_of_it_are_given(city: City) -> None:
    city.sampled()
    path = _path(city.rows(1).iloc[0])
    whole = city.client.get(path)
    part = city.client.get(path, headers={"range": "bytes=-4"})
    assert (part.status_code, part.content) == (206, b"PAR1")
    assert "immutable" in whole.headers["cache-control"]
    assert whole.headers["content-type"] == "application/vnd.apache.parquet"
    assert city.client.head(path).headers["content-length"] == str(len(whole.content))
    assert city.client.get(path, headers={"if-none-match": whole.headers["etag"]}).status_code == 304


def test_only_what_a_row_of_this_data_set_names_is_served(city: City) -> None:
    city.sampled()
    store, sha256 = city.world.store, city.rows(1).iloc[0]["sha256"]
    csv = store.edition(city.name, 1).files["csv"].sha256
    paths = (
        f"/datasets/{city.name}/months/{'0' * 64}.parquet",
        f"/datasets/{city.name}/months/{csv}.parquet",
        f"/datasets/{city.layer}/months/{sha256}.parquet",
        f"/datasets/nowhere/months/{sha256}.parquet",
        f"/datasets/{city.name}/months/..%2f{sha256}.parquet",
    )
    assert [city.client.get(each).status_code for each in paths] == [404] * 5


def test_the_next_day_is_a_new_edition_and_the_first_one_stays_as_it_is(city: City, values: Streams, tmp_path: Path) -> None:
    city.sampled()
    first = city.rows(1)
    old = city.client.get(_path(first.iloc[0])).content
    city.next_day(values)
    record = city.sampled()
    assert record is not None
    assert (record.outcome, record.counts["updated"]) == (Outcome.OK, 1)
    second = city.rows(2).iloc[0]
    assert second["rows"] == 576
    pandas.testing.assert_frame_equal(city.rows(1), first)
    assert city.client.get(_path(first.iloc[0])).content == old
    assert len(_values(city.client.get(_path(second)).content, tmp_path)) == 576


def test_nothing_new_is_no_edition(city: City) -> None:
    city.sampled()
    again = city.published()
    assert again is not None
    assert again.outcome is Outcome.UNCHANGED
    assert len(city.world.store.editions(city.name)) == 1


def test_a_new_data_set_of_values_waits_for_a_person_and_its_file_waits_with_it(city: City, values: Streams) -> None:
    held = city.sampled(review=Review.NEW)
    assert held is not None
    assert held.outcome is Outcome.HELD
    assert held.plan is not None
    take(city.source, city.web, city.shelf, now=city.now + DAY)
    city.world.publisher.apply(held.plan, by="Ada", reason="geprüft")
    assert city.client.get(_path(city.rows(1).iloc[0])).status_code == 200


def test_values_of_a_list_that_is_not_published_wait(tmp_path: Path, values: Streams) -> None:
    with _city(tmp_path, values) as city:
        assert city.sampled() is None
        city.harvested()
        record = city.published()
        assert record is not None
        assert record.outcome is Outcome.OK


def test_a_file_that_is_gone_is_not_promised(city: City) -> None:
    take(city.source, city.web, city.shelf, now=city.now)
    shelf = city.shelf
    sha256 = shelf.read(city.layer).months["2026-11"].sha256
    city.world.publisher = Publisher(
        city.world.store, city.world.files, city.archive, site=city.world.site, curation=city.world.folder / "curation",
        renderer=city.world.renderer, clock=city.world.clock, attached=Files(city.world.folder / "elsewhere"),
    )  # fmt: skip
    record = city.published()
    assert record is not None
    assert record.outcome is Outcome.PARTIAL
    assert [each.code for each in record.findings] == ["file-missing"]
    assert not city.world.files.has(sha256)
    assert city.name not in city.world.store.known_datasets()


def test_a_month_that_has_lost_values_stays_as_it_was_published(city: City) -> None:
    city.sampled()
    shutil.rmtree(city.world.folder / "messwerte")
    city.now -= timedelta(hours=12)
    record = city.sampled()
    assert record is not None
    assert [each.code for each in record.findings] == ["month-shrunk"]
    assert city.rows(1).iloc[0]["rows"] == 288
    assert len(city.world.store.editions(city.name)) == 1


@contextmanager
def _killed_before_the_rows(city: City) -> Iterator[None]:
    """The file lies there, and the transaction that names it ends."""

    def killed(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO attachment"):
            raise KeyboardInterrupt

    engine = city.world.store.database.engine
    event.listen(engine, "before_cursor_execute", killed)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", killed)


def test_a_kill_between_file_and_row_leaves_a_file_that_nobody_names_and_a_sweep_takes_it(city: City, values: Streams) -> None:
    city.sampled()
    published, name = city.rows(1).iloc[0]["sha256"], city.name

    city.next_day(values)
    with _killed_before_the_rows(city), pytest.raises(KeyboardInterrupt):
        city.sampled()
    new = city.shelf.read(city.layer).months["2026-11"].sha256
    assert city.world.files.has(new)
    assert city.client.get(f"/datasets/{name}/months/{new}.parquet").status_code == 404
    city.world.publisher.withdraw(city.layer, reason="Test", by="Ada")  # sweeps
    assert not city.world.files.has(new)
    assert city.world.files.has(published), "a row names it"
    assert city.client.get(f"/datasets/{name}/months/{published}.parquet").status_code == 200


def test_what_was_killed_is_published_the_next_time(city: City) -> None:
    with _killed_before_the_rows(city), pytest.raises(KeyboardInterrupt):
        city.sampled()
    again = city.published()
    assert again is not None
    assert again.outcome is Outcome.OK
    assert city.client.get(_path(city.rows(1).iloc[0])).status_code == 200


def test_with_the_data_set_its_files_are_withdrawn(city: City, values: Streams) -> None:
    city.sampled()
    city.next_day(values)
    city.sampled()
    paths = [_path(city.rows(each).iloc[0]) for each in (1, 2)]
    shas = [city.rows(each).iloc[0]["sha256"] for each in (1, 2)]
    name = city.name
    city.world.publisher.withdraw(name, reason="Falsch geeicht", by="Ada")
    assert not {*shas} & city.world.files.names()
    assert [city.client.get(each).status_code for each in paths] == [410, 410]
    city.next_day(values)
    record = city.sampled()
    assert record is not None
    assert record.outcome is Outcome.UNCHANGED, "it never comes back"
    assert city.client.get(paths[0]).status_code == 410


def test_with_an_edition_goes_what_it_alone_names(city: City, values: Streams) -> None:
    city.sampled()
    city.next_day(values)
    city.sampled()
    paths = [_path(city.rows(each).iloc[0]) for each in (1, 2)]
    city.world.publisher.withdraw(city.name, edition=1, reason="Falsch", by="Ada")
    assert [city.client.get(each).status_code for each in paths] == [404, 200]


def test_a_withdrawn_month_goes_from_all_editions_and_never_comes_back(city: City, values: Streams) -> None:
    city.now = city.world.clock.now = datetime(2026, 12, 1, 4, tzinfo=UTC)
    for number in values.values:
        values.values[number] = quarters(city.now)
    city.sampled()
    before = city.rows(1).set_index("id")
    assert list(before.index) == ["2026-11", "2026-12"]
    city.world.publisher.withdraw(city.name, row="2026-11", reason="Falsch geeicht", by="Ada")
    after = city.rows(2).set_index("id")
    assert list(after.index) == ["2026-12"]
    assert [city.client.get(_path(before.loc[each])).status_code for each in before.index] == [404, 200]
    again = city.sampled()
    assert again is not None
    assert again.outcome is Outcome.UNCHANGED


def test_the_page_and_the_description_of_the_months_are_those_of_any_data_set(city: City) -> None:
    city.sampled()
    client = city.client
    for path in (f"/datasets/{city.name}", f"/en/datasets/{city.name}", f"/datasets/{city.name}/editions", "/sensors"):
        assert client.get(path, headers={"accept": "text/html"}).status_code == 200, path
    shown = client.get(f"/datasets/{city.name}", headers={"accept": "text/html"}).text
    assert "Messwerte nach Monat" in shown
    assert f"/months/{city.rows(1).iloc[0]['sha256']}.parquet" in shown
    turtle = client.get(f"/datasets/{city.name}.ttl").text
    assert "data.parquet" in turtle
    assert "2026-11" in turtle


def test_a_month_has_an_address_that_stays_and_portals_are_told_of_it(city: City, values: Streams) -> None:
    city.sampled()
    path, layer = f"/datasets/{city.name}/months/2026-11.parquet", city.world.store.dataset(city.layer).dataset
    first = city.client.get(path)
    described = city.world.store.dataset(city.name).dataset
    city.next_day(values)
    city.sampled()
    again = city.world.store.dataset(city.name).dataset
    second = city.client.get(path)

    assert [each.download_url for each in described.links] == [f"{BASE_URL}{path}"]
    assert (described.links[0].byte_size, described.links[0].modified) == (len(first.content), NOW)
    assert first.headers["etag"].strip('"') == city.rows(1).iloc[0]["sha256"]
    assert second.headers["etag"].strip('"') == city.rows(2).iloc[0]["sha256"] != city.rows(1).iloc[0]["sha256"]
    assert "immutable" not in second.headers["cache-control"]
    assert link_uris("", described.links) == link_uris("", again.links), "a portal sees the same distribution, changed"
    assert again.links[0].modified == city.now
    assert city.client.get(f"/datasets/{city.name}/months/2026-10.parquet").status_code == 404
    assert city.client.get(f"/datasets/{city.layer}/months/2026-11.parquet").status_code == 404
    assert again.series == layer.series, "it belongs to the network"
    resources = city.client.get(f"/api/3/action/package_show?id={city.name}").json()["result"]["resources"]
    assert f"{BASE_URL}{path}" in {each["url"] for each in resources}


def test_a_withdrawn_month_is_no_distribution_any_more(city: City, values: Streams) -> None:
    city.sampled()
    city.world.publisher.withdraw(city.name, reason="Falsch geeicht", by="Ada")

    assert city.client.get(f"/datasets/{city.name}/months/2026-11.parquet").status_code == 410


@present
def test_what_portals_are_told_of_months_has_no_results(city: City) -> None:
    """Beside the layer they come from, with its service and series."""
    city.sampled()
    chosen = [each.dataset for each in city.world.store.datasets()]
    written = [fragment(published_triples(each, city.world.site, DE_3_0), "rdf") for each in chosen]
    content = page(city.world.site, "rdf", number=1, fragments=written, total=len(chosen), last_page=1, modified=NOW, issued=NOW)
    found = graph_of(content, "rdf")

    assert {each.name for each in chosen} == {city.layer, city.name}
    assert len(set(found.objects(None, DCAT.downloadURL))) > 5
    assert [*found.subjects(RDF.type, DCAT.DataService)]
    assert [*found.subjects(RDF.type, DCAT.DatasetSeries)]
    assert results_in(OFFICIAL, found) == ()


def test_the_page_leads_from_a_layer_to_its_history_and_what_it_says_to_copy_works(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.sampled()
    asked = {"accept": "text/html"}
    layer = city.client.get(f"/datasets/{city.layer}", headers=asked).text
    months = city.client.get(f"/datasets/{city.name}", headers=asked).text
    section = months[months.index('<h2 id="months">') : months.index('<h2 id="downloads">')]
    shell, python = (html.unescape(each) for each in re.findall(r"<pre[^>]*>(.*?)</pre>", section, re.DOTALL))

    assert f'href="/datasets/{city.name}"' in layer
    assert f'href="/datasets/{city.layer}"' in months
    assert "November 2026" in section
    monkeypatch.chdir(tmp_path)
    with listeners(1) as sockets, serving(create_app(city.world.services()), sockets):
        there = address_of(sockets[0])
        subprocess.run(["bash", "-c", shell.replace(BASE_URL, there)], check=True, capture_output=True, timeout=60)
        fetched = Path("2026-11.parquet").read_bytes()
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(python.replace(BASE_URL, there), "example", "exec"), {})
    assert fetched[:4] == b"PAR1"
    assert "sta-1001" in out.getvalue()
