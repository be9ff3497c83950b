"""Rows about persons while a run has not decided on them: packed, in their order, and with the digests they always had."""

import hashlib
import json

from harvesters.private_rows import PrivateRows, in_batches, values_of
from harvesters.spool import Spool
from harvesters.walking import Walk
from schemas.declaration import declaration_of_table
from schemas.row import Quarantined, Row
from schemas.table import microdata_tables

ANSWER = microdata_tables()["answer"]


def answer(number: int, **values: str) -> Row:
    said = dict.fromkeys(ANSWER.field_names) | {"id": f"{number}", "process_id": "platz"} | values
    return Row(table="answer", key=f"platz/{number}", values=said, origin="antworten.csv")


def test_a_spool_gives_everything_in_its_order_as_often_as_somebody_asks() -> None:
    spool: Spool[tuple[str, int]] = Spool()
    things = [(f"nummer {number}", number) for number in range(2_500)]
    for each in things:
        spool.append(each)

    assert (list(spool), list(spool), len(spool)) == (things, things, 2_500)


def test_rows_come_out_of_a_spool_as_they_went_in() -> None:
    """Also with signs that no database takes: they are refused later, by name."""
    rows = [answer(number, text=f"Wörter \ud800 {number}") for number in range(1_100)]
    private = PrivateRows()
    for line, each in enumerate(rows, start=2):
        private.append(each, line)

    found = list(private)
    assert [(each.key, each.line, each.digest.hex()) for each in found] == [
        (each.key, line, each.digest) for line, each in enumerate(rows, start=2)
    ]
    assert [values for batch in in_batches(found, 300) for values in values_of(batch)] == [each.values for each in rows]


class _Nothing:
    def records(self, fetch: object) -> tuple[()]:
        return ()


def test_what_a_run_read_has_the_fingerprint_that_earlier_versions_gave_it() -> None:
    """A replay compares with it, years later."""
    walk = Walk(source="umfrage", harvester=_Nothing(), progress=lambda *_: None)  # type: ignore[arg-type]  # it is never walked
    declaration = declaration_of_table("process")
    walk.declarations["process"] = declaration
    walk.rows["process"] = [Row(table="process", key=f"p{number}", values={"id": f"p{number}"}) for number in range(1_200)]
    walk.quarantined["process"] = [Quarantined(table="process", key="", digest="0" * 64, findings=())]
    walk.microdata["answer"], walk.private["answer"] = ANSWER, PrivateRows()
    answers = [answer(number) for number in range(3)]
    for each in answers:
        walk.private["answer"].append(each, None)

    read = [
        ("answer", sorted((each.key, each.digest) for each in answers)),
        ("process", sorted([("", "0" * 64), *((each.key, each.digest) for each in walk.rows["process"])])),
    ]
    assert walk.fingerprint() == hashlib.sha256(json.dumps(read).encode()).hexdigest()


def test_a_walk_without_anything_has_a_fingerprint_too() -> None:
    walk = Walk(source="umfrage", harvester=_Nothing(), progress=lambda *_: None)  # type: ignore[arg-type]  # it is never walked
    assert walk.fingerprint() == hashlib.sha256(b"[]").hexdigest()


def test_a_digest_is_the_one_of_values_and_address() -> None:
    row = Row(table="answer", key="a", values={"id": "a", "text": "ä", "n": 1.5, "x": None}, source_url='https://a.example/"b"')
    said = json.dumps([row.values, row.source_url], ensure_ascii=False, separators=(",", ":"))
    assert row.digest == hashlib.sha256(said.encode()).hexdigest()
