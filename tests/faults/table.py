"""Every fault a source may have, what klar makes of it, and what it says: the tests and the table in docs/reliability.md are this list."""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from catalog.plan import Outcome
from harvesters.http.limits import MB, Limits
from tests.faults.child import TIGHT
from tests.faults.city import CONTENT, City, as_json, csv, page, projects
from tests.harvesters.http.servers import Line, Request, Script, head, raw, reply, to

NOTHING: Mapping[str, str] = {}
HANGING = replace(TIGHT, read=0.5, total=0.5, attempts=1)


@dataclass(frozen=True, kw_only=True)
class Fault:
    name: str
    does: str  #: what the source does
    klar: str  #: what klar does about it
    act: Callable[[City], object]
    outcome: Outcome
    message: str  #: what the run's message or one of its findings says; `*` stands for what differs
    source: str = "netz"
    changes: Mapping[str, str] = field(default_factory=dict)  #: key -> new, changed, stale, missing, gone; all other rows stay
    holds: tuple[str, ...] = ()  #: why its plan waits
    waiting: tuple[tuple[str, str], ...] = ()  #: Prüfliste: key and rule
    limits: Limits = TIGHT
    rests: bool = False  #: it asks for rest, and the next run respects that

    @property
    def test(self) -> str:
        return f"test_sources.py::test_a_fault_of_a_source[{self.name}]"


def _csv(script: Script | str | bytes) -> Callable[[City], None]:
    return lambda city: city.serve("projekte.csv", script)


def _all(*acts: Callable[[City], object]) -> Callable[[City], None]:
    def act(city: City) -> None:
        for each in acts:
            each(city)

    return act


def _rows(change: Callable[[list[dict[str, str]]], object], *columns: str) -> Callable[[City], None]:
    """The source's file with its rows changed."""

    def act(city: City) -> None:
        rows = projects("n", 10)
        change(rows)
        city.serve("projekte.csv", csv(rows, columns or ("id", "titel", "stand", "webseite")))

    return act


def _renamed(rows: list[dict[str, str]]) -> None:
    for number, each in enumerate(rows):
        each["id"] = f"kl-{number}"


def _pages(*scripts: Script) -> Callable[[City], None]:
    """Page by page; the last one for all further numbers."""

    def script(line: Line, request: Request) -> bool:
        number = int(request.target.partition("page=")[2] or 1)
        return scripts[min(number, len(scripts)) - 1](line, request)

    def act(city: City) -> None:
        city.routes["/seiten/"] = script

    return act


def _page(first: int, following: str | None) -> Script:
    return as_json(page(range(first, first + 3), following))


def _never_ending(line: Line, request: Request) -> bool:
    number = int(request.target.partition("page=")[2] or 1)
    return _page(number * 3, f"?page={number + 1}")(line, request)


def _drip(line: Line, request: Request) -> bool:
    line.send(head(200, {"Content-Length": "100000", "Content-Type": "text/csv"}))
    line.drip(b"1;" * 50000, 0.05)
    return False


def _flood(line: Line, request: Request) -> bool:
    line.send(head(200, {"Content-Type": "text/csv"}))
    line.flood(b"1,Flut\n" * 10_000)
    return False


#: Ten members of 100 MB: 1 MB on the wire, 1 GB when it goes off.
BOMB = gzip.compress(bytes(100 * MB), 9) * 10
_LOGIN = '<!doctype html><html lang="de"><title>Anmeldung</title><form action="/login"><input type="password"></form>'
_TRUNCATED = json.dumps(page(range(1, 10), None))[:-40]
_WHOLE = csv(projects("n", 10)).encode()
_CUT = _WHOLE.index(b"n06") + 6

_CP1252 = csv([*projects("n", 9), projects("n", 10)[9] | {"titel": "Müllerstraße"}]).encode("cp1252")

SOURCE_FAULTS: tuple[Fault, ...] = (
    Fault(
        name="500",
        does="answers 500",
        klar="asks again with growing waits, then gives up until the next run",
        act=_csv(reply("Internal Server Error " + CONTENT, 500)),
        outcome=Outcome.FAILED,
        message="»*projekte.csv« hat selbst einen Fehler (500). *",
    ),
    Fault(
        name="503 with Retry-After",
        does="answers 503 with `Retry-After: 7200`",
        klar="does not wait for hours; asks nothing before the time is over, in later runs neither",
        act=_csv(reply("", 503, Retry_After="7200")),
        outcome=Outcome.FAILED,
        message="»*projekte.csv« hat selbst einen Fehler (503). *",
        rests=True,
    ),
    Fault(
        name="empty 200",
        does="answers 200 without a byte",
        klar="takes it for a fault, not for a source without rows",
        act=_csv(""),
        outcome=Outcome.FAILED,
        message="»*projekte.csv« antwortet, aber die Antwort ist leer. *",
    ),
    Fault(
        name="[]",
        does="answers `[]`, a valid empty list",
        klar="holds the plan: a table that had rows is empty",
        source="seiten",
        act=_pages(as_json({"results": [], "next": None})),
        outcome=Outcome.HELD,
        message="Plan * wartet: Tabelle »Organisationen« ist leer; bisher waren es 9 Zeilen.",
        holds=("empty",),
    ),
    Fault(
        name="[] instead of an object",
        does="answers `[]` where an object was",
        klar="does not take it for a source without rows",
        source="seiten",
        act=_pages(as_json([])),
        outcome=Outcome.FAILED,
        message="*enthält keine Ergebnisse (results)*",
    ),
    Fault(
        name="header only",
        does="gives a file with its header and no row",
        klar="holds the plan: a table that had rows is empty",
        act=_csv(csv([])),
        outcome=Outcome.HELD,
        message="Plan * wartet: Tabelle »Projekte« ist leer; bisher waren es 10 Zeilen.",
        holds=("empty",),
    ),
    Fault(
        name="HTML 200",
        does="answers 200 with a web page and says it is CSV",
        klar="looks at the first bytes, not at the header",
        act=_csv(reply("\n<html><body><h1>Willkommen</h1>", Content_Type="text/csv")),
        outcome=Outcome.FAILED,
        message="»*projekte.csv« sollte JSON oder Text liefern und liefert eine Webseite (HTML). *",
    ),
    Fault(
        name="login page",
        does="redirects to a login page of its own",
        klar="follows on the same host, and refuses the page",
        act=lambda city: city.routes.update({"/netz/projekte.csv": to("/login"), "/login": reply(_LOGIN, Content_Type="text/html")}),
        outcome=Outcome.FAILED,
        message="»*projekte.csv« sollte * liefert eine Webseite (HTML). Eine Anmelde-, Wartungs- oder Fehlerseite?*",
    ),
    Fault(
        name="maintenance JSON",
        does='answers 200 with `{"message": "Wartung"}` where rows were',
        klar="refuses content without the expected structure",
        source="seiten",
        act=_pages(as_json({"message": f"Wartung {CONTENT}"})),
        outcome=Outcome.FAILED,
        message="*enthält keine Ergebnisse (results)*",
    ),
    Fault(
        name="maintenance JSON as CSV",
        does='answers 200 with `{"message": "Wartung"}` where a CSV file was',
        klar="refuses a file without the expected columns",
        act=_csv(reply('{"message": "Wartung"}', Content_Type="application/json")),
        outcome=Outcome.FAILED,
        message="Spalten*",
    ),
    Fault(
        name="half a page",
        does="hangs up in the middle of the answer",
        klar="compares with the announced length, asks again, gives up",
        act=_csv(raw(head(200, {"Content-Length": str(len(_WHOLE))}), _WHOLE[:_CUT])),
        outcome=Outcome.FAILED,
        message="»*projekte.csv«: Die Antwort bricht ab oder ist kein gültiges HTTP. *",
    ),
    Fault(
        name="half a file",
        does="gives half of the file as if it were whole, cut within a row",
        klar="puts the cut row on the Prüfliste and holds the plan: too many rows are gone",
        act=_csv(_WHOLE[:_CUT]),
        outcome=Outcome.HELD,
        message="Plan * wartet: Tabelle »Projekte« ist geschrumpft: *",
        holds=("shrunk",),
        waiting=(("n06", "ragged-row"),),
    ),
    Fault(
        name="truncated JSON",
        does="gives JSON that ends in the middle",
        klar="uses no part of it",
        source="seiten",
        act=_pages(reply(_TRUNCATED, Content_Type="application/json")),
        outcome=Outcome.FAILED,
        message="*ist kein vollständiges JSON*",
    ),
    Fault(
        name="first page only",
        does="gives the first of three pages without a link to the next",
        klar="holds the plan: too many rows are gone",
        source="seiten",
        act=_pages(_page(1, None)),
        outcome=Outcome.HELD,
        message="Plan * wartet: Tabelle »Organisationen« ist geschrumpft: 6 von 9 Zeilen fehlen *",
        holds=("shrunk",),
    ),
    Fault(
        name="paging that repeats",
        does="ignores the page number and gives the second page for ever",
        klar="notices content it has read before; what was read is not used",
        source="seiten",
        act=_pages(_page(1, "?page=2"), _page(4, "?page=3"), _page(4, "?page=4")),
        outcome=Outcome.FAILED,
        message="Die Quelle liefert unter »*page=4« noch einmal den Inhalt einer früheren Seite. *",
    ),
    Fault(
        name="paging in a circle",
        does="has a next-link back to a page before",
        klar="notices an address it has read before; what was read is not used",
        source="seiten",
        act=_pages(_page(1, "?page=2"), _page(4, "?page=1")),
        outcome=Outcome.FAILED,
        message="»*page=2« nennt als nächste Seite »*page=1«, die schon gelesen ist. *",
    ),
    Fault(
        name="paging that never ends",
        does="has always one more page with new rows",
        klar="stops at a number of requests; what was read is not used",
        source="seiten",
        act=lambda city: city.routes.update({"/seiten/": _never_ending}),
        outcome=Outcome.FAILED,
        message="Die Quelle will mehr als 40 Abrufe in einer Ernte; hört sie nie auf? *",
    ),
    Fault(
        name="next-link to another host",
        does="has a next-link to another host",
        klar="does not go there; `follow_hosts` would permit it",
        source="seiten",
        act=_pages(_page(1, "http://anderswo.example/?page=2")),
        outcome=Outcome.FAILED,
        message="»*page=1« leitet zu »anderswo.example«; wenn das richtig ist, gehört der Rechner in follow_hosts.",
    ),
    Fault(
        name="slow loris",
        does="sends one byte now and then, for ever",
        klar="ends the request at its total time",
        act=_csv(_drip),
        outcome=Outcome.FAILED,
        message="»*projekte.csv«: Die Antwort dauert zu lange. *",
        limits=HANGING,
    ),
    Fault(
        name="silence",
        does="accepts the connection and says nothing",
        klar="gives up after the read time",
        act=_csv(lambda line, request: line.stopping.wait(20)),
        outcome=Outcome.FAILED,
        message="»*projekte.csv« sendet 0.5 Sekunden lang nichts. *",
        limits=replace(HANGING, total=30),
    ),
    Fault(
        name="endless body",
        does="sends and sends",
        klar="hangs up at the size cap",
        act=_csv(_flood),
        outcome=Outcome.FAILED,
        message="»*projekte.csv«* größer als 2 MB. *",
    ),
    Fault(
        name="gzip bomb",
        does="sends 1 MB that unpacks to 1 GB",
        klar="unpacks piece by piece and stops at the size cap",
        act=_csv(reply(BOMB, Content_Type="text/csv", Content_Encoding="gzip")),
        outcome=Outcome.FAILED,
        message="»*projekte.csv« ist entpackt größer als 2 MB. *",
    ),
    Fault(
        name="redirect loop",
        does="redirects in a circle",
        klar="notices the circle",
        act=lambda city: city.routes.update({"/netz/projekte.csv": to("/netz/b"), "/netz/b": to("/netz/projekte.csv")}),
        outcome=Outcome.FAILED,
        message="»*netz/b« leitet im Kreis. *",
    ),
    *(
        Fault(
            name=f"redirect to {host}",
            does=f"redirects to `http://{host}/`",
            klar="does not go there",
            act=_csv(to(f"http://{host}/latest/meta-data/")),
            outcome=Outcome.FAILED,
            message=f"»*projekte.csv« leitet zu »{shown}«; wenn das richtig ist, gehört der Rechner in follow_hosts.",
        )
        for host, shown in {
            "127.0.0.1:22": "127.0.0.1:22",
            "169.254.169.254": "169.254.169.254",
            "[::ffff:127.0.0.1]": "[::ffff:7f00:1]",
        }.items()
    ),
    Fault(
        name="redirect inside by name",
        does="redirects to a permitted name (`follow_hosts`) that stands for an inner address",
        klar="judges the address on the socket it uses",
        act=_all(lambda city: city.permit('follow_hosts = ["localhost:8"]'), _csv(to("http://localhost:8/"))),
        outcome=Outcome.FAILED,
        message="»localhost« führt nicht ins öffentliche Netz (eigener Rechner)*",
    ),
    Fault(
        name="wrong charset",
        does="sends cp1252 and says UTF-8",
        klar="believes the bytes, not the header, and says what it found",
        act=_csv(reply(_CP1252, Content_Type="text/csv; charset=utf-8")),
        outcome=Outcome.OK,
        message="Datei »*projekte.csv«: Erkannt: Kodierung Windows-1252 (kein UTF-8, zuerst in Zeile 2), *",
        changes={"n10": "changed"},
    ),
    Fault(
        name="wrong charset where one is demanded",
        does="sends cp1252 where the mapping demands UTF-8",
        klar="refuses the file and names the line",
        act=_all(lambda city: city.demand('dialect = { encoding = "utf-8" }'), _csv(_CP1252)),
        outcome=Outcome.FAILED,
        message="Die Datei ist nicht in utf-8 gespeichert (Zeile *).",
    ),
    Fault(
        name="control characters",
        does="has a control character in a text",
        klar="that row waits, its last good version stays; the others are published",
        act=_rows(lambda rows: (rows[4].update(titel="Rad\x07weg"), rows[5].update(titel="Umbenannt"))),
        outcome=Outcome.PARTIAL,
        message="Auf der Prüfliste: 1.",
        changes={"n05": "stale", "n06": "changed"},
        waiting=(("n05", "control-character"),),
    ),
    Fault(
        name="IRI with spaces",
        does="has an address with a space in it",
        klar="that row waits, its last good version stays; the others are published",
        act=_rows(lambda rows: (rows[4].update(webseite="https://example.org/Straße 5"), rows[5].update(titel="Umbenannt"))),
        outcome=Outcome.PARTIAL,
        message="Auf der Prüfliste: 1.",
        changes={"n05": "stale", "n06": "changed"},
        waiting=(("n05", "not-a-web-address"),),
    ),
    Fault(
        name="ids changed",
        does="gives all rows under new ids",
        klar="holds the plan: as many rows, other keys",
        act=_rows(_renamed),
        outcome=Outcome.HELD,
        message="Plan * wartet: * Die Quelle vergibt wohl andere Schlüssel.",
        holds=("ids-changed",),
    ),
    Fault(
        name="duplicate ids",
        does="gives two different rows under one id",
        klar="both wait, the last good version stays",
        act=_rows(lambda rows: rows.append(rows[4] | {"titel": "Zwilling"})),
        outcome=Outcome.PARTIAL,
        message="Auf der Prüfliste: 2.",
        changes={"n05": "stale"},
        waiting=(("n05", "duplicate-key"), ("n05", "duplicate-key")),
    ),
    Fault(
        name="id of another source",
        does="gives a row under an id that another source publishes",
        klar="the row waits; the other source's row stays its own",
        act=_rows(lambda rows: rows.append(rows[4] | {"id": "a01"})),
        outcome=Outcome.PARTIAL,
        message="Auf der Prüfliste: 1.",
        waiting=(("a01", "duplicate-key"),),
    ),
    Fault(
        name="row without id",
        does="gives a row without id while another row is gone",
        klar="the row waits; no absence is concluded",
        act=_rows(lambda rows: rows[4].update(id="")),
        outcome=Outcome.PARTIAL,
        message="In der Tabelle »Projekte« ohne lesbaren Schlüssel: 1; solange wird keine fehlende Zeile vermerkt oder entfernt.",
        waiting=(("", "missing-key"),),
    ),
    Fault(
        name="column added",
        does="has a column that nobody knows",
        klar="does not read the file until the mapping takes or skips it",
        act=_rows(lambda rows: [each.update(kontakt="Eva Muster") for each in rows], "id", "titel", "stand", "webseite", "kontakt"),
        outcome=Outcome.FAILED,
        message="Spalten, die weder übernommen noch übergangen werden: »kontakt«.",
    ),
    Fault(
        name="column renamed",
        does="calls a column something else",
        klar="does not read the file until the mapping knows",
        act=_csv(csv(projects("n", 10)).replace("titel", "name", 1)),
        outcome=Outcome.FAILED,
        message="Spalten, die weder übernommen noch übergangen werden: »name«.",
    ),
    Fault(
        name="column removed",
        does="leaves a column out",
        klar="does not read the file until the mapping knows",
        act=_rows(lambda rows: None, "id", "titel", "stand"),
        outcome=Outcome.FAILED,
        message="Spalten fehlen, die die Zuordnung nennt: »webseite«.",
    ),
    Fault(
        name="one row gone",
        does="leaves one of ten rows out",
        klar="keeps the row, marked; removes it when it stays away for `remove_after`",
        act=_rows(lambda rows: rows.pop(4)),
        outcome=Outcome.OK,
        message="",
        changes={"n05": "missing"},
    ),
    Fault(
        name="counts fell",
        does="gives 6 of 10 rows",
        klar="holds the plan: more is gone than `max_shrink` allows",
        act=_rows(lambda rows: [rows.pop() for _ in range(4)]),
        outcome=Outcome.HELD,
        message="Plan * wartet: Tabelle »Projekte« ist geschrumpft: 4 von 10 Zeilen fehlen (40 %, erlaubt sind 20 %).",
        holds=("shrunk",),
    ),
    Fault(
        name="file gone",
        does="answers 404",
        klar="takes it for a fault, not for the end of the table",
        act=lambda city: city.routes.pop("/netz/projekte.csv"),
        outcome=Outcome.FAILED,
        message="»*projekte.csv« gibt es nicht (404). *",
    ),
    Fault(
        name="secret said back",
        does="says our secret back in its answer",
        klar="keeps nothing of it",
        act=_csv(lambda line, request: reply(f"id,titel\n1,{request.headers['authorization']}\n")(line, request)),
        outcome=Outcome.FAILED,
        message="»*projekte.csv«: Die Antwort enthält das Zugangsgeheimnis; sie wird nicht aufbewahrt. *",
    ),
    Fault(
        name="folder: file half written",
        does="(drop folder) has a file that ends in the middle of a quoted cell",
        klar="changes nothing of that table; the folder's other tables go on",
        source="ablage",
        act=lambda city: city.drop("projekte.csv", csv(projects("a", 3), ("id", "titel", "stand")) + 'a04,"Hal'),
        outcome=Outcome.PARTIAL,
        message="*Anführungszeichen*",
    ),
    Fault(
        name="folder: file gone",
        does="(drop folder) lacks a file",
        klar="changes nothing of that table; the folder's other tables go on",
        source="ablage",
        act=lambda city: (city.folder / "drop" / "ablage" / "projekte.csv").unlink(),
        outcome=Outcome.PARTIAL,
        message="Die Datei »projekte.csv« fehlt.",
    ),
    Fault(
        name="folder gone",
        does="(drop folder) is not there: not mounted",
        klar="takes it for a fault, not for an empty folder",
        source="ablage",
        act=lambda city: city.lose_folder(),
        outcome=Outcome.FAILED,
        message="Den Ordner oder die Datei der Quelle gibt es nicht.*",
    ),
)


@dataclass(frozen=True, kw_only=True)
class MachineFault:
    """What happens to klar itself; told by tests of their own."""

    name: str
    does: str
    klar: str
    outcomes: tuple[Outcome, ...]
    message: str
    test: str


_FULL = "Auf die Festplatte kann nicht geschrieben werden: *. Was veröffentlicht ist, bleibt; »klar doctor« sieht nach."
_BUSY = "Ein anderer Vorgang schreibt gerade; bitte gleich noch einmal versuchen."

MACHINE_FAULTS: tuple[MachineFault, ...] = (
    MachineFault(
        name="still at rest",
        does="a host asked for rest, and the next run comes before it is over",
        klar="asks nothing of that host; other hosts are asked",
        outcomes=(Outcome.FAILED,),
        message="»127.0.0.1« hat um Ruhe gebeten; bis * wird nicht gefragt.",
        test="test_sources.py::test_who_asked_for_rest_is_not_asked",
    ),
    MachineFault(
        name="disk full",
        does="the disk fills at any point of a run (a small disk in memory, where mounting is permitted)",
        klar="publishes all of a run or nothing; readers go on; closes the run with the next one",
        outcomes=(Outcome.FAILED,),
        message=_FULL,
        test="test_disk.py::test_a_disk_that_fills_during_a_harvest",
    ),
    MachineFault(
        name="database cannot grow",
        does="the database, its log or a published file may not become larger (limit on file sizes)",
        klar="publishes all of a run or nothing; readers go on; closes the run with the next one",
        outcomes=(Outcome.FAILED,),
        message=_FULL,
        test="test_disk.py::test_a_database_and_files_that_cannot_grow",
    ),
    MachineFault(
        name="database locked",
        does="another program holds the database's lock for longer than 60 seconds",
        klar="waits, then gives up; readers never wait",
        outcomes=(Outcome.FAILED,),
        message=_BUSY,
        test="test_locked.py::test_a_database_that_stays_locked",
    ),
    MachineFault(
        name="database locked in the middle",
        does="another program takes the lock while a run is under way",
        klar="publishes nothing of that run; the next run closes it",
        outcomes=(Outcome.FAILED,),
        message=_BUSY,
        test="test_locked.py::test_a_database_that_is_locked_in_the_middle_of_a_harvest",
    ),
    MachineFault(
        name="database locked for a moment",
        does="another program holds the lock for a moment",
        klar="waits",
        outcomes=(Outcome.OK,),
        message="",
        test="test_locked.py::test_a_moment_of_waiting_is_no_fault",
    ),
    MachineFault(
        name="two harvests at once",
        does="a source is to be harvested while it is being harvested",
        klar="does not begin",
        outcomes=(Outcome.FAILED,),
        message="*Die Quelle »*« wird gerade geerntet (Ernte *, seit *).",
        test="test_locked.py::test_a_source_that_is_being_harvested_is_not_harvested_beside_itself",
    ),
    MachineFault(
        name="killed at a boundary",
        does="the process is killed (SIGKILL) before a file, rename, statement or commit",
        klar="shows the state before or after; the next run closes the dead one and ends where it would have ended",
        outcomes=(Outcome.FAILED,),
        message="abgebrochen",
        test="test_killed.py::test_killed_at_boundaries_of_a_whole_run",
    ),
    MachineFault(
        name="killed at random",
        does="the process is killed at random moments, again and again",
        klar="the same",
        outcomes=(Outcome.FAILED,),
        message="abgebrochen",
        test="test_killed.py::test_killed_at_random_moments_again_and_again",
    ),
    MachineFault(
        name="clock set during a run",
        does="the clock jumps a year, forward or back, while a harvest runs",
        klar="measures durations by a clock that nobody can set",
        outcomes=(Outcome.OK,),
        message="",
        test="test_clock.py::test_the_clock_is_set_during_a_harvest",
    ),
    MachineFault(
        name="clock set between runs",
        does="the clock jumps 400 days, forward or back, between two runs",
        klar="removes nothing that the source still has; never publishes earlier than it last did",
        outcomes=(Outcome.UNCHANGED, Outcome.OK),
        message="",
        test="test_clock.py::test_the_clock_is_set_between_two_harvests",
    ),
    MachineFault(
        name="clock set back, row missing",
        does="the clock is set back after a row was missed",
        klar="counts from the noted time; the row stays",
        outcomes=(Outcome.UNCHANGED,),
        message="",
        test="test_clock.py::test_a_clock_set_back_keeps_a_missing_row",
    ),
    MachineFault(
        name="clock set back, host at rest",
        does="the clock is set back after a host asked for rest",
        klar="lets no host rest for more than a day",
        outcomes=(Outcome.UNCHANGED,),
        message="",
        test="test_clock.py::test_a_clock_set_back_does_not_make_a_host_rest_for_a_year",
    ),
    MachineFault(
        name="DST night",
        does="half past two does not exist, or exists twice, and a source is due then",
        klar="harvests every source once",
        outcomes=(Outcome.UNCHANGED,),
        message="",
        test="test_clock.py::test_the_night_in_which_the_clocks_change",
    ),
    MachineFault(
        name="DST hour",
        does="two harvests with news in the hour that comes twice",
        klar="two editions, an hour apart, in their order",
        outcomes=(Outcome.OK,),
        message="",
        test="test_clock.py::test_two_harvests_in_the_hour_that_comes_twice",
    ),
    MachineFault(
        name="a source hangs",
        does="(schedule) one source says nothing while others are due",
        klar="harvests the others on time: four sources at once, and every request ends",
        outcomes=(Outcome.OK,),
        message="",
        test="test_processes.py::test_a_source_that_hangs_keeps_no_other_waiting",
    ),
    MachineFault(
        name="a harvester has a bug (schedule)",
        does="(schedule) a harvester divides by zero",
        klar="notes it; the clock and the other sources go on",
        outcomes=(Outcome.FAILED,),
        message="Die Ernte wurde durch einen Programmfehler oder von außen abgebrochen.",
        test="test_processes.py::test_a_harvester_with_a_bug_stops_no_other_in_the_schedule",
    ),
    MachineFault(
        name="a harvester has a bug (command)",
        does="(`klar harvest`) a harvester divides by zero",
        klar="says so, harvests the others, ends with 1",
        outcomes=(Outcome.FAILED,),
        message="*Programmfehler*",
        test="test_processes.py::test_a_harvester_with_a_bug_stops_no_other_on_the_command_line",
    ),
)
