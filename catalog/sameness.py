"""The same thing under two keys: fields that are unique whatever the source (`klar:unique` in a table) tell it. The first route stays."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from catalog.plan import SeenTable
from schemas.row import Finding, Quarantined, Row

#: (field, value) -> name of the source that publishes a row with it.
Holders = Mapping[tuple[str, str], str]


def settle_values(
    seen: SeenTable, *, taken: Holders, published: Collection[str], withdrawn: Collection[str]
) -> tuple[SeenTable, tuple[Finding, ...]]:
    """Rows whose unique value another source publishes (`taken`), or another row of this source, go to quarantine. `published`: keys of
    this source, which stay in any case: what has come in by both routes at once is a person's decision, and a finding tells. `withdrawn`:
    keys that never come back, under no other name either."""
    fields = [each.name for each in seen.declaration.table.fields if each.unique]
    if not fields:
        return seen, ()
    own: dict[tuple[str, str], str] = {}
    refused: dict[str, Finding] = {}
    noted: list[Finding] = []
    for row in sorted(seen.rows, key=lambda each: (each.key not in published, each.key)):
        finding = next(_conflicts(row, fields, taken=taken, own=own, withdrawn=withdrawn), None)
        if finding is None:
            own.update({(name, str(row.values[name])): row.key for name in fields if row.values.get(name) is not None})
        elif row.key in published and finding.code != "withdrawn":
            noted.append(finding)
        else:
            refused[row.key] = finding
    quarantined = tuple(_refused(row, refused[row.key]) for row in seen.rows if row.key in refused)
    kept = tuple(row for row in seen.rows if row.key not in refused)
    return replace(seen, rows=kept, quarantined=(*seen.quarantined, *quarantined)), tuple(noted)


def _conflicts(
    row: Row, fields: Collection[str], *, taken: Holders, own: Mapping[tuple[str, str], str], withdrawn: Collection[str]
) -> Iterator[Finding]:
    for name in fields:
        value = row.values.get(name)
        if value is None:
            continue
        if str(value) in withdrawn:
            yield _finding(row, name, "withdrawn", "Diese Zeile wurde unter ihrer anderen Kennung zurückgezogen.")
        if (name, str(value)) in taken:
            yield _finding(row, name, "same-thing", f"Dasselbe führt schon die Quelle »{taken[name, str(value)]}«; deren Zeile bleibt.")
        if (name, str(value)) in own:
            yield _finding(
                row, name, "same-thing", "Dasselbe steht in der Quelle noch einmal unter einer anderen Kennung; die erste bleibt."
            )


def _finding(row: Row, field: str, code: str, message: str) -> Finding:
    return Finding(code=code, message=message, origin=row.origin, table=row.table, key=row.key, field=field)


def _refused(row: Row, finding: Finding) -> Quarantined:
    return Quarantined(table=row.table, key=row.key, digest=row.digest, findings=(finding,))
