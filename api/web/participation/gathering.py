"""The published rows about one project or one process, whatever source they come from. Nothing is computed, preferred or added here."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from api.web.participation.wording import several, text_of
from api.web.problems import UnknownPage
from api.web.published import PublishedValues, common_rows
from api.web.web import Web
from schemas.declaration import declaration_of_table
from schemas.errors import Gone

Rows = Sequence[PublishedValues]
#: What a key of the common model looks like: anything else never reaches a file.
_KEY = re.compile(r"[a-z0-9][a-z0-9._:-]{1,127}", re.ASCII)
#: Tables whose rows name a project, a process or both.
_LINKED = ("event", "format", "decision", "measure_item", "qa_item", "result", "platform_figure")


@dataclass(frozen=True, kw_only=True)
class Dossier:
    kind: str  #: project or process
    row: PublishedValues
    project: PublishedValues | None  #: of a process, or the one that a project is part of
    parts: Rows  #: projects that are part of this one
    processes: Rows  #: of a project; for a process itself alone
    tables: Mapping[str, Rows] = field(default_factory=dict)  #: by table name; () where there are none

    def rows(self, table: str) -> Rows:
        return self.tables.get(table, ())

    def used(self) -> Rows:
        """Every row the page is made of, its own first."""
        own = (self.row, *self.processes) if self.kind == "project" else (self.row,)
        return (*own, *(row for table in sorted(self.tables) for row in self.tables[table]))


def gather(web: Web, kind: str, key: str) -> Dossier:
    """Raises UnknownPage; Gone for one that was published and is not any more."""
    if not _KEY.fullmatch(key):
        raise UnknownPage(key)
    candidates = _read(web, kind, {key})
    row = next((each for each in candidates if each["id"] == key), None)
    if row is None:
        _require_never_published(web, kind, key)
        raise UnknownPage(f"{kind} {key}")
    if kind == "process":
        return _process(web, row)
    parts = [each for each in candidates if each.get("parent_project_id") == key]
    processes = [each for each in _read(web, "process", {key}) if each.get("project_id") == key]
    return Dossier(
        kind=kind,
        row=row,
        project=_one(web, "project", row.get("parent_project_id")),
        parts=parts,
        processes=processes,
        tables=_linked(web, projects={key}, processes={str(each["id"]) for each in processes}, platforms=_names(web, row)),
    )


def _process(web: Web, row: PublishedValues) -> Dossier:
    tables = _linked(web, projects=set(), processes={str(row["id"])})
    return Dossier(kind="process", row=row, project=_one(web, "project", row.get("project_id")), parts=(), processes=(row,), tables=tables)


def _names(web: Web, project: PublishedValues) -> set[str]:
    """What figures of platforms may call a project that is one; what nobody has confirmed is no name here."""
    things = web.services.aliases.things
    known = {name for each in things if (each.table, each.id) == ("project", project["id"]) and each.confirmed for name in each.names}
    return {text_of(project, "title"), *several(project.get("former_titles")), *known}


def _linked(web: Web, *, projects: set[str], processes: set[str], platforms: Collection[str] = ()) -> dict[str, Rows]:
    """Rows that name one of these, and those that name one of the rows found: answers to questions at events, measures for decisions,
    and what sources assert about any of them. `platforms`: names."""
    tables: dict[str, Rows] = {}
    for table in _LINKED:
        further: dict[str, tuple[str, set[str]]] = {
            "platform_figure": ("platform", set(platforms)),
            "qa_item": ("event_id", _ids(tables.get("event", ()))),
            "measure_item": ("decision_id", _ids(tables.get("decision", ()))),
        }
        column, keys = further.get(table, ("", set[str]()))
        wanted = {"project_id": projects, "process_id": processes} | ({column: keys} if column else {})
        found = _read(web, table, projects | processes | keys)
        tables[table] = [each for each in found if any(each.get(name) in among for name, among in wanted.items())]
    subjects = {
        "project": projects,
        "platform": projects,
        "process": processes,
        "event": _ids(tables["event"]),
        "decision": _ids(tables["decision"]),
    }
    figures = _read(web, "figure", set().union(*subjects.values()))
    tables["figure"] = [each for each in figures if each["subject_id"] in subjects.get(str(each["subject_kind"]), ())]
    return tables


def _ids(rows: Rows) -> set[str]:
    return {str(each["id"]) for each in rows}


def _read(web: Web, table: str, naming: Collection[str]) -> Rows:
    return (common_rows(web.services.store, web.services.files, table, naming) or ()) if naming else ()


def _one(web: Web, table: str, key: object) -> PublishedValues | None:
    return next((each for each in _read(web, table, {key}) if each["id"] == key), None) if isinstance(key, str) else None


def _require_never_published(web: Web, table: str, key: str) -> None:
    """Raises Gone: for a row that was withdrawn with the reason given, for one that an earlier edition had with the edition."""
    web.services.store.require_row_not_withdrawn(table, key)
    former = web.former(table).get(key)
    if former is not None:
        name = declaration_of_table(table).name
        reason = f"Der Eintrag steht noch in Stand {former.last.number} des Datensatzes „{name}“, in Stand {former.after.number} nicht mehr"
        raise Gone(f"{table} {key}", reason=reason, at=former.after.created_at.isoformat())
