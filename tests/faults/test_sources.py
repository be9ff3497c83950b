"""Every fault of a source: what readers get stays as it was or changes exactly as said, a person is told, and the others do not notice."""

import re
from dataclasses import replace
from fnmatch import fnmatchcase

import pytest

from catalog.plan import Outcome, RunRecord
from harvesters.http.limits import MB
from tests.faults.child import CANARY, TIGHT, TookTooLong, TookTooMuch, harvest, in_fresh_child
from tests.faults.city import CONTENT, DATASETS, SOURCES, TABLES, City, Rows
from tests.faults.table import HANGING, SOURCE_FAULTS, Fault

_ENGLISH = re.compile(r"\b(the|is|not|error|failed|invalid|expected|unexpected|missing|line)\b", re.I)


def _named(name: str) -> Fault:
    return next(each for each in SOURCE_FAULTS if each.name == name)


def require_message(record: RunRecord, *patterns: str) -> None:
    """Someone is told what happened (one of these), in German, with nothing in it that is nobody's business."""
    texts = [record.message, *(each.message for each in record.findings)]
    literal = [each.replace("[", "[[]") for each in patterns]
    assert any(fnmatchcase(text, pattern) for text in texts for pattern in literal), texts
    for each in texts:
        assert not _ENGLISH.search(each), each
        assert CONTENT not in each
        assert "kanari" not in each
        assert "/tmp" not in each
    assert {each.source for each in record.findings} <= {record.source}


def changed_rows(old: Rows, new: Rows) -> dict[str, str]:
    """Key -> new, gone, changed, or the state it is in now."""
    found: dict[str, str] = {}
    for key in old.keys() | new.keys():
        if key not in new or key not in old:
            found[key] = "gone" if key not in new else "new"
        elif old[key] != new[key]:
            found[key] = new[key][0] if old[key][0] != new[key][0] else "changed"
    return found


@pytest.mark.parametrize("name", [each.name for each in SOURCE_FAULTS])
def test_a_fault_of_a_source(name: str, city: City, before: dict[str, str]) -> None:
    fault = _named(name)
    rows = {each: city.rows(each) for each in SOURCES}
    others = [each for each in SOURCES if each != fault.source]

    fault.act(city)
    record = city.harvest(limits=fault.limits)[fault.source]

    assert record.outcome is fault.outcome, record
    require_message(record, fault.message)
    assert {city.records[each].outcome for each in others} == {Outcome.UNCHANGED}
    assert all(city.rows(each) == rows[each] for each in others)
    assert changed_rows(rows[fault.source], city.rows(fault.source)) == dict(fault.changes)
    assert city.holds() == [(fault.source, each) for each in fault.holds]
    assert sorted((item.key, item.findings[0].code) for item in city.quarantine()) == sorted(fault.waiting)
    require_only_changed(city, before, fault)
    _require_healing(city, fault, rows[fault.source])


def require_only_changed(city: City, before: dict[str, str], fault: Fault) -> None:
    """All bytes of all addresses. Where rows changed, only their data set has a new edition, and no old edition is another one."""
    after = city.catalogue()
    if not fault.changes:
        assert after == before
        return
    own = {DATASETS[each] for each in TABLES[fault.source]}
    for address, digest in before.items():
        name = re.match(r"/datasets/([a-z]+)", address)
        is_of_another = name is not None and name[1] not in own
        if is_of_another or "/editions/" in address or address.startswith("file"):
            assert after.get(address) == digest, address
    assert after["/api/v1/changes"] != before["/api/v1/changes"]


def _require_healing(city: City, fault: Fault, rows: Rows) -> None:
    """The next run is right: everything of a well source is published, and nothing waits any more."""
    city.well(**{fault.source: "Umgetauft"})
    city.forbid()

    record = city.harvest(days=1)[fault.source]

    assert {name: each.outcome for name, each in city.records.items() if name != fault.source} == {
        each: Outcome.UNCHANGED for each in SOURCES if each != fault.source
    }
    assert record.outcome is Outcome.OK, record
    assert not record.findings
    healed = city.rows(fault.source)
    assert healed.keys() == rows.keys()
    assert {state for state, _ in healed.values()} == {"current"}
    first = {"ablage": "a01", "netz": "n01", "seiten": "v1"}[fault.source]
    assert changed_rows(rows, healed) == {first: "changed"}
    assert (city.holds(), city.quarantine()) == ([], [])


def test_who_asked_for_rest_is_not_asked(city: City) -> None:
    _named("503 with Retry-After").act(city)
    city.harvest()
    asked = len(city.server.requests)

    city.well()
    records = city.harvest(days=1 / 24)

    assert records["netz"].outcome is Outcome.FAILED
    require_message(records["netz"], "»127.0.0.1« hat um Ruhe gebeten; bis 2026-11-23 06:00 UTC wird nicht gefragt.")
    assert all(each.path.startswith("/seiten/") for each in city.server.requests[asked:])
    assert city.harvest(days=1 / 24)["netz"].outcome is Outcome.UNCHANGED


@pytest.mark.parametrize("where", ["environment", "file"])
def test_the_secret_turns_up_nowhere(where: str, city: City) -> None:
    """Not in the database with its plans, not in the archive, not in any other file, whatever was said."""
    if where == "file":
        city.say_secret_by_file("geheim")
    for name in ("secret said back", "500", "redirect loop", "counts fell"):
        _named(name).act(city)
        city.harvest()
    assert city.holds()
    assert {each.headers.get("authorization") for each in city.server.requests if each.path.startswith("/netz/")} == {f"Bearer {CANARY}"}
    (city.folder / "geheim").unlink(missing_ok=True)
    for path in city.folder.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes()


def test_a_row_that_stays_away_is_removed_in_time_and_not_before(city: City) -> None:
    _named("one row gone").act(city)
    assert [city.harvest(days=each)["netz"].counts["removed"] for each in (1, 6.9, 0.2)] == [0, 0, 1]
    assert "n05" not in city.rows("netz")
    assert len(city.rows("netz")) == 9


# --- the caps are real -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gzip bomb", "endless body"])
def test_without_limits_it_would_hit_the_cap_on_memory(name: str, city: City) -> None:
    _named(name).act(city)
    endless = replace(TIGHT, wire=10_000 * MB, size=10_000 * MB, run_bytes=10_000 * MB, total=60)
    small = 400 * MB

    (record,) = in_fresh_child(harvest, city.errand(sources=("netz",)), memory=small)
    assert record.outcome is Outcome.FAILED
    with pytest.raises(TookTooMuch):
        in_fresh_child(harvest, city.errand(sources=("netz",), limits=endless), memory=small)


@pytest.mark.parametrize("name", ["slow loris", "silence", "paging that never ends"])
def test_without_limits_it_would_hit_the_cap_on_time(name: str, city: City) -> None:
    _named(name).act(city)
    endless = replace(HANGING, read=3600, total=3600, run_requests=10**9, run_bytes=10**12)
    with pytest.raises(TookTooLong):
        city.harvest(limits=endless, seconds=2)
