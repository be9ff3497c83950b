"""What publishing promises, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.entries import ChangeKind, NotRendered, QuarantineState, Status
from catalog.formats import About
from catalog.outline import outlines_of, tally_of
from catalog.plan import Guards, PlanState, Review
from catalog.press import write_all
from schemas.errors import ConfigurationError, DecisionRefused, Gone, PlanOutdated, UnknownDataset, UnknownEdition
from schemas.model import SourceReference
from schemas.row import Quarantined
from schemas.values import Licence, Text
from tests.catalog.world import NO_GUARDS, SOURCE, START, World, bench, declaration, renderer, site


def test_a_first_plan_publishes_metadata_files_fragments_and_a_change(world: World) -> None:
    applied = world.harvest(bench("b1", "Stadtpark", "2019"), bench("b2", "Volkspark", "2021-05"))

    entry = world.store.dataset("baenke")
    assert applied.editions == {"baenke": 1}
    assert (entry.dataset.number, entry.dataset.edition, entry.dataset.rows) == (1, 1, 2)
    assert entry.dataset.temporal is not None
    assert (str(entry.dataset.temporal.start), str(entry.dataset.temporal.end)) == ("2019", "2021-05")
    assert [each.name for each in entry.dataset.sources] == ["gruenamt"]
    assert entry.fragment_keys == {"r1"}
    assert world.content().splitlines()[1] == "b1,Stadtpark,2019,gruenamt,,2026-11-22T04:00:00Z,1,current,"
    assert len(world.store.fragments("ttl", "r1", 1, 100)) == 1
    assert [(each.kind, each.edition) for each in world.store.changes()] == [(ChangeKind.CREATED, 1)]
    assert world.store.revision() == applied.revision == 1


def test_every_format_of_a_table_is_stored_and_verifies(world: World) -> None:
    world.write_files = write_all

    world.harvest(bench("b1"))

    edition = world.store.edition("baenke", 1)
    assert set(edition.files) == {"csv", "json", "ndjson", "xlsx", "parquet", "excel-de.csv"}
    assert all(len(world.files.read(each.sha256)) == each.size for each in edition.files.values())
    formats = [each.format.extension for each in world.store.dataset("baenke").dataset.distributions]
    assert formats == ["csv", "json", "ndjson", "xlsx", "parquet"]


def test_unchanged_rows_make_no_edition_and_no_revision(world: World) -> None:
    world.harvest(bench("b1"))

    world.clock.pass_days(1)
    applied = world.harvest(bench("b1"))

    assert (applied.editions, applied.revision) == ({}, 1)
    assert len(world.store.changes()) == 1


def test_a_changed_row_makes_an_edition_and_moves_only_its_own_time(world: World) -> None:
    world.harvest(bench("b1"), bench("b2"))

    world.clock.pass_days(1)
    world.harvest(bench("b1", "Bahnhof"), bench("b2"))

    lines = world.content().splitlines()
    assert lines[1].startswith("b1,Bahnhof,,gruenamt,,2026-11-23T04:00:00Z,2")
    assert lines[2].startswith("b2,Stadtpark,,gruenamt,,2026-11-22T04:00:00Z,1")
    assert [each.number for each in world.store.editions("baenke")] == [2, 1]
    assert "Stadtpark" in world.content(number=1).splitlines()[1], "an edition never changes"
    assert world.store.editions("baenke")[0].reason.de == "Zeilen geändert: 1"


def test_a_missing_row_is_marked_then_removed_and_keeps_its_last_change(world: World) -> None:
    world.harvest(bench("b1"), bench("b2"))

    world.clock.pass_days(1)
    world.harvest(bench("b1"))
    marked = world.content().splitlines()[2]
    world.clock.pass_days(8)
    world.harvest(bench("b1"))

    assert marked == "b2,Stadtpark,,gruenamt,,2026-11-22T04:00:00Z,1,missing,2026-11-23T04:00:00Z"
    assert "b2" not in world.content()
    assert world.store.editions("baenke")[0].number == 3


def test_a_returning_row_is_as_it_was(world: World) -> None:
    world.harvest(bench("b1"), bench("b2"))
    before = world.content()

    world.clock.pass_days(1)
    world.harvest(bench("b1"))
    world.clock.pass_days(1)
    world.harvest(bench("b1"), bench("b2"))

    assert world.content() == before
    (_, row) = world.store.published("gruenamt", "bench")
    assert (row.changed_at, row.changed_run, row.state_since) == (START, 1, None)


def test_a_row_in_quarantine_keeps_its_last_good_version_marked_stale(world: World) -> None:
    world.harvest(bench("b1"), bench("b2"))

    refused = Quarantined(table="bench", key="b2", digest="d", findings=())
    world.harvest(bench("b1"), quarantined=(refused,))

    assert world.content().splitlines()[2].endswith(",1,stale,2026-11-22T04:00:00Z")


def test_a_data_set_without_rows_becomes_a_tombstone_and_returns_as_itself(world: World) -> None:
    """Where removals are not announced; where they are: test_removal."""
    world.notice = timedelta(0)
    world.harvest(bench("b1"))
    before = world.store.dataset("baenke").dataset

    world.harvest()
    world.clock.pass_days(8)
    applied = world.harvest()
    with pytest.raises(Gone) as gone:
        world.store.dataset("baenke")
    (tombstone,) = world.store.tombstones()
    kept = world.content(number=1)
    world.clock.pass_days(1)
    world.harvest(bench("b1"))
    after = world.store.dataset("baenke").dataset

    assert applied.removed == ("baenke",)
    assert gone.value.reason == "Die Quelle führt keine Zeilen mehr."
    assert (tombstone.name, tombstone.number, tombstone.kind, tombstone.title.de) == ("baenke", 1, Status.REMOVED, "Bänke")
    assert kept.startswith("id,"), "editions of a removed data set stay"
    assert (after.uuid, after.number, after.issued) == (before.uuid, before.number, before.issued)
    assert after.edition == 3
    assert world.store.tombstones() == ()
    assert [each.kind.value for each in world.store.changes()] == ["created", "edition", "removed", "returned"]


def test_a_removal_shifts_no_number(world: World) -> None:
    world.notice = timedelta(0)
    for name in ("eins", "zwei", "drei"):
        world.harvest(bench("x", table=name), of=declaration(name, name), source=SourceReference(name=name, title=name))
    one = SourceReference(name="eins", title="eins")

    world.harvest(of=declaration("eins", "eins"), source=one)
    world.clock.pass_days(8)
    world.harvest(of=declaration("eins", "eins"), source=one)

    assert [each.dataset.number for each in world.store.datasets()] == [2, 3]
    assert world.store.last_number() == 3
    assert len(world.store.fragments("nt", "r1", 1, 100)) == 2


def test_a_refused_data_set_stays_as_it_was_and_the_rest_goes_on(world: World) -> None:
    world.harvest(bench("b1"))
    world.renderer = renderer(refuse=lambda dataset: dataset.name == "baenke")
    other = SourceReference(name="amt", title="Amt")

    applied = world.harvest(bench("b1", "Bahnhof"))
    world.harvest(bench("t1", table="tisch"), of=declaration("tische", "tisch"), source=other)

    assert list(applied.refused) == ["baenke"]
    assert "Stadtpark" in world.content()
    assert "Bahnhof" not in str(world.store.published("gruenamt", "bench"))
    assert world.store.dataset("tische").dataset.number == 2
    (item,) = world.store.quarantine()
    assert (item.table, item.key, item.findings[0].code, item.source) == ("bench", "", "shape", "gruenamt")


def test_a_refusal_keeps_its_number_and_is_closed_when_publishing_works_again(world: World) -> None:
    world.renderer = renderer(refuse=lambda dataset: True)
    world.harvest(bench("b1"))
    (first,) = world.store.quarantine()
    world.store.save_quarantine("gruenamt", 2, [], ["bench"])
    world.harvest(bench("b1"))
    (second,) = world.store.quarantine()

    world.renderer = renderer()
    world.harvest(bench("b1"))

    assert first.id == second.id
    assert world.store.quarantine() == ()
    assert world.store.dataset("baenke").dataset.number == 1
    (item,) = world.store.quarantine(open_only=False)
    assert item.state is QuarantineState.CLOSED


def open_items(world: World) -> list[tuple[str, str]]:
    return [(each.source, each.findings[0].code) for each in world.store.quarantine()]


def test_what_one_source_cannot_publish_is_closed_by_that_source_and_by_nothing_else(world: World) -> None:
    bauhof = SourceReference(name="bauhof", title="Bauhof")
    world.harvest(bench("b1"))
    broken = replace(bench("b2"), values={"id": "b2", "place": 7, "built": None})
    world.harvest(broken, source=bauhof)

    world.publisher.refresh()
    world.harvest(bench("b1", "Bahnhof"))
    assert open_items(world) == [("bauhof", "not-publishable")], "its rows still wait"

    world.harvest(bench("b2"), source=bauhof)
    assert open_items(world) == []


def test_what_is_wrong_with_a_data_set_is_closed_whichever_source_it_stood_under(world: World) -> None:
    amt = SourceReference(name="amt", title="Amt")
    world.harvest(bench("b1"))
    world.site, world.renderer = site(official=True), renderer("r2", refuse=lambda dataset: True)
    world.publisher.refresh()
    assert open_items(world) == [("gruenamt", "shape")]

    world.renderer = renderer("r2")
    world.harvest(bench("b2"), source=amt)
    world.publisher.refresh()

    assert open_items(world) == []


def test_one_problem_of_a_data_set_is_said_once(world: World) -> None:
    world.harvest(bench("b1"))
    world.site, world.renderer = site(official=True), renderer("r2", refuse=lambda dataset: True)

    world.publisher.refresh()
    world.harvest(bench("b1", "Bahnhof"))
    world.publisher.refresh()

    assert open_items(world) == [("gruenamt", "shape")]


def test_one_refused_table_of_a_plan_does_not_hold_back_the_other(world: World) -> None:
    world.renderer = renderer(refuse=lambda dataset: dataset.name == "baenke")
    plan = world.plan([bench("b1")])
    second = world.plan([bench("t1", table="tisch")], of=declaration("tische", "tisch"))

    applied = world.publisher.apply(world.save(replace(plan, tables=plan.tables + second.tables)))

    assert list(applied.refused) == ["baenke"]
    assert [each.dataset.name for each in world.store.datasets()] == ["tische"]
    assert world.store.published("gruenamt", "bench") == ()


def test_values_that_no_format_can_hold_stop_only_their_data_set(world: World) -> None:
    broken = replace(bench("b1"), values={"id": "b1", "place": 7, "built": None})

    applied = world.harvest(broken)

    assert [each.code for each in applied.refused["baenke"]] == ["not-publishable"]


def test_a_plan_is_refused_when_its_source_was_published_meanwhile(world: World) -> None:
    world.harvest(bench("b1"))
    stale = world.plan([bench("b1", "Bahnhof")])
    world.harvest(bench("b1", "Rathaus"))
    number = world.store.save_plan(stale, PlanState.HELD)

    with pytest.raises(PlanOutdated):
        world.publisher.apply(number, by="anna")

    assert world.store.plan(number).state is PlanState.OUTDATED
    assert "Rathaus" in world.content()
    with pytest.raises(DecisionRefused):
        world.publisher.apply(number)


def test_a_plan_need_not_be_read_back_by_who_has_just_stored_it(world: World) -> None:
    plan = world.plan([bench("b1"), bench("b2", "Bahnhof")])

    applied = world.publisher.apply(world.save(plan), outlines=outlines_of(plan))

    assert (applied.tables, applied.editions) == (tuple(map(tally_of, plan.tables)), {"baenke": 1})
    with pytest.raises(DecisionRefused):
        world.publisher.apply(applied.plan, outlines=outlines_of(plan))


def test_a_row_withdrawn_after_the_plan_was_made_does_not_come_in_with_it(world: World) -> None:
    world.harvest(bench("b1"), bench("b2"))
    plan = world.plan([bench("b1", "Bahnhof"), bench("b2", "Rathaus")])
    number = world.save(plan)
    world.publisher.withdraw("baenke", row="b2", reason="Beschwerde", by="anna")

    with pytest.raises(DecisionRefused):
        world.publisher.apply(number, outlines=outlines_of(plan))

    assert "Rathaus" not in world.content()


def test_files_of_an_edition_are_made_when_they_are_asked_for() -> None:
    """All of them at once are several times as large as the rows."""
    table = declaration().table.published()
    about = About(name="baenke", title=Text(de="Bänke"), licence=Licence.DL_ZERO_2, publisher="Stadt", url="", edition=1, modified=START)

    files = write_all(table, [dict.fromkeys(table.field_names) | {"id": "b1"}], about)

    assert files["csv"] is not files["csv"]
    assert files["csv"] == files["csv"]
    assert {"csv", "parquet", "excel-de.csv"} <= set(files)
    assert len(files) == len(list(files))


def test_a_key_that_another_source_took_meanwhile_makes_a_plan_outdated(world: World) -> None:
    plan = world.plan([bench("b1")])
    world.harvest(bench("b1", "Bahnhof"), source=SourceReference(name="bauhof", title="Bauhof"))

    with pytest.raises(PlanOutdated):
        world.publisher.apply(world.save(plan))

    assert "Bahnhof" in world.content()


def test_two_sources_fill_one_data_set_and_touch_only_their_own_rows(world: World) -> None:
    bauhof = SourceReference(name="bauhof", title="Bauhof")
    world.harvest(bench("b1"))
    world.harvest(bench("b2"), source=bauhof)

    world.clock.pass_days(1)
    world.harvest(source=bauhof)

    assert [each.split(",")[7] for each in world.content().splitlines()[1:]] == ["current", "missing"]
    assert [each.name for each in world.store.dataset("baenke").dataset.sources] == ["bauhof", "gruenamt"]


def test_what_a_person_approved_as_missing_is_not_stopped_again(world: World) -> None:
    guards = Guards(at_least=1, max_shrink=0.2, remove_after=timedelta(days=7), review=Review.NEVER)
    world.harvest(*(bench(f"b{n}") for n in range(10)))
    plan = world.plan([bench("b0")], guards=guards)
    number = world.save(plan)

    world.publisher.apply(number, by="anna", reason="Bänke abgebaut")
    again = world.plan([bench("b0")], guards=guards)

    assert plan.holds
    assert not again.holds
    assert all(each.acknowledged for each in world.store.published("gruenamt", "bench")[1:])
    assert world.store.decisions()[0].why == "Bänke abgebaut"
    assert world.store.plan(number).decided_by == "anna"


def test_approving_acknowledges_what_went_missing_in_small_steps_before(world: World) -> None:
    world.harvest(bench("b1"), bench("b2"), bench("b3"))
    world.harvest(bench("b1"), bench("b2"))

    world.publisher.apply(world.save(world.plan([bench("b1")])), by="anna")

    assert [each.acknowledged for each in world.store.published("gruenamt", "bench")] == [False, True, True]


def test_a_row_that_returned_counts_again(world: World) -> None:
    world.harvest(bench("b1"), bench("b2"))
    world.publisher.apply(world.save(world.plan([bench("b1")])), by="anna")

    world.harvest(bench("b1"), bench("b2"))

    assert not any(each.acknowledged for each in world.store.published("gruenamt", "bench"))


def test_another_uri_base_is_refused_and_can_be_forced(world: World) -> None:
    world.harvest(bench("b1"))
    world.site = site(uri_base="https://opendata.example.org")

    with pytest.raises(ConfigurationError, match="uri_base"):
        world.harvest(bench("b1", "Bahnhof"))
    assert world.store.uri_base() == "http://127.0.0.1:8000"

    world.publisher.move_uri_base(by="anna", reason="Umzug")
    assert world.store.uri_base() == "https://opendata.example.org"


def test_a_table_belongs_to_one_data_set(world: World) -> None:
    world.harvest(bench("b1"))

    applied = world.harvest(bench("b9"), of=declaration("andere"), source=SourceReference(name="amt", title="Amt"))

    assert [each.code for each in applied.refused["andere"]] == ["name-taken"]
    assert world.store.known_datasets() == {"baenke"}


def test_a_column_named_like_ours_is_refused(world: World) -> None:
    own = declaration()
    table = replace(own.table, fields=(*own.table.fields, replace(own.table.fields[1], name="source")))

    applied = world.harvest(bench("b1"), of=replace(own, table=table))

    assert [each.code for each in applied.refused["baenke"]] == ["reserved-column"]


def test_the_identity_follows_from_the_address(world: World) -> None:
    world.harvest(bench("b1"))

    # uuid5 of http://127.0.0.1:8000/datasets/baenke: publishing again after a crash gives the same one.
    assert world.store.dataset("baenke").dataset.uuid == "c9b4e447-c933-5fe5-b2ba-fad110198ebd"


def test_unknown_names_and_editions_are_named(world: World) -> None:
    with pytest.raises(UnknownDataset, match="nichts"):
        world.store.dataset("nichts")
    with pytest.raises(UnknownDataset):
        world.store.edition("nichts", 1)
    world.harvest(bench("b1"))
    with pytest.raises(UnknownEdition, match="Stand 7"):
        world.store.edition("baenke", 7)


def test_a_page_never_leaves_out_a_data_set_that_is_not_rendered(world: World) -> None:
    world.harvest(bench("b1"))

    with pytest.raises(NotRendered):
        world.store.fragments("ttl", "another key", 1, 100)
    assert world.store.missing_fragments("another key") == ("baenke",)
    assert world.store.missing_fragments("r1") == ()


def test_refresh_follows_the_renderer_without_a_new_modified_time(world: World) -> None:
    world.harvest(bench("b1"))
    before = world.store.dataset("baenke")

    world.clock.pass_days(1)
    world.renderer = renderer("r2")
    changed = world.publisher.refresh()
    again = world.publisher.refresh()

    after = world.store.dataset("baenke")
    assert (changed, again) == (("baenke",), ())
    assert after.dataset == before.dataset
    assert after.fragment_keys == {"r1", "r2"}
    assert len(world.store.changes()) == 1
    assert world.store.revision() == 2


def test_refresh_follows_the_configuration_with_a_metadata_change(world: World) -> None:
    world.harvest(bench("b1"))
    before = world.store.dataset("baenke").dataset

    world.clock.pass_days(1)
    world.site = site(title="Neu", official=True)
    changed = world.publisher.refresh()

    after = world.store.dataset("baenke").dataset
    assert changed == ("baenke",)
    assert (after.official, after.edition, after.modified - before.modified) == (True, 1, timedelta(days=1))
    assert [each.kind for each in world.store.changes()][-1] is ChangeKind.METADATA
    assert world.store.dataset("baenke").fragment_keys == {"r1"}


def test_refresh_follows_the_sources_as_they_are_configured(world: World) -> None:
    world.harvest(bench("b1"))

    world.publisher.refresh([replace(SOURCE, title="Amt für Grünes")])

    assert world.store.dataset("baenke").dataset.sources[0].title == "Amt für Grünes"


def test_refresh_leaves_alone_what_the_renderer_refuses(world: World) -> None:
    world.harvest(bench("b1"))
    before = world.store.dataset("baenke")
    world.site = site(official=True)
    world.renderer = renderer("r2", refuse=lambda dataset: True)

    assert world.publisher.refresh() == ()

    assert world.store.dataset("baenke") == before
    assert len(world.store.quarantine()) == 1


def test_held_plans_of_another_source_do_not_disturb(world: World) -> None:
    held = world.save(world.plan([bench("b1")], guards=replace(NO_GUARDS, review=Review.ALWAYS)))

    world.harvest(bench("t1", table="tisch"), of=declaration("tische", "tisch"), source=SourceReference(name="amt", title="Amt"))

    assert world.store.plan(held).state is PlanState.HELD
    assert world.publisher.apply(held, by="anna").editions == {"baenke": 1}
