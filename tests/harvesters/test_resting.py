"""A run whose source says that nothing has changed rests on the last one, if nothing else has changed, either."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely

from catalog.entries import QuarantineState
from catalog.plan import Outcome, RowState, RunRecord
from harvesters.http.opening import Web
from schemas.aliases import Aliases, Named
from schemas.boundaries import Boundaries
from schemas.personal_data import Detector
from tests.harvesters.catalogues.portals import neighbour, quick, run
from tests.harvesters.http.servers import Server, serving
from tests.harvesters.wordpress.sites import Json, item, options, site
from tests.harvesters.world import Intake

RESTED = "Die Quelle meldet nichts Neues; es bleibt alles, wie es war."


@dataclass
class Site:
    """Seven projects on four pages, harvested once."""

    items: list[Json]
    made: Intake
    web: Web
    server: Server

    def again(self, *, days: float = 1, **more: Any) -> RunRecord:
        return run(self.made, self.web, days=days, **more)

    def reconfigured(self, **changed: Any) -> None:
        self.made.source = replace(self.made.source, **changed)


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Site]:
    items = [item(number) for number in range(1, 8)]
    with serving(site({"projekt": lambda: items})) as server:
        found = Site(items, neighbour(tmp_path, server.url("/"), "wordpress", **options(page_size=2)), quick(tmp_path), server)
        assert found.again().counts["created"] == 7
        yield found


def test_it_asks_for_changes_and_length_and_ends(first: Site) -> None:
    revision, asked = first.made.store.revision(), len(first.server.paths)
    records = [first.again() for _ in range(3)]

    assert [(each.outcome, each.message, each.counts["unchanged"]) for each in records] == [(Outcome.UNCHANGED, RESTED, 7)] * 3
    assert len(first.server.paths) - asked == 3 * 3
    assert first.made.store.revision() == revision


def test_it_counts_and_says_what_a_run_that_reads_everything_does(first: Site) -> None:
    rested = first.again()
    first.reconfigured(options=options(page_size=2, full_every_days=0))
    whole = first.again()

    assert (rested.counts, rested.findings) == (whole.counts, whole.findings)
    assert whole.message == ""


def test_a_change_is_read(first: Site) -> None:
    first.again()
    first.items[2] = item(3, status="fertig", modified="2026-11-23T08:00:00")
    record = first.again()

    assert (record.outcome, record.counts["updated"]) == (Outcome.OK, 1)


def test_a_row_that_is_gone_goes_on_going_although_the_source_has_nothing_new_to_tell(first: Site) -> None:
    first.reconfigured(guards=replace(first.made.source.guards, remove_after=timedelta(days=2)))
    del first.items[4]
    missing, still_missing, removed = first.again(), first.again(), first.again()

    assert (missing.counts["missing"], still_missing.message, removed.counts["removed"]) == (1, "", 1)
    assert "st-5" not in {each.row.key for each in first.made.store.published(first.made.source.name, "project")}
    assert first.again().message == RESTED, "now all rows stand as they are"


def test_a_row_that_waits_comes_when_a_person_accepts_it(first: Site) -> None:
    words = "Fragen an Erika Mustermann, Tel. 0631 205 894."
    body = str(first.items[0]["content"]["rendered"]).replace("Ein Platz", f"{words} Ein Platz")
    first.items.append(item(8, modified="2026-11-23T08:00:00", content={"rendered": body, "protected": False}))
    assert first.again().counts["quarantined"] == 1
    waiting = first.made.store.quarantine()[0]
    first.made.store.decide_quarantine(waiting.id, True, "pruefung", "Die Nummer ist die der Stelle.")

    assert first.again().counts["created"] == 1
    assert first.made.store.quarantine_item(waiting.id).state is not QuarantineState.OPEN


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Anders genannt"},
        {"aliases": Aliases([Named(id="st-1", table="project", names=("Platz",))])},
        {"options": options(page_size=2, prefix="st", at_most=500)},
    ],
    ids=["title", "aliases", "options"],
)
def test_another_configuration_makes_the_rows_anew(first: Site, changed: Json) -> None:
    first.reconfigured(**changed)

    assert first.again().message != RESTED
    assert first.again().message == RESTED, "and the next run rests on that one"


def test_other_rules_judge_again(first: Site) -> None:
    class Stricter(Detector):
        @property
        def fingerprint(self) -> str:
            return "stricter"

    assert first.again(detector=Stricter()).message != RESTED


def test_a_run_that_only_plans_reads(first: Site) -> None:
    assert first.again(plan_only=True).outcome is Outcome.PLANNED
    assert first.again().message != RESTED, "after a plan that nobody has decided on, either"


def test_after_a_failure_everything_is_read(first: Site) -> None:
    whole = first.server.routes
    first.server.routes = {}
    assert first.again().outcome is Outcome.FAILED
    first.server.routes = whole

    assert first.again().message != RESTED


def test_a_withdrawn_row_stays_away(first: Site) -> None:
    first.made.publisher.withdraw("projekte", row="st-3", reason="Auf Wunsch", by="datenschutz")
    first.again()

    states = {each.row.key: each.state for each in first.made.store.published(first.made.source.name, "project")}
    assert "st-3" not in states
    assert set(states.values()) == {RowState.CURRENT}


def test_the_same_borders_are_the_same_configuration() -> None:
    def borders(east: float) -> Boundaries:
        return Boundaries({"mitte": shapely.box(7.7, 49.4, east, 49.5)})

    assert repr(borders(7.8)) == repr(borders(7.8)) != repr(borders(7.81))
