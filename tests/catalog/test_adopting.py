"""A neighbour's data sets in the catalogue: each a row of a list, each on its own."""

import zlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pytest

from catalog.adopting import is_ours
from catalog.entries import Applied, ChangeKind, Status
from catalog.tables import metadata
from schemas.errors import Gone, PlanOutdated, UnknownDataset
from schemas.model import Agent
from schemas.upstream import TABLE, Link, StatedLicence, UpstreamDataset
from schemas.values import Licence, Text
from tests.catalog.world import NO_GUARDS, World, bench, declaration, renderer, site
from tests.neighbours import BARE, BASE, CATALOGUE, SOURCE, TREES, listing, named, row_of

LIST = "uebernommene-datensaetze"
AT_ONCE = replace(NO_GUARDS, remove_after=timedelta(0))


def harvest(world: World, *datasets: UpstreamDataset) -> Applied:
    return world.harvest(*map(row_of, datasets), of=listing(), source=SOURCE, guards=AT_ONCE)


def kinds(world: World, name: str) -> list[ChangeKind]:
    return [each.kind for each in world.store.changes() if each.dataset == name]


def open_items(world: World) -> list[tuple[str, list[str]]]:
    return [(each.key or each.table, [found.code for found in each.findings]) for each in world.store.quarantine()]


def test_a_row_becomes_a_data_set_of_its_own(world: World) -> None:
    applied = harvest(world, TREES)

    dataset = world.store.dataset("baumkataster").dataset
    assert (dataset.table, dataset.edition, dataset.distributions) == (None, 0, ())
    assert dataset.upstream is not None
    assert (dataset.upstream.uri, dataset.upstream.catalogue, dataset.upstream.modified) == (TREES.uri, CATALOGUE, TREES.modified)
    assert dataset.uuid == str(uuid5(NAMESPACE_URL, TREES.uri))
    assert dataset.publisher == Agent(name="Nachbarstadt", homepage="https://www.nachbarstadt.example/")
    assert dataset.contact.url == TREES.contact_url
    assert dataset.links == TREES.links
    assert (applied.adopted, applied.editions) == (("baumkataster",), {LIST: 1})
    assert kinds(world, "baumkataster") == [ChangeKind.CREATED]
    assert world.store.totals().datasets == 2
    assert world.store.missing_fragments(world.renderer.key) == ()


def test_a_second_run_writes_nothing(world: World) -> None:
    harvest(world, TREES, BARE)
    before, changes = world.store.revision(), world.store.changes()

    world.clock.pass_days(1)
    plan = world.plan([row_of(TREES), row_of(BARE)], of=listing(), source=SOURCE)
    assert plan.is_empty
    applied = world.publisher.apply(world.save(plan))

    assert (applied.revision, world.store.changes()) == (before, changes)
    assert world.publisher.refresh() == ()


def test_a_change_there_changes_the_description_here_and_keeps_name_number_and_first_day(world: World) -> None:
    harvest(world, TREES)
    first = world.store.dataset("baumkataster").dataset
    world.clock.pass_days(1)

    applied = harvest(world, replace(TREES, name="ganz-anders", title=Text(de="Bäume und Sträucher")))

    dataset = world.store.dataset("baumkataster").dataset
    assert dataset.title.de == "Bäume und Sträucher"
    assert (dataset.number, dataset.uuid, dataset.issued) == (first.number, first.uuid, first.issued)
    assert dataset.modified == world.clock() > first.modified
    assert applied.metadata == ("baumkataster",)
    assert kinds(world, "baumkataster") == [ChangeKind.CREATED, ChangeKind.METADATA]


def test_one_that_is_refused_costs_only_itself_and_its_last_good_version_stays(world: World) -> None:
    harvest(world, TREES, named("spielplaetze"))
    world.renderer = renderer(refuse=lambda dataset: "kaputt" in dataset.title.de)

    applied = harvest(world, replace(TREES, title=Text(de="kaputt")), named("spielplaetze"), named("radwege"))

    assert world.store.dataset("baumkataster").dataset.title.de == "Baumkataster"
    assert applied.adopted == ("radwege",)
    assert open_items(world) == [(TREES.uri, ["shape"])]
    assert [each.key for each in applied.waiting] == [TREES.uri]
    published = world.store.published("nachbarstadt", TABLE)
    assert {each.row.key: (each.row.values["title"], each.state.value) for each in published}[TREES.uri] == ("Baumkataster", "stale")
    revision = world.store.revision()
    assert harvest(world, replace(TREES, title=Text(de="kaputt")), named("spielplaetze"), named("radwege")).revision == revision
    assert len(open_items(world)) == 1, "the same once more is the same item"


def test_many_are_written_in_portions_and_numbered_and_logged_as_if_one_by_one(world: World) -> None:
    """More than are kept in memory at once, one in the middle refused, two of one name on both sides of the border."""
    world.renderer = renderer(refuse=lambda dataset: dataset.title.de == "Satz 007")
    many = [replace(named(f"satz-{number:03}"), name="", title=Text(de=f"Satz {number:03}")) for number in range(203)]
    many[150] = replace(many[150], title=many[202].title)

    applied = harvest(world, *many)

    wanted = [
        "satz-202" if number == 150 else "satz-202-2" if number == 202 else f"satz-{number:03}" for number in range(203) if number != 7
    ]
    entries = [each for each in world.store.changes() if each.dataset != LIST]
    assert list(applied.adopted) == wanted
    assert [each.dataset for each in sorted(entries, key=lambda each: each.seq)] == wanted
    numbers = [world.store.dataset(name).dataset.number for name in wanted]
    assert numbers == list(range(numbers[0], numbers[0] + len(wanted))), "a refused one takes no number"
    assert world.store.missing_fragments(world.renderer.key) == ()


def test_one_that_was_refused_is_published_as_soon_as_it_can_be(world: World) -> None:
    world.renderer = renderer(refuse=lambda dataset: dataset.upstream is not None)
    harvest(world, TREES)
    with pytest.raises(UnknownDataset):
        world.store.dataset("baumkataster")
    world.renderer = renderer()

    harvest(world, TREES)

    assert world.store.dataset("baumkataster").dataset.number == 1
    assert open_items(world) == []


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("{", "unreadable-record"),
        ("[]", "unreadable-record"),
        ("[" * 100_000, "unreadable-record"),
        ("", "unreadable-record"),
        ('{"uri": 7, "title": "x"}', "unreadable-record"),
        ('{"uri":"https://andere.example/x","title":{"de":"x"},"description":{"de":"x"},"publisher":"x"}', "unreadable-record"),
        (
            f'{{"uri":"{TREES.uri}","title":{{"de":"x"}},"description":{{"de":"x"}},"publisher":"x","modified":"2026-01-01T00:00:00"}}',
            "unreadable-record",
        ),
    ],
)
def test_a_record_that_cannot_be_read_goes_to_the_pruefliste(world: World, record: str, code: str) -> None:
    world.harvest(row_of(TREES, record=record), row_of(named("radwege")), of=listing(), source=SOURCE)

    assert open_items(world) == [(TREES.uri, [code])]
    assert world.store.dataset("radwege").dataset.upstream is not None


def test_one_that_goes_there_is_announced_to_go_here_and_stands_as_it_was(world: World) -> None:
    harvest(world, TREES, named("radwege"))
    before = world.store.dataset("baumkataster").dataset
    world.clock.pass_days(1)
    harvest(world, named("radwege"))
    applied = harvest(world, named("radwege"))

    dataset = world.store.dataset("baumkataster").dataset
    assert (applied.deprecated, applied.removed) == (("baumkataster",), ())
    assert TREES.uri not in {each.row.key for each in world.store.published("nachbarstadt", TABLE)}
    assert dataset.removal is not None
    assert (dataset.removal.announced, dataset.removal.at) == (world.clock(), world.clock() + timedelta(days=30))
    assert replace(dataset, removal=None, modified=before.modified) == before
    assert kinds(world, "baumkataster") == [ChangeKind.CREATED, ChangeKind.DEPRECATED]
    said = [each.reason.de for each in world.store.changes() if each.kind is ChangeKind.DEPRECATED]
    assert said == ["Der Katalog, aus dem der Datensatz übernommen war, führt ihn nicht mehr. Der Datensatz entfällt am 23.12.2026."]
    assert world.store.totals().datasets == 3


def test_the_announced_one_goes_on_its_day_and_only_then(world: World) -> None:
    _announced(world)

    world.clock.pass_days(29)
    assert world.publisher.end_announced() == ()
    assert world.publisher.refresh() == ()
    world.renderer = renderer("r2")
    assert "baumkataster" in world.publisher.refresh(), "what is announced is rendered anew like everything else"
    world.clock.pass_days(1)
    assert world.publisher.end_announced() == ("baumkataster",)
    assert world.publisher.end_announced() == ()

    with pytest.raises(Gone):
        world.store.dataset("baumkataster")
    assert kinds(world, "baumkataster") == [ChangeKind.CREATED, ChangeKind.DEPRECATED, ChangeKind.REMOVED]
    assert world.store.totals().datasets == 2


def test_one_that_comes_back_in_time_calls_its_end_off(world: World) -> None:
    _announced(world)

    harvest(world, TREES, named("radwege"))

    assert world.store.dataset("baumkataster").dataset.removal is None
    assert kinds(world, "baumkataster") == [ChangeKind.CREATED, ChangeKind.DEPRECATED, ChangeKind.RETURNED]
    assert world.store.totals().datasets == 3
    world.clock.pass_days(60)
    assert world.publisher.end_announced() == ()


def test_the_end_waits_while_the_pruefliste_holds_what_came_back(world: World) -> None:
    _announced(world)
    world.renderer = renderer(refuse=lambda dataset: "kaputt" in dataset.title.de)
    harvest(world, replace(TREES, title=Text(de="kaputt")), named("radwege"))

    world.clock.pass_days(60)

    assert world.publisher.end_announced() == ()
    assert world.store.dataset("baumkataster").dataset.title.de == "Baumkataster"
    harvest(world, named("radwege"))
    assert world.publisher.end_announced() == ("baumkataster",)


def test_the_announced_one_makes_room_for_the_same_thing_by_another_route(world: World) -> None:
    _announced(world)
    other, same = replace(named("baeume"), identifiers=(TREES.uri,)), replace(SOURCE, name="land", title="Portal des Landes")

    applied = world.harvest(row_of(other, identifier=TREES.uri), of=listing(), source=same, guards=AT_ONCE)

    assert (applied.adopted, applied.removed) == (("baeume",), ("baumkataster",))
    assert kinds(world, "baumkataster") == [ChangeKind.CREATED, ChangeKind.DEPRECATED, ChangeKind.REMOVED]
    assert [each.reason.de for each in world.store.tombstones()] == [
        "Über einen anderen Weg übernommen; der Datensatz heißt hier jetzt »baeume«."
    ]
    assert world.store.totals().datasets == 3


@pytest.mark.parametrize("days", [0, 1], ids=["with it", "before it"])
def test_one_whose_successor_has_come_goes_without_announcement(world: World, days: int) -> None:
    """A catalogue gives its data sets other addresses: each would stand here twice for a month."""
    harvest(world, TREES, named("radwege"))
    other = row_of(replace(named("baeume"), identifiers=(TREES.uri,)), identifier=TREES.uri)
    if not days:
        harvest(world, named("radwege"))
    applied = [world.harvest(other, row_of(named("radwege")), of=listing(), source=SOURCE, guards=AT_ONCE) for _ in range(1 + days)][-1]

    assert (applied.removed, applied.deprecated) == (("baumkataster",), ())
    assert kinds(world, "baumkataster") == [ChangeKind.CREATED, ChangeKind.REMOVED]
    assert world.store.dataset("baeume").dataset.removal is None
    assert world.store.totals().datasets == 3


def test_an_announced_one_can_be_withdrawn_at_once(world: World) -> None:
    _announced(world)

    world.publisher.withdraw("baumkataster", reason="Name einer Person", by="anna")

    assert [each.kind for each in world.store.tombstones()] == [Status.WITHDRAWN]
    world.clock.pass_days(60)
    assert world.publisher.end_announced() == ()


def test_without_notice_one_that_goes_there_goes_here_and_may_come_back(world: World) -> None:
    world.notice = timedelta(0)
    harvest(world, TREES, named("radwege"))
    applied = harvest(world, named("radwege"))
    applied = harvest(world, named("radwege")) if not applied.removed else applied

    with pytest.raises(Gone):
        world.store.dataset("baumkataster")
    assert applied.removed == ("baumkataster",)
    assert [(each.name, each.kind) for each in world.store.tombstones()] == [("baumkataster", Status.REMOVED)]
    assert world.store.totals().datasets == 2

    harvest(world, TREES, named("radwege"))

    assert world.store.dataset("baumkataster").dataset.number == 1
    assert kinds(world, "baumkataster") == [ChangeKind.CREATED, ChangeKind.REMOVED, ChangeKind.RETURNED]
    assert world.store.totals().datasets == 3


def test_a_missing_one_stays_until_its_time_is_over(world: World) -> None:
    harvest(world, TREES, named("radwege"))

    world.harvest(row_of(named("radwege")), of=listing(), source=SOURCE)

    assert world.store.dataset("baumkataster").status is Status.ACTIVE


def test_two_plans_that_waited_with_the_same_thing_do_not_both_publish_it(world: World) -> None:
    """Each was made when neither was published; their keys differ, what they are does not."""
    everywhere, other = "urn:uuid:0b4b2a52-6f0d-4c0e-9d51-0d6f6c1f6a01", replace(SOURCE, name="land", title="Portal des Landes")
    first = world.save(world.plan([row_of(TREES, identifier=everywhere)], of=listing(), source=SOURCE))
    second = world.save(world.plan([row_of(named("baeume"), identifier=everywhere)], of=listing(), source=other))
    third = world.save(world.plan([row_of(named("radwege"), identifier="urn:uuid:1")], of=listing(), source=replace(other, name="kreis")))

    world.publisher.apply(first, by="anna")
    with pytest.raises(PlanOutdated):
        world.publisher.apply(second, by="anna")
    world.publisher.apply(third, by="anna")

    assert [each.dataset.name for each in world.store.datasets() if each.dataset.upstream] == ["baumkataster", "radwege"]


def test_names_are_free_and_valid_and_never_used_again(world: World) -> None:
    world.harvest(bench("b1"), of=declaration("baenke"))
    harvest(
        world,
        named("baenke"),
        named("data"),
        named("projekte"),
        replace(named("x"), uri=f"{BASE}/1", name="", title=Text(de="Bänke & Bäume: Übersicht")),
        replace(named("x"), uri=f"{BASE}/2", name="", title=Text(de="Bänke & Bäume: Übersicht")),
        replace(named("x"), uri=f"{BASE}/3", name="", title=Text(de="北京")),
        replace(named("x"), uri=f"{BASE}/4", name="a" * 300),
        replace(named("x"), uri=f"{BASE}/5", name="a" * 300),
    )

    names = {each.dataset.name for each in world.store.datasets() if each.dataset.upstream}
    assert names == {
        *("baenke-2", "data-2", "projekte-2", "baenke-baeume-uebersicht", "baenke-baeume-uebersicht-2", "datensatz"),
        *("a" * 100, "a" * 98 + "-2"),
    }


def test_what_bears_our_own_uri_is_never_adopted(world: World) -> None:
    ours = replace(named("kopie"), uri="http://127.0.0.1:8000/datasets/baenke")
    also = replace(named("zweitkopie"), identifiers=("https://127.0.0.1:8000/datasets/baenke",))

    harvest(world, ours, also, TREES)

    assert sorted(open_items(world)) == sorted([(ours.uri, ["own-dataset"]), (also.uri, ["own-dataset"])])
    assert [each.dataset.name for each in world.store.datasets() if each.dataset.upstream] == ["baumkataster"]


@pytest.mark.parametrize(
    ("iri", "ours"),
    [
        ("http://127.0.0.1:8000", True),
        ("HTTP://127.0.0.1:8000/datasets/x", True),
        ("http://127.0.0.1:80001/datasets/x", False),
        ("http://127.0.0.1/datasets/x", False),
        ("urn:uuid:7", False),
        ("http://[", False),
    ],
)
def test_ours_is_what_lies_below_our_base(iri: str, ours: bool) -> None:
    assert is_ours(site(), iri) is ours


def test_a_person_may_override_what_the_neighbour_says(world: World) -> None:
    harvest(world, TREES)
    world.curation.mkdir(exist_ok=True)
    (world.curation / "baumkataster.toml").write_text(
        '[title]\nde = "Bäume nebenan"\nwho = "Amt"\nwhy = "klarer"\n'
        '[licence]\niri = "http://dcat-ap.de/def/licenses/cc-zero"\nwho = "Amt"\nwhy = "geklärt"\n',
        encoding="utf-8",
    )

    assert world.publisher.refresh() == ("baumkataster",)

    dataset = world.store.dataset("baumkataster").dataset
    assert (dataset.title.de, dataset.licence) == ("Bäume nebenan", Licence.CC_ZERO)
    assert [bool(each.licence) for each in dataset.links] == [False, False]
    assert world.publisher.refresh() == ()


def test_a_broken_curation_keeps_the_last_good_one_and_stands_on_the_pruefliste(world: World) -> None:
    harvest(world, TREES)
    world.curation.mkdir(exist_ok=True)
    (world.curation / "baumkataster.toml").write_text("kaputt", encoding="utf-8")

    world.publisher.refresh()

    assert open_items(world) == [(f"{TABLE}/baumkataster", ["curation"])]
    (world.curation / "baumkataster.toml").unlink()
    world.publisher.refresh()
    assert open_items(world) == []


def test_another_renderer_renders_them_anew_and_changes_nothing_for_readers(world: World) -> None:
    harvest(world, TREES)
    world.renderer = renderer("r2")

    assert world.store.missing_fragments("r2") == ("baumkataster", LIST)
    assert world.publisher.refresh() == ("baumkataster", LIST)

    assert world.store.missing_fragments("r2") == ()
    assert kinds(world, "baumkataster") == [ChangeKind.CREATED]


def test_a_renderer_that_refuses_what_is_published_leaves_it_and_says_so_until_it_is_mended(world: World) -> None:
    harvest(world, TREES)
    world.renderer = renderer("r2", refuse=lambda dataset: dataset.upstream is not None)

    world.publisher.refresh()

    assert world.store.dataset("baumkataster").dataset.title.de == "Baumkataster"
    assert open_items(world) == [(f"{TABLE}/baumkataster", ["shape"])]
    world.renderer = renderer("r3")
    world.publisher.refresh()
    assert open_items(world) == []


def test_another_title_of_the_source_reaches_their_provenance(world: World) -> None:
    harvest(world, TREES)
    world.publisher.refresh()

    changed = world.publisher.refresh([replace(SOURCE, title="Neuer Name")])

    assert "baumkataster" in changed
    assert [each.title for each in world.store.dataset("baumkataster").dataset.sources] == ["Neuer Name"]


def test_a_withdrawn_one_is_gone_everywhere_and_never_comes_back(world: World) -> None:
    harvest(world, replace(TREES, description=Text(de="KANARIENVOGEL")), named("radwege"))

    world.publisher.withdraw("baumkataster", reason="Name einer Person", by="anna")

    with pytest.raises(Gone, match="baumkataster"):
        world.store.dataset("baumkataster")
    assert [(each.name, each.kind) for each in world.store.tombstones()] == [("baumkataster", Status.WITHDRAWN)]
    assert TREES.uri not in {each.row.key for each in world.store.published("nachbarstadt", TABLE)}
    assert "KANARIENVOGEL" not in _everything(world)
    harvest(world, replace(TREES, description=Text(de="KANARIENVOGEL")), named("radwege"))
    assert [each.dataset.name for each in world.store.datasets() if each.dataset.upstream] == ["radwege"]
    assert "KANARIENVOGEL" not in _everything(world)
    assert kinds(world, "baumkataster")[-1] is ChangeKind.WITHDRAWN


def test_withdrawing_the_row_or_the_whole_list_takes_the_data_sets_along(world: World) -> None:
    harvest(world, TREES, named("radwege"))

    world.publisher.withdraw(LIST, row=TREES.uri, reason="r", by="anna")
    assert {each.name for each in world.store.tombstones()} == {"baumkataster"}

    world.publisher.withdraw(LIST, reason="r", by="anna")
    assert {each.name for each in world.store.tombstones()} == {"baumkataster", "radwege", LIST}
    assert world.store.totals().datasets == 0


def test_one_that_was_removed_before_can_be_withdrawn_too(world: World) -> None:
    world.notice = timedelta(0)
    harvest(world, replace(TREES, description=Text(de="KANARIENVOGEL")), named("radwege"))
    harvest(world, named("radwege"))
    harvest(world, named("radwege"))

    world.publisher.withdraw("baumkataster", reason="r", by="anna")

    assert [each.kind for each in world.store.tombstones()] == [Status.WITHDRAWN]
    assert "KANARIENVOGEL" not in _everything(world)


def test_terms_of_use_in_no_list_are_reported_once_for_all(world: World) -> None:
    strange = StatedLicence(stated="https://nachbarstadt.example/nutzung")
    link = Link(access_url=f"{BASE}/x", licence=strange)

    applied = harvest(world, named("a1", links=(link,)), named("a2", links=(link,)), named("a3", links=()))

    (finding,) = applied.findings
    assert finding.code == "unknown-licence"
    assert "»https://nachbarstadt.example/nutzung«" in finding.message
    assert "2 Datensätze: a1, a2" in finding.message
    assert world.store.quarantine() == ()


def test_one_licence_of_all_files_is_that_of_the_data_set(world: World) -> None:
    known, other = StatedLicence(known=Licence.CC_ZERO), StatedLicence(known=Licence.DL_BY_2)
    one, two = Link(access_url=f"{BASE}/1", licence=known), Link(access_url=f"{BASE}/2", licence=other)

    harvest(world, named("eine", licence=StatedLicence(), links=(one, one)), named("zwei", licence=StatedLicence(), links=(one, two)))

    assert world.store.dataset("eine").dataset.licence is Licence.CC_ZERO
    assert world.store.dataset("zwei").dataset.licence == StatedLicence()


def _announced(world: World) -> None:
    """The trees are gone at the neighbour's, for good."""
    harvest(world, TREES, named("radwege"))
    harvest(world, named("radwege"))
    assert harvest(world, named("radwege")).deprecated == ("baumkataster",)


def _everything(world: World) -> str:
    """All that database and folders hold, as text."""
    files = [each.read_bytes() for each in Path(world.folder).rglob("*") if each.is_file() and ".db" not in each.name]
    with world.store.database.read() as connection:
        rows = []
        for table in metadata.sorted_tables:
            for values in connection.execute(table.select()):
                rows += [zlib.decompress(each).decode() if isinstance(each, bytes) and each[:1] == b"x" else repr(each) for each in values]
    return "\n".join(rows) + b"\n".join(files).decode("utf-8", "replace")
