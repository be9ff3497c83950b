"""`klar cubes`, and the same on the operator pages: what is shown to whom, what is published, and what stays as it was."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api import cubes, decisions
from api.admin.admin import admin_of
from api.admin.app import create_app
from api.admin.door import Door
from catalog.cubes.outlook import Fate
from catalog.cubes.releasing import Limits, draft
from catalog.decisions import Person
from catalog.statistics.errors import ReleaseRefused
from catalog.tokens import NotAllowed, Role
from catalog.vault import StoredCounts
from schemas.cube_plan import CubePlan
from schemas.errors import ConfigurationError
from schemas.statistics import Category, Profile
from schemas.values import Text
from tests.api.admin.office import ADDRESS
from tests.api.admin.office import Person as Visitor
from tests.api.attacks.world import ANNA, NAME, City, new_city, people
from tests.api.test_cli import Captured, klar, klar_json

BERTA = Person("berta")


@pytest.fixture
def city(tmp_path: Path) -> City:
    made = new_city(tmp_path / "stadt")
    text = made.config.read_text(encoding="utf-8").replace('languages = ["de", "en"]', 'languages = ["de"]')
    made.config.write_text(text, encoding="utf-8")
    return made


def _public(city: City) -> tuple[int, tuple[str, ...]]:
    with city.opened() as found:
        return found.store.revision(), tuple(each.name for each in found.store.statistics())


def test_the_list_says_what_was_never_counted_what_is_held_and_what_is_released(city: City, capsys: Captured) -> None:
    city.survey(people(120, seed=3))

    assert klar(city.config, "cubes") == 0
    assert "noch nie gezählt" in capsys.readouterr().out
    assert klar(city.config, "cubes", "publish", "ideen", "--reason", "x") == 2
    assert klar(city.config, "cubes") == 2
    assert "angehalten: Es gibt noch nichts" in capsys.readouterr().out


def test_a_plan_tells_no_exact_number_and_publishes_nothing(city: City, capsys: Captured) -> None:
    city.survey(people(123, seed=3))
    before, (_, truth) = _public(city), city.truth()

    found = klar_json(city.config, capsys, "cubes", "plan", NAME)

    assert found["outcome"] == "safe"
    assert (found["cells"], found["newcomers"], found["changes"]) == (len(truth), "enough", None)
    assert 0 < found["withheld"] < found["cells"]
    assert "123" not in json.dumps({name: value for name, value in found.items() if name not in ("counted_at", "cells", "withheld")})
    assert _public(city) == before


def test_a_release_is_published_once_with_charts_and_a_line_in_the_log(city: City, capsys: Captured) -> None:
    city.survey(people(120, seed=3))

    assert klar(city.config, "cubes", "publish", NAME, "--reason", "Auswertung", "--by", "anna") == 2
    assert "Es fehlt das Wort einer anderen Person" in capsys.readouterr().out
    assert _public(city)[1] == ()
    assert klar(city.config, "cubes", "publish", NAME, "--reason", "Auswertung", "--by", "berta") == 0
    assert klar(city.config, "cubes", "publish", NAME, "--reason", "noch einmal", "--by", "berta") == 0
    assert "nichts Neues" in capsys.readouterr().out

    with city.opened() as found:
        (head,) = found.store.releases(NAME)
        assert found.store.charts(NAME, head.name)
        said = [(each.who, each.what) for each in found.store.decisions()]
        assert found.store.consents() == ()
        assert found.vault.keyed(["spielplatz-2026"])["spielplatz-2026"].released_at is not None
    assert said[:2] == [("berta", "release"), ("anna", "consent")]


def test_wrong_names_and_reasons_are_refused_before_anything_is_counted(city: City) -> None:
    city.survey(people(20, seed=3))
    with city.opened() as found:
        with pytest.raises(ConfigurationError, match="Erklärt sind"):
            cubes.prepare(found, "gibtsnicht")
        with pytest.raises(ConfigurationError, match="Personenbezogenes"):
            decisions.release(found, NAME, ANNA, "Anruf von Frau Petersen, 0631 365-1234")
        with pytest.raises(NotAllowed):
            decisions.release(found, NAME, Person("e", Role.EDITOR.value), "Auswertung")
        assert found.vault.outlooks() == {}


def _large(plan: CubePlan) -> CubePlan:
    """With many categories that nobody chose: a process that is there already has no room for them in its memory."""
    first, *others = plan.cube.dimensions
    more = tuple(Category(code=f"c{n}", title=Text(de=f"Kategorie {n}")) for n in range(2000))
    return replace(plan, cube=replace(plan.cube, dimensions=(replace(first, categories=(*first.categories, *more)), *others)))


@pytest.mark.parametrize("limits", [Limits(memory=40 * 1024**2), Limits(seconds=0.001)], ids=["memory", "time"])
def test_an_audit_that_needs_too_much_holds_the_release(city: City, limits: Limits) -> None:
    city.survey(people(120, seed=3))
    with city.opened() as found:
        plan = _large(cubes.declared_one(found, NAME))
        made = draft(plan, store=found.store, vault=found.vault, at=city.clock.now, limits=limits)

    assert (made.outlook.fate, made.safe) == (Fate.HELD, None)
    assert made.outlook.reason.startswith("Die Prüfung wurde nicht fertig: ")


def test_a_mistake_of_the_audit_holds_the_release(city: City) -> None:
    """Exact numbers of persons are a mistake that the declaration refuses; should one get through, the audit does."""
    city.survey(people(120, seed=3))
    with city.opened() as found:
        plan = cubes.declared_one(found, NAME)
        made = draft(
            replace(plan, cube=replace(plan.cube, profile=Profile.OPEN)), store=found.store, vault=found.vault, at=city.clock.now
        )  # fmt: skip

    assert made.outlook.fate is Fate.HELD
    assert made.outlook.reason == "Die Prüfung ist gescheitert (ValueError); veröffentlicht wird nichts."


@pytest.mark.parametrize("fate", ["gone", "garbled", "of another time"])
def test_without_the_counts_behind_an_earlier_release_there_is_no_new_one(city: City, fate: str) -> None:
    first = people(120, seed=3)
    city.survey(first)
    assert city.publish().fate is Fate.RELEASED
    with city.opened() as found:
        ((mark, stored),) = found.vault.counts_of(NAME).items()
        found.vault.keep_counts(NAME, "of a release that never came", stored, released=[mark])
        if fate != "of another time":
            found.vault.keep_counts(NAME, mark, StoredCounts(digest="", content="{" if fate == "garbled" else "{}"), released=[mark])
        else:
            other = json.loads(stored.content)
            other["kinds"] = other["kinds"][1:]
            found.vault.keep_counts(NAME, mark, StoredCounts(digest="", content=json.dumps(other)), released=[mark])
    city.survey([*first, *people(60, seed=4, start=1000)])

    held = city.publish()

    assert held.fate is Fate.HELD
    assert "fehlt im Tresor" in held.reason or "passen nicht" in held.reason
    assert len(_public(city)[1]) == 1


def test_what_was_audited_before_another_release_came_is_refused(city: City) -> None:
    """Two people at once: the audit of the second one knew nothing of the first one's release."""
    city.survey(people(120, seed=3))
    with city.opened() as found:
        one, other = cubes.prepare(found, NAME), cubes.prepare(found, NAME)
        cubes.release(found, one, ANNA, "Auswertung")
        with pytest.raises(ReleaseRefused):
            cubes.release(found, other, BERTA, "Auswertung")

        assert len(found.store.releases(NAME)) == 1
        assert cubes.prepare(found, NAME).outlook.fate is Fate.SAME, "the counts behind the first one are as they were"


def test_a_phase_that_ends_opens_the_gate_once(city: City) -> None:
    first = people(120, seed=3)
    city.survey(first, end="2026-11-25")
    assert city.publish().fate is Fate.RELEASED
    city.survey([*first, *people(8, seed=4, start=1000)], end="2026-11-25")
    assert "Neue Personen" in city.publish().reason, "it has not ended yet"

    city.clock.now = city.clock.now.replace(day=26)
    after_the_end = city.publish()
    assert "Neue Personen" not in after_the_end.reason, "the audit decides"

    released = after_the_end.fate is Fate.RELEASED
    city.survey([*first, *people(9, seed=4, start=1000)], end="2026-11-25")
    assert ("Neue Personen" in city.publish().reason) is released


def test_counting_children_is_declared_and_protected_at_ten(city: City) -> None:
    file = city.config.parent / "cubes" / f"{NAME}.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("gate: phase-end", "gate: phase-end\nminors: true"), encoding="utf-8")
    city.survey(people(120, seed=3))

    with city.opened() as found:
        assert cubes.prepare(found, NAME).outlook.rules == "round10/1"


def test_a_statistic_with_another_dimension_is_not_comparable_and_held(city: City) -> None:
    city.survey(people(120, seed=3))
    assert city.publish().fate is Fate.RELEASED
    file = city.config.parent / "cubes" / f"{NAME}.yaml"
    text = file.read_text(encoding="utf-8")
    more = "  - {name: channel, title: {de: Weg, en: Channel}, person_attribute: false, field: channel}\ntables:"
    file.write_text(text.replace("tables:", more), encoding="utf-8")

    held = city.publish(correction=True)

    assert (held.fate, "nicht vergleichbar" in held.reason) == (Fate.HELD, True)


def test_an_unfinished_release_leaves_counts_that_are_forgotten(city: City) -> None:
    city.survey(people(120, seed=3))
    with city.opened() as found:
        counts = StoredCounts(digest="", content="{}")
        found.vault.keep_counts(NAME, "never came", counts, released=[])
        city.clock.now = city.clock.now.replace(day=22)
        found.vault.keep_counts(NAME, "new", counts, released=[])

        assert set(found.vault.counts_of(NAME)) == {"new"}


def test_the_operator_pages_count_hold_and_release(city: City) -> None:
    city.survey(people(120, seed=3))
    with city.opened() as found:
        admin = admin_of(found, Door())
        visitors = []
        for name in ("Amt", "Datenschutz"):
            _, secret = found.store.create_token(name, Role.RELEASER, 30, by="amt")
            visitor = Visitor(TestClient(create_app(admin), base_url=ADDRESS, raise_server_exceptions=False), secret=secret)
            assert visitor.log_in().status_code == 303
            visitors.append(visitor)
        one, two = visitors

        one.see(f"/cubes/{NAME}")
        assert one.send(f"/cubes/{NAME}/plan").headers["location"] == f"/cubes/{NAME}?done=cube-planned"
        assert "geheim gehalten" in one.see(f"/cubes/{NAME}").text
        assert one.decide(f"/cubes/{NAME}/publish", "Auswertung").headers["location"] == f"/cubes/{NAME}?done=pending"
        assert "Sie haben schon zugestimmt" in one.see(f"/cubes/{NAME}").text
        two.see(f"/cubes/{NAME}")
        assert two.decide(f"/cubes/{NAME}/publish", "Auswertung").headers["location"] == f"/cubes/{NAME}?done=cube-released"
        assert "Veröffentlicht ist der Stand" in two.see(f"/cubes/{NAME}").text
        assert two.see("/cubes/gibtsnicht").status_code == 404
        assert two.send("/cubes/ideen/plan").headers["location"] == "/cubes/ideen?done=cube-held"
        assert "Es gibt noch nichts, was gezählt werden könnte." in two.see("/cubes").text
