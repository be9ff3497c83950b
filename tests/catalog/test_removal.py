"""A data set that its sources have nothing for any more says so before it goes: when, why, and with its last rows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.entries import ChangeKind, QuarantineState, Status
from catalog.meta import notes
from catalog.rendering import Rendered
from schemas.errors import Gone
from schemas.model import Dataset, Removal
from schemas.row import Quarantined
from schemas.values import Text
from tests.catalog.world import SOURCE, START, World, bench, declaration, renderer


def _emptied(world: World) -> None:
    """The last row has been missing for eight days: nine days after START the removal is announced."""
    world.harvest(bench("b1", built="2019"), bench("b2"))
    world.clock.pass_days(1)
    world.harvest()
    world.clock.pass_days(8)
    world.harvest()


def _kinds(world: World) -> list[str]:
    return [each.kind.value for each in world.store.changes()]


def test_a_data_set_without_rows_is_announced_to_go_and_stays_readable(world: World) -> None:
    _emptied(world)

    entry = world.store.dataset("baenke")
    assert entry.dataset.removal == Removal(
        announced=START + timedelta(days=9),
        at=START + timedelta(days=39),
        reason=Text(de="Die Quelle führt keine Zeilen mehr.", en="The source has no rows any more."),
    )
    assert world.store.tombstones() == ()
    assert world.store.published(SOURCE.name, "bench") == ()
    assert world.store.fragments("ttl", "r1", 1, 9) != ()
    assert entry.dataset.modified == START + timedelta(days=9)


def test_its_last_edition_holds_the_last_rows_marked_missing_and_never_none(world: World) -> None:
    _emptied(world)

    dataset = world.store.dataset("baenke").dataset
    assert [each.number for each in world.store.editions("baenke")] == [2, 1]
    assert (dataset.edition, dataset.rows) == (2, 2)
    assert [line.split(",")[0] for line in world.content().splitlines()] == ["id", "b1", "b2"]
    assert all(",missing," in line for line in world.content().splitlines()[1:])


def test_what_follows_from_rows_stays_as_it_was_while_words_go_on_following(world: World) -> None:
    world.harvest(bench("b1", built="2019"))
    before = world.store.dataset("baenke").dataset
    world.harvest()
    world.clock.pass_days(8)
    world.harvest()
    world.site = replace(world.site, official=True)
    world.publisher.refresh([replace(SOURCE, title="Amt für Grün")])

    after = world.store.dataset("baenke").dataset
    assert (after.temporal, after.table) == (before.temporal, before.table)
    assert [each.title for each in after.sources] == ["Amt für Grün"]
    assert after.official
    assert after.removal is not None


def test_the_log_says_when_and_why(world: World) -> None:
    _emptied(world)

    last = world.store.changes()[-1]
    assert (last.kind, last.edition, last.at) == (ChangeKind.DEPRECATED, None, world.clock())
    assert last.reason.de == "Die Quelle führt keine Zeilen mehr. Der Datensatz entfällt am 31.12.2026."
    assert last.reason.en == "The source has no rows any more. The data set will be removed on 2026-12-31."


def test_publishing_reports_what_was_announced(world: World) -> None:
    world.harvest(bench("b1"))
    world.harvest()
    world.clock.pass_days(8)

    applied = world.harvest()

    assert (applied.deprecated, applied.removed, applied.editions, applied.metadata) == (("baenke",), (), {}, ())


def test_it_goes_when_its_time_has_come_and_not_before(world: World) -> None:
    _emptied(world)

    world.clock.pass_days(29.9)
    assert world.publisher.end_announced() == ()
    world.publisher.refresh([SOURCE])
    assert world.store.dataset("baenke").dataset.removal is not None
    world.clock.pass_days(0.2)
    assert world.publisher.end_announced() == ("baenke",)

    with pytest.raises(Gone) as gone:
        world.store.dataset("baenke")
    assert gone.value.reason == "Die Quelle führt keine Zeilen mehr."
    assert [(each.name, each.kind) for each in world.store.tombstones()] == [("baenke", Status.REMOVED)]
    assert world.content(number=2).startswith("id,"), "editions of a removed data set stay"
    assert _kinds(world) == ["created", "edition", "deprecated", "removed"]


def test_what_follows_a_harvest_removes_it_too(world: World) -> None:
    _emptied(world)
    world.publisher.refresh([SOURCE])
    world.clock.pass_days(31)

    assert world.publisher.refresh([SOURCE]) == ("baenke",)
    assert world.store.names() == ()


def test_doing_it_again_changes_nothing(world: World) -> None:
    _emptied(world)
    changes, revision = world.store.changes(), world.store.revision()

    world.harvest()
    world.publisher.refresh([SOURCE])
    world.publisher.refresh([SOURCE])
    assert world.store.changes() == changes
    world.clock.pass_days(31)
    world.publisher.end_announced()
    gone = world.store.revision()
    assert world.publisher.end_announced() == ()
    world.publisher.refresh([SOURCE])

    assert len(world.store.changes()) == len(changes) + 1
    assert (gone > revision, world.store.revision()) == (True, gone)


def test_totals_count_it_until_it_goes(world: World) -> None:
    _emptied(world)
    before = world.store.totals()
    world.clock.pass_days(31)
    world.publisher.end_announced()
    after = world.store.totals()

    assert (before.datasets, before.rows, before.modified) == (1, 2, START + timedelta(days=9))
    assert (after.datasets, after.rows) == (0, 0)


def test_rows_that_return_call_it_off(world: World) -> None:
    _emptied(world)
    world.clock.pass_days(3)
    applied = world.harvest(bench("b1", built="2019"))

    assert applied.editions == {"baenke": 3}
    assert world.store.dataset("baenke").dataset.removal is None
    assert _kinds(world)[-2:] == ["deprecated", "returned"]
    world.clock.pass_days(60)
    assert world.publisher.end_announced() == ()
    assert world.store.names() == ("baenke",)


def test_a_second_announcement_has_a_date_of_its_own(world: World) -> None:
    _emptied(world)
    world.harvest(bench("b1"))
    world.harvest()
    world.clock.pass_days(8)
    world.harvest()

    removal = world.store.dataset("baenke").dataset.removal
    assert removal is not None
    assert (removal.announced, removal.at) == (START + timedelta(days=17), START + timedelta(days=47))


def test_without_notice_it_goes_at_once(world: World) -> None:
    world.notice = timedelta(0)

    _emptied(world)

    assert [each.kind for each in world.store.tombstones()] == [Status.REMOVED]
    assert _kinds(world) == ["created", "edition", "removed"]


def test_what_was_announced_keeps_its_date_whatever_is_configured_since(world: World) -> None:
    _emptied(world)

    world.notice = timedelta(0)
    world.clock.pass_days(20)
    world.publisher.refresh([SOURCE])
    assert world.store.names() == ("baenke",)
    world.clock.pass_days(11)
    world.publisher.refresh([SOURCE])

    assert world.store.names() == ()


def test_it_waits_for_what_waits_on_the_list(world: World) -> None:
    """A row that came back and was refused: its source has something for the data set, and nobody has decided."""
    _emptied(world)
    refused = Quarantined(table="bench", key="b1", digest="d", findings=(), acceptable=True)
    world.store.save_quarantine(SOURCE.name, world.run, [refused], ["bench"])
    world.clock.pass_days(31)

    assert world.publisher.end_announced() == ()
    (item,) = world.store.quarantine()
    world.store.decide_quarantine(item.id, accept=False, by="anna", reason="Name")
    assert world.store.quarantine_item(item.id).state is QuarantineState.REJECTED
    assert world.publisher.end_announced() == ("baenke",)


def test_one_that_cannot_be_announced_stays_as_it_is(world: World) -> None:
    """The renderer refuses what is announced: last good version and rows stay, and a person is told."""
    world.harvest(bench("b1"))
    world.harvest()
    world.clock.pass_days(8)
    world.renderer = renderer(refuse=lambda dataset: dataset.removal is not None)

    applied = world.harvest()

    assert set(applied.refused) == {"baenke"}
    assert world.store.dataset("baenke").dataset.removal is None
    assert len(world.store.published(SOURCE.name, "bench")) == 1
    assert [each.table for each in world.store.quarantine()] == ["bench"]


def test_a_withdrawal_does_not_wait(world: World) -> None:
    _emptied(world)

    world.publisher.withdraw("baenke", reason="Enthielt Namen.", by="anna")

    assert [each.kind for each in world.store.tombstones()] == [Status.WITHDRAWN]
    with world.store.database.read() as connection:
        assert notes(connection, "leaving:") == {}
    world.clock.pass_days(31)
    assert world.publisher.end_announced() == ()


def test_a_row_withdrawn_from_the_last_edition_takes_the_data_set_with_it(world: World) -> None:
    """Without that edition there is nothing to say good-bye with."""
    _emptied(world)

    world.publisher.withdraw("baenke", row="b2", reason="Name", by="anna")

    assert [each.kind for each in world.store.tombstones()] == [Status.REMOVED]
    assert all(each.withdrawn_at is not None for each in world.store.editions("baenke"))


def test_a_withdrawn_row_of_an_older_edition_leaves_the_announcement(world: World) -> None:
    world.harvest(bench("b1"), bench("b2"))
    world.harvest(bench("b1"))
    world.clock.pass_days(8)
    world.harvest(bench("b1"))
    world.harvest()
    world.clock.pass_days(8)
    world.harvest()

    world.publisher.withdraw("baenke", row="b2", reason="Name", by="anna")

    assert world.store.dataset("baenke").dataset.removal is not None
    assert world.content().splitlines()[1].startswith("b1,")


def test_a_new_column_waits_for_rows(world: World) -> None:
    """The stored files have the old columns, and so has what is said of them."""
    world.harvest(bench("b1"))
    world.harvest()
    world.clock.pass_days(8)
    same = declaration()
    fields = (*same.table.fields, replace(same.table.fields[1], name="colour"))
    wider = replace(same, table=replace(same.table, fields=fields))
    world.harvest(of=wider)

    dataset = world.store.dataset("baenke").dataset
    assert dataset.removal is not None
    assert "colour" not in dataset.columns.field_names
    world.harvest(replace(bench("b1"), values={"id": "b1", "place": "", "built": None, "colour": "rot"}), of=wider)
    assert "colour" in world.store.dataset("baenke").dataset.columns.field_names
    assert "rot" in world.content()


def test_the_readers_bytes_change_with_the_announcement(world: World) -> None:
    """Whoever holds the old description must learn of it by its ETag."""
    rendered: list[Dataset] = []

    def keep(dataset: Dataset) -> Rendered:
        rendered.append(dataset)
        return renderer().render(dataset)

    world.harvest(bench("b1"))
    world.harvest()
    digest = world.store.dataset("baenke").digest
    world.renderer = replace(world.renderer, render=keep)
    world.clock.pass_days(8)
    world.harvest()

    assert world.store.dataset("baenke").digest != digest
    assert [each.removal is not None for each in rendered] == [True]
