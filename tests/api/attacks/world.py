"""A survey with invented people, all the way from a dropped file through vault, count, audit and release to the public addresses."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random

from fastapi.testclient import TestClient

from api import cubes
from api.installation import Installation, installation
from api.settings import load, load_public
from api.web.app import create_app
from api.wiring import public_services
from catalog.cubes.outlook import Fate, Outlook
from catalog.cubes.reading import counted_from
from catalog.cubes.releasing import draft
from catalog.decisions import Person
from catalog.disclosure.protecting import counted
from schemas.statistics import Cell, Cube, Key, Release
from schemas.values import Text
from tests.api.places import new_installation

NAME = "spielplatz"
#: Charts are drawn in one language, where the test is not about them.
_GERMAN = ('languages = ["de", "en"]', 'languages = ["de"]')
AGES = ("under-18", "18-29", "30-44", "45-59", "60-74", "75-plus")
GENDERS = ("female", "male", "diverse")
OPTIONS = ("gut", "mittel", "schlecht")
ANNA = Person("anna")

_CUBE = """\
name: spielplatz
title: {de: Zufriedenheit mit dem Spielplatz, en: Satisfaction with the playground}
notes: {de: Zur Probe., en: A probe.}
base_population: {de: Alle., en: Everybody.}
measure: {name: persons, title: {de: Personen, en: Persons}, unit: persons}
profile: round5
gate: phase-end
count: {distinct: person, rows: [{table: answer, where: {question: zufriedenheit}}]}
dimensions:
  - name: satisfaction
    title: {de: Zufriedenheit, en: Satisfaction}
    person_attribute: false
    field: option
    categories:
      - {code: good, title: {de: gut, en: good}, from: [gut]}
      - {code: mixed, title: {de: mittel, en: mixed}, from: [mittel]}
      - {code: bad, title: {de: schlecht, en: bad}, from: [schlecht]}
  - {name: age_group, title: {de: Alter, en: Age}, person_attribute: true, field: age_group}
  - {name: gender, title: {de: Geschlecht, en: Gender}, person_attribute: true, field: gender}
tables: [[], [satisfaction], [age_group], [gender], [satisfaction, age_group], [satisfaction, gender], [age_group, gender]]
default_table: [satisfaction]
"""
_MAPPING = """\
[[table]]
table = "process"
file = "verfahren.csv"
[table.columns]
id = "id"
title = "titel"
mode = "form"
method = "art"
source_date_basis = "stand"
end = { column = "ende", parse = "date" }
[[table]]
table = "answer"
file = "antworten.csv"
[table.columns]
id = "nr"
process_id = "verfahren"
person = "wer"
question = "frage"
option = "antwort"
text = "text"
age_group = "alter"
gender = "geschlecht"
"""
_SOURCE = """
[[source]]
name = "umfrage"
title = "Umfrage"
kind = "files"
url = "drop/umfrage"
review = "never"
at_least = 1
max_shrink = 0.9
personal_data = true
legal_basis = "Einwilligung"
data_anonymized = true
[source.options]
mapping = "mappings/umfrage.toml"
"""
_PROCESS = "id,titel,form,art,stand,ende\nspielplatz-2026,Umfrage zum Spielplatz,digital,survey,stated,{end}\n"


@dataclass(frozen=True, kw_only=True)
class Respondent:
    who: str
    option: str
    age: str
    gender: str
    text: str = ""


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def people(number: int, seed: int, *, start: int = 0) -> list[Respondent]:
    """More of them in the first categories than in the last."""
    kinds = list(product(OPTIONS, AGES, GENDERS))
    weights = [1 / ((1 + OPTIONS.index(o)) * (1 + AGES.index(a)) * (1 + 2 * GENDERS.index(g))) for o, a, g in kinds]
    chosen = Random(seed).choices(kinds, weights, k=number)
    return [Respondent(who=f"p{start + n}", option=o, age=a, gender=g) for n, (o, a, g) in enumerate(chosen)]


@dataclass
class City:
    """One installation. The operator's parts are opened for each step, as commands do."""

    config: Path
    clock: Clock

    @contextmanager
    def opened(self) -> Iterator[Installation]:
        with installation(load(self.config, {}), clock=self.clock) as found:
            yield found

    def survey(self, respondents: Sequence[Respondent], *, end: str = "") -> None:
        """The file as it is from now on, harvested; an hour later than what was before. `end`: of the process, if it is known."""
        self.clock.now += timedelta(hours=1)
        drop = self.config.parent / "drop" / "umfrage"
        (drop / "verfahren.csv").write_text(_PROCESS.format(end=end), encoding="utf-8")
        (drop / "antworten.csv").write_text(_rows(respondents), encoding="utf-8")
        with self.opened() as found:
            record = found.harvest(found.source("umfrage"))
            assert record.outcome.value in ("ok", "unchanged"), (record.message, record.findings)
            found.follow_up()

    def publish(self, *, correction: bool = False) -> Outlook:
        """As `klar cubes publish` does."""
        self.clock.now += timedelta(minutes=1)
        with self.opened() as found:
            made = cubes.prepare(found, NAME, correction=correction)
            return cubes.release(found, made, ANNA, "Auswertung") if made.outlook.fate is Fate.SAFE else made.outlook

    def publish_unguarded(self) -> Release:
        """The identity function in place of the guard: exact numbers through the same storage to the same addresses. klar has no such
        switch; this goes past everything that would refuse."""
        self.clock.now += timedelta(minutes=1)
        with self.opened() as found:
            plan = cubes.declared_one(found, NAME)
            true = counted_from(plan, store=found.store, vault=found.vault, at=self.clock.now)
            cells = tuple(Cell(key=key, value=value) for key, value in counted(true.cube, true.cube, true.base).items())
            name, number = found.store.next_release(NAME, self.clock.now)
            made = Release(
                cube=true.cube, name=name, number=number, at=self.clock.now, reason=Text(de="x"), cells=cells, rules="round5/1", merged={}
            )  # fmt: skip
            found.publisher.publish_release(made)
            return made

    def truth(self) -> tuple[Cube, dict[Key, int]]:
        """The declared cube with the exact count of every planned cell."""
        with self.opened() as found:
            true = counted_from(cubes.declared_one(found, NAME), store=found.store, vault=found.vault, at=self.clock.now)
            return true.cube, counted(true.cube, true.cube, true.base)

    def proposed(self) -> tuple[Cell, ...]:
        """What would be released, for tests that look for people who make no difference."""
        with self.opened() as found:
            made = draft(cubes.declared_one(found, NAME), store=found.store, vault=found.vault, at=self.clock.now)
            return made.safe.cells if made.safe else ()

    @contextmanager
    def client(self) -> Iterator[TestClient]:
        services = replace(public_services(load_public(self.config, {}), clock=self.clock), requests_per_minute=1_000_000)
        services = replace(services, engine_seconds=1e6)
        try:
            with TestClient(create_app(services), raise_server_exceptions=False, follow_redirects=False) as client:
                yield client
        finally:
            services.store.close()


def new_city(folder: Path) -> City:
    new_installation(folder)
    with (folder / "klar.toml").open("a", encoding="utf-8") as file:
        file.write(_SOURCE)
    for name, content in (("mappings/umfrage.toml", _MAPPING), (f"cubes/{NAME}.yaml", _CUBE)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "drop" / "umfrage").mkdir(parents=True)
    return City(folder / "klar.toml", Clock())


def german_only(city: City) -> City:
    text = city.config.read_text(encoding="utf-8")
    assert _GERMAN[0] in text
    city.config.write_text(text.replace(*_GERMAN), encoding="utf-8")
    return city


def _rows(respondents: Iterable[Respondent]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["nr", "verfahren", "wer", "frage", "antwort", "text", "alter", "geschlecht"])
    for number, each in enumerate(respondents):
        writer.writerow([f"n{number}", "spielplatz-2026", each.who, "zufriedenheit", each.option, each.text, each.age, each.gender])
    return out.getvalue()


# --- what an attacker asks for ---------------------------------------------------------------------------------------------------

API = f"/api/v1/statistics/{NAME}"
FORMS = ("csv", "json", "jsonstat", "xlsx", "parquet")


def questions(cube: Cube) -> Iterator[str]:
    """Every table; every code alone, with the total, all but it; every pair that is planned; and what is wrong."""
    for table in cube.tables:
        yield f"group_by={','.join(table) or '_T'}"
        yield from (f"group_by={','.join(table)}&pivot={each}" for each in table)
        if len(table) == 2:
            one, other = (cube.dimension(each) for each in table)
            yield from (f"{one.name}={a}&{other.name}={b}" for a, b in product(one.codes, other.codes))
            yield from (
                f"{one.name}={a}&{other.name}={','.join(each for each in other.codes if each != b)}"
                for a, b in product(one.codes, other.codes)
            )
    for each in cube.dimensions:
        for code in each.codes:
            yield f"{each.name}={code}"
            yield f"{each.name}={','.join(other for other in each.codes if other != code)}"
    yield from ("", "satisfaction=good&age_group=18-29&gender=male", "colour=red", "age_group=61", "age_group=%00", "lang=en")


def statistic_addresses(cube: Cube, releases: Sequence[str], *, forms: Sequence[str] = FORMS) -> Iterator[str]:
    """All questions in the forms that are read without a library; whole tables and what is wrong in every form and on every page."""
    for query in questions(cube):
        twice = "&" in query and "," in query  # many; one form will do
        yield from (f"{API}.{form}?{query}" for form in (("csv",) if twice else ("csv", "json")) if form in forms)
        if query.startswith("group_by") or "=" not in query or query.endswith(("red", "61", "%00", "en", "male")):
            yield from (f"{API}.{form}?{query}" for form in forms if form not in ("csv", "json"))
            yield from (f"/statistics/{NAME}?{query}", f"/en/statistics/{NAME}?{query}", f"/statistics/{NAME}/embed?{query}")
        if "," not in query:
            yield f"/statistics/{NAME}/chart.svg?{query}"
    for name in releases:
        yield from (f"{API}/releases/{name}.{form}" for form in forms)
        yield from (f"/statistics/{NAME}/releases/{name}", f"/statistics/{NAME}/chart.png", f"/statistics/{NAME}/releases/{name}/chart.png")
    yield from (API, f"{API}/releases", "/api/v1/statistics", "/statistics", "/statistics/questions")


def other_addresses(client: TestClient) -> Iterator[str]:
    """All the rest: every address that the OpenAPI document and the pages know, with names filled in, and errors."""
    document = client.get("/api/v1/openapi.json").json()
    for path in sorted(document["paths"]):
        for name in ("spielplatz", "beteiligungsverfahren"):
            yield re.sub(r"\{[a-z_]+\}", "1", path.replace("{name}", name).replace("{ext}", "csv").replace("{form}", "csv"))
    for path in ("/", "/datasets", "/datasets?q=personen", "/status", "/sitemap.xml", "/robots.txt", "/changes.atom", "/catalog", "/en",
                 "/catalog.ttl", "/catalog.rdf", "/catalog.jsonld", "/catalog.nt", f"/datasets/{NAME}", f"/datasets/{NAME}.ttl",
                 f"/datasets/{NAME}/editions", "/api/v1/changes?since=0", "/api/3/action/package_list", "/api/3/action/package_search?q=",
                 f"/api/3/action/package_show?id={NAME}", "/health/live", "/health/ready", "/nowhere", "/datasets/nowhere",
                 f"/api/v1/datasets/{NAME}/rows", f"/datasets/{NAME}/datapackage.json", f"/datasets/{NAME}.zip",
                 "/datasets/beteiligungsverfahren/data.csv", "/statistics/reported", f"{API}.exe", f"/statistics/{NAME}?x=1",
                 "/projects", "/processes", "/processes/spielplatz-2026", "/processes/nowhere", "/events.ics"):  # fmt: skip
        yield path


Answer = tuple[int, tuple[tuple[str, str], ...], bytes]


def crawl(client: TestClient, paths: Iterable[str]) -> dict[str, Answer]:
    """Status, headers with their order, body."""
    found: dict[str, Answer] = {}
    for path in paths:
        answer = client.get(path)
        found[path] = (answer.status_code, tuple(answer.headers.items()), answer.content)
    return found
