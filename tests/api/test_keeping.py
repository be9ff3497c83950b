"""An installation that forgets in time, replays from the command line, and survives a programming error of one source."""

import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ConfigDict

from api.cli import run
from api.cli import schedule as scheduling
from api.doctor import Verdict, diagnose, wall
from api.installation import Installation, installation
from api.settings import load
from catalog.plan import Outcome
from catalog.search import Query
from catalog.vault.vault import VAULT
from harvesters.harvester import Found, SourceConfig
from harvesters.record import Record
from harvesters.registry import kinds
from schemas.errors import WrongSchemaVersion
from schemas.fetch import Fetch, Payload
from schemas.row import Row
from tests.api.places import EVENTS, FEW, MAPPING, add_source, drop, opened, small_installation
from tests.catalog.world import Clock

Captured = pytest.CaptureFixture[str]
CANARY = "Ypsilantibrunnenstube"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in [each for each in os.environ if each.startswith("KLAR_")]:
        monkeypatch.delenv(each)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return small_installation(tmp_path / "stadt", review="never")


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC))


@pytest.fixture
def found(config: Path, clock: Clock) -> Iterator[Installation]:
    """Harvested once, with the vault for its one source; files of the drop folder go after 30 days."""
    text = config.read_text(encoding="utf-8").replace(
        "at_least = 2", 'at_least = 2\npersonal_data = true\nlegal_basis = "x"\ndata_anonymized = true'
    )
    config.write_text(text + "\n[privacy]\ndrop_days = 30\nlog_days = 100\n", encoding="utf-8")
    with installation(load(config, {}), clock=clock) as made:
        harvest(made)
        yield made


def harvest(made: Installation) -> Any:
    return made.harvest(made.source("termine"))


def klar(config: Path, *arguments: str) -> int:
    return run(["--config", str(config), *arguments])


# --- retention -------------------------------------------------------------------------------------------------------------------


def test_following_up_lets_go_of_what_is_overdue(found: Installation, clock: Clock, config: Path) -> None:
    clock.pass_days(31)

    found.follow_up()

    assert not (config.parent / "drop" / "termine" / "events.csv").exists()
    assert len(found.vault.payloads_of("termine")) == 1, "its time is half a year"
    assert harvest(found).outcome is Outcome.UNCHANGED


def test_once_a_day_is_enough(found: Installation, clock: Clock) -> None:
    clock.now = clock.now.replace(hour=0, minute=1) + timedelta(days=2)
    found.vault.put_payload(7, "termine", _old(found))
    assert [each.what for each in found.purge_daily()] == ["vault"]

    found.vault.put_payload(8, "termine", _old(found))
    clock.now += timedelta(hours=23)
    assert found.purge_daily() == ()
    clock.now += timedelta(hours=1)
    assert [each.what for each in found.purge_daily()] == ["vault"]


def _old(found: Installation) -> Any:
    content = b"late"
    return Payload(url="x.csv", content=content, fetched_at=found.clock() - timedelta(days=181), sha256=sha256(content).hexdigest())


def test_a_purge_can_be_asked_for_and_says_what_it_did(found: Installation, clock: Clock) -> None:
    clock.pass_days(400)

    done = {each.what: each for each in found.purge()}

    assert set(done) == {"vault", "plans", "drop"}
    assert (done["vault"].source, done["vault"].count, done["vault"].before) == ("termine", 1, clock.now - timedelta(days=180))
    assert found.purge() == ()


def test_without_drop_days_no_file_is_ever_deleted(config: Path, clock: Clock) -> None:
    text = config.read_text(encoding="utf-8").replace(
        "at_least = 2", 'at_least = 2\npersonal_data = true\nlegal_basis = "x"\ndata_anonymized = true'
    )
    config.write_text(text, encoding="utf-8")
    with installation(load(config, {}), clock=clock) as made:
        harvest(made)
        clock.pass_days(170)
        made.purge()

    assert (config.parent / "drop" / "termine" / "events.csv").exists()


def test_the_clock_s_process_purges_though_nothing_is_harvested(
    found: Installation, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    clock.pass_days(190)

    with caplog.at_level("INFO", logger="klar.schedule"):
        scheduling._purge(found, threading.Lock())
        scheduling._purge(found, threading.Lock())

    assert [each.message for each in caplog.records if "Aufbewahrung" in each.message] == [
        "Aufbewahrung: drop termine 1, vault termine 1, plans termine 1"
    ]


def test_a_plan_says_that_its_content_was_deleted(found: Installation, clock: Clock, config: Path, capsys: Captured) -> None:
    (number,) = [each.id for each in found.store.plans(open_only=False)]
    klar(config, "plans", "show", str(number))
    before = capsys.readouterr().out
    clock.pass_days(101)
    found.purge()

    assert klar(config, "plans", "show", str(number)) == 0
    after = capsys.readouterr().out
    assert klar(config, "plans", "show", str(number), "--json") == 0

    assert "gelöscht" not in before
    assert "Was der Plan ändern sollte, ist nach Ablauf der Aufbewahrung gelöscht" in after
    assert json.loads(capsys.readouterr().out)["purged"] is True


# --- announced removals ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def leaving(config: Path, clock: Clock) -> Iterator[Installation]:
    """Its three events were missing for a week; that the data set goes is announced."""
    text = config.read_text(encoding="utf-8").replace("at_least = 2", "at_least = 0").replace("max_shrink = 0.5", "max_shrink = 1.0")
    config.write_text(text + "\n[feed]\ndeprecated_days = 10\n", encoding="utf-8")
    with installation(load(config, {}), clock=clock) as made:
        harvest(made)
        drop(config.parent, EVENTS.splitlines()[0] + "\n")
        held = harvest(made)
        made.approve(held.plan, by="anna", reason="abgeschaltet")
        clock.pass_days(8)
        harvest(made)
        made.follow_up()
        yield made


def test_a_data_set_goes_after_the_days_that_are_configured(leaving: Installation, clock: Clock) -> None:
    removal = leaving.store.dataset("veranstaltungen").dataset.removal
    assert removal is not None
    assert removal.at - removal.announced == timedelta(days=10)

    clock.pass_days(9)
    leaving.follow_up()
    assert leaving.store.names() == ("veranstaltungen",)
    clock.pass_days(1.1)
    leaving.follow_up()

    assert leaving.store.names() == ()


def test_the_clock_s_process_ends_what_was_announced_though_nothing_is_harvested(
    leaving: Installation, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="klar.schedule"):
        scheduling._hourly(leaving, threading.Lock())
        clock.pass_days(11)
        scheduling._hourly(leaving, threading.Lock())
        scheduling._hourly(leaving, threading.Lock())

    said = [each.message for each in caplog.records if "Katalog" in each.message]
    assert said == ["wie angekündigt nicht mehr im Katalog: veranstaltungen"]
    assert leaving.store.names() == ()
    assert leaving.search.find(Query(), now=clock()).names == ()


# --- the vault of an installation ------------------------------------------------------------------------------------------------


def test_databases_are_upgraded_and_shown_together(config: Path, capsys: Captured) -> None:
    vault = config.parent / "data" / "vault.db"
    for each in vault.parent.glob("vault.db*"):
        each.unlink()

    assert klar(config, "db", "current") == 1
    assert "Tresor: noch keine" in capsys.readouterr().out
    assert not vault.exists(), "looking makes no file"
    assert klar(config, "sources") == 1
    assert "klar db upgrade" in capsys.readouterr().err

    assert klar(config, "db", "upgrade") == 0
    capsys.readouterr()
    assert klar(config, "db", "current", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["vault"] == {"found": VAULT.head, "expected": VAULT.head}
    assert told["found"] == told["expected"]


def test_an_operator_s_process_refuses_a_vault_of_another_version(config: Path) -> None:
    with opened(config) as made, made.vault.database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'v9'")

    with pytest.raises(WrongSchemaVersion, match="Tresor"), opened(config):
        pass


@pytest.mark.parametrize(("fate", "name"), [("gone", "vault"), ("open to all", "vault-access"), ("garbage", "vault")])
def test_the_doctor_looks_at_the_vault(config: Path, fate: str, name: str) -> None:
    vault = config.parent / "data" / "vault.db"
    match fate:
        case "gone":
            vault.unlink()
        case "open to all":
            vault.chmod(0o640)
        case "garbage":
            vault.write_bytes(b"nothing of a database" * 100)

    verdicts = {each.name: each.verdict for each in diagnose(load(config, {}))}

    assert verdicts[name] is Verdict.FAILURE
    assert not vault.exists() or fate != "gone"


def test_a_vault_with_the_catalogue_s_role_is_no_vault(config: Path) -> None:
    environ = {
        "KLAR_STORE__DATABASE": "postgresql+psycopg://klar@127.0.0.1:1/klar",
        "KLAR_VAULT__DATABASE": "postgresql+psycopg://klar@127.0.0.1:1/klar?options=-csearch_path%3Dvault",
    }

    assert wall(load(config, environ)).verdict is Verdict.FAILURE
    assert wall(load(config, {**environ, "KLAR_VAULT__DATABASE": "postgresql+psycopg://tresor@127.0.0.1:1/klar"})).verdict is Verdict.OK


# --- replay ----------------------------------------------------------------------------------------------------------------------


def test_a_replay_from_the_command_line_ends_in_a_plan(config: Path, capsys: Captured) -> None:
    klar(config, "harvest")
    drop(config.parent, EVENTS.replace("Sommerfest", "Winterfest"))
    klar(config, "harvest")
    capsys.readouterr()

    assert klar(config, "harvest", "termine", "--replay", "1", "--json") == 0

    (told,) = json.loads(capsys.readouterr().out)["runs"]
    assert (told["outcome"], told["counts"]["updated"]) == ("planned", 1)
    assert "dieselben Zeilen wie damals" in told["message"]
    assert klar(config, "plans", "approve", str(told["plan"]), "--reason", "zurück", "--by", "anna") == 0
    with opened(config) as made:
        titles = {each.row.key: each.row.values["title"] for each in made.store.published("termine", "event")}
    assert titles["fest"] == "Sommerfest"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--replay", "1"], "genau eine Quelle"),
        (["termine", "andere", "--replay", "1"], "genau eine Quelle"),
        (["termine", "--replay", "99"], "Ernte 99"),
        (["termine", "--replay", "null"], "--replay"),
        (["nirgends", "--replay", "1"], "gibt es nicht"),
    ],
)
def test_a_replay_wants_the_run_and_its_source(config: Path, capsys: Captured, arguments: list[str], sentence: str) -> None:
    add_source(config.parent, "andere", events=EVENTS)
    klar(config, "harvest", "termine")
    capsys.readouterr()

    assert klar(config, "harvest", *arguments) == 1
    assert sentence in capsys.readouterr().err


def test_a_run_without_answers_is_refused_in_german(config: Path, capsys: Captured) -> None:
    klar(config, "harvest")
    with opened(config) as made:
        made.publisher.withdraw("veranstaltungen", row="fest", reason="Name", by="anna")
    capsys.readouterr()

    assert klar(config, "harvest", "termine", "--replay", "1") == 1
    told = capsys.readouterr().err
    assert "nicht mehr da" in told
    assert "events.csv" in told


# --- one source's programming error ----------------------------------------------------------------------------------------------


class Broken:
    """A kind with a bug, which exists only here."""

    kind: ClassVar[str] = "broken"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid")

    def __init__(self, source: SourceConfig) -> None: ...

    def records(self, fetch: Fetch) -> Iterator[Found]:
        raise ValueError(f"could not convert {CANARY}")

    def map(self, record: Record) -> Iterator[Row]:
        yield from ()


@pytest.fixture
def broken(config: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(kinds(), "broken", Broken)
    text = config.read_text(encoding="utf-8")
    bug = '\n[[source]]\nname = "kaputt"\ntitle = "Kaputt"\nkind = "broken"\nurl = "drop"\nschedule = "0 4 * * *"\n'
    config.write_text(text.replace("\n[[source]]", bug + "\n[[source]]", 1), encoding="utf-8")
    return config


def test_the_other_sources_go_on_and_the_exit_status_is_1(broken: Path, capsys: Captured) -> None:
    assert klar(broken, "harvest") == 1

    told = capsys.readouterr()
    assert "kaputt: gescheitert" in told.out
    assert "termine: veröffentlicht" in told.out
    assert "builtins.ValueError" in told.err
    assert "records" in told.err, "a programmer finds the place"
    with opened(broken) as made:
        run = made.store.runs("kaputt")[0]
        assert (run.outcome.value, "Programmfehler" in run.message) == ("failed", True)
        assert made.store.datasets()
    assert CANARY not in told.out + told.err + repr(run), "nor what was being read"


def test_the_clock_s_process_goes_on_as_well(broken: Path, caplog: pytest.LogCaptureFixture) -> None:
    with opened(broken) as made, caplog.at_level("INFO", logger="klar.schedule"):
        for each in made.settings.sources():
            scheduling._harvest(made, each, threading.Lock())

    told = "\n".join(each.getMessage() for each in caplog.records)
    assert "kaputt: Programmfehler." in told
    assert "termine: veröffentlicht" in told
    assert CANARY not in told


def test_what_ends_the_process_ends_it(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the bulkhead holds back errors, not Ctrl-C."""

    def interrupt(*_: object) -> Iterator[Found]:
        raise KeyboardInterrupt

    monkeypatch.setattr(Broken, "records", interrupt)
    assert klar(broken, "harvest") == 130

    with opened(broken) as made:
        assert [each.source for each in made.store.runs()] == ["kaputt"]


def test_nothing_of_what_was_refused_is_outside_of_the_vault(config: Path, capsys: Captured, caplog: pytest.LogCaptureFixture) -> None:
    """Every byte of the data folder but the vault, and all that was said."""
    text = config.read_text(encoding="utf-8").replace(
        "at_least = 2", 'at_least = 2\npersonal_data = true\nlegal_basis = "x"\ndata_anonymized = true'
    )
    config.write_text(text, encoding="utf-8")
    (config.parent / "mappings" / "events.toml").write_text(MAPPING + '[table.skip]\nleitung = "identifier"\n', encoding="utf-8")
    header, *lines = FEW.splitlines()
    rows = [f"{header},leitung", *(f"{line},{CANARY}" for line in lines), f"x1,{CANARY} 0631 23125 077,2023,analog,30,stated,{CANARY}"]
    drop(config.parent, "\n".join([*rows, f"x2,{CANARY},gestern,analog,30,stated,{CANARY}", ""]))

    for command in (
        ["harvest"],
        ["harvest"],
        ["harvest", "termine", "--replay", "1"],
        ["quarantine", "--all"],
        ["plans", "show", "1"],
        ["doctor"],
    ):
        klar(config, *command)

    data = config.parent / "data"
    files = [each for each in data.rglob("*") if each.is_file() and not each.name.startswith("vault.db")]
    assert len(files) > 5
    assert [each for each in files if CANARY.encode() in each.read_bytes()] == []
    told = capsys.readouterr()
    assert CANARY not in told.out + told.err + caplog.text
    with opened(config) as made:
        kept = [made.vault.quarantined(each.source, each.table, each.key, each.digest) for each in made.store.quarantine()]
    assert sum(CANARY in repr(each) for each in kept) == 2
