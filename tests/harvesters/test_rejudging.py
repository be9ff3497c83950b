"""Rows that stand published are judged again when the rules are other ones, and only then."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from catalog.plan import Outcome, Review
from harvesters import judging
from harvesters.judging import fingerprint_of
from schemas.personal_data import Detector
from schemas.personal_data.hit import Hit
from schemas.table import common_tables
from tests.harvesters.world import PROJECTS, Intake, intake

PHONE = "0631 23125 077"
WITH_PHONE = f"p2,Radweg,fertig,2023-06,Rückfragen: {PHONE},"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Intake]:
    made = intake(tmp_path)
    made.detector = Detector(public=[PHONE])
    made.projects(PROJECTS[0], WITH_PHONE, PROJECTS[2])
    yield made
    made.close()


def waiting(world: Intake) -> list[str]:
    return [each.key for each in world.store.quarantine()]


def test_a_published_row_that_the_new_rules_refuse_goes_to_the_list_and_stays_marked(world: Intake) -> None:
    assert world.run().outcome is Outcome.OK
    assert world.run(days=1).outcome is Outcome.UNCHANGED

    world.detector = Detector()
    run = world.run(days=1)

    assert (run.outcome, run.counts["stale"], waiting(world)) == (Outcome.PARTIAL, 1, ["p2"])
    assert world.published() == {"p1": "current", "p2": "stale", "p3": "current"}


def test_it_is_not_forgotten_by_the_runs_after(world: Intake) -> None:
    world.run()
    world.detector = Detector()
    world.run(days=1)

    for _ in range(2):
        assert world.run(days=1).outcome is Outcome.UNCHANGED
    assert (world.published()["p2"], waiting(world)) == ("stale", ["p2"])

    world.detector = Detector(public=[PHONE])
    assert world.run(days=1).counts["returned"] == 1
    assert (world.published()["p2"], waiting(world)) == ("current", [])


def test_a_person_s_word_holds_under_new_rules_too(world: Intake) -> None:
    world.run()
    world.detector = Detector()
    world.run(days=1)
    (item,) = world.store.quarantine()
    world.store.decide_quarantine(item.id, True, "anna", "Amtsnummer")
    world.run(days=1)

    world.detector = Detector(public=["etwas anderes"])
    run = world.run(days=1)

    assert (run.outcome, world.published()["p2"], waiting(world)) == (Outcome.UNCHANGED, "current", [])


def test_a_verdict_that_is_held_is_passed_again_by_the_next_run(world: Intake) -> None:
    world.run()
    world.detector = Detector()
    world.guard(review=Review.ALWAYS)
    assert world.run(days=1).outcome is Outcome.HELD
    assert world.run(days=1).outcome is Outcome.HELD

    world.guard(review=Review.NEVER)
    assert world.run(days=1).counts["stale"] == 1


class Watched(Detector):
    """Remembers which texts it was asked about."""

    texts: set[str]

    def find_each(self, texts: Sequence[tuple[str, str]]) -> list[tuple[Hit, ...]]:
        self.texts |= {text for _, text in texts}
        return super().find_each(texts)


def judged(world: Intake, *, days: float = 1, public: Sequence[str] = (PHONE,)) -> set[str]:
    """Titles of the rows that this run has looked at."""
    world.detector = Watched(public=public)
    world.detector.texts = set()
    world.run(days=days)
    return world.detector.texts & {"Stadtpark", "Radweg", "Bäume"}


def test_unchanged_rows_are_judged_once_for_each_state_of_the_rules(world: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(judged(world)) == 3
    assert judged(world) == set()
    assert len(judged(world, public=[PHONE, "Rathaus"])) == 3
    assert judged(world, public=[PHONE, "Rathaus"]) == set()
    monkeypatch.setattr(judging, "RULES", "other rules")
    assert len(judged(world, public=[PHONE, "Rathaus"])) == 3
    assert judged(world, public=[PHONE, "Rathaus"]) == set()


def test_a_run_that_could_not_read_everything_does_not_count_as_having_judged_everything(world: Intake) -> None:
    world.run()
    world.projects("p1,Stadtpark,läuft,2023,,,zu viel", header="id,title,status,start,note,quelle,mehr")
    judged(world, public=[PHONE, "Rathaus"])

    world.projects(PROJECTS[0], WITH_PHONE, PROJECTS[2])
    assert len(judged(world, public=[PHONE, "Rathaus"])) == 3


def test_the_fingerprint_names_rules_detector_and_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = list(common_tables().values())
    first = fingerprint_of(Detector(), tables)

    assert fingerprint_of(Detector(), tables[::-1]) == first
    assert fingerprint_of(Detector(public=["x"]), tables) != first
    assert fingerprint_of(Detector(), tables[1:]) != first
    monkeypatch.setattr(judging, "RULES", "other rules")
    assert fingerprint_of(Detector(), tables) != first
