"""What a person set over one data set, as it holds for a publication: `curation/NAME.toml`, judged, and the publisher it names."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from catalog.codec import loads
from catalog.curation import Curation, read_curation
from catalog.database import Record
from catalog.entries import CurationError
from catalog.organisations import in_charge
from catalog.press import Press, Refused
from catalog.texts import discreet, personal, words_of_curation
from schemas.model import Agent
from schemas.row import Finding


def curation_of(press: Press, name: str, stored: Record | None, *, table: str, clean: bool) -> tuple[Curation, tuple[Finding, ...]]:
    """A file that is broken or holds personal data counts as the last good one. Without one it stops the data set: it may hold the
    right licence. `clean`: what is published was judged by the same rules, only other words are judged. Raises Refused."""
    last_good = loads(Curation, stored.curation) if stored is not None and stored.curation else None
    try:
        found = read_curation(press.curation, name)
    except CurationError as error:
        findings = discreet(press.detector, tuple(replace(each, table=table) for each in error.findings))
    else:
        if found == last_good and clean:
            return found, ()
        findings = personal(press.detector, words_of_curation(found), table=table, origin=f"curation/{name}.toml")
        if not findings:
            return found, ()
    if last_good is None:
        raise Refused(findings)
    return last_good, findings


def publisher_of(connection: Connection, name: str, curation: Curation, otherwise: Agent, *, table: str, at: datetime) -> Agent:
    """`otherwise`, unless a person named a row of the table of organisations: then that one, or who follows it by then. Raises Refused."""
    if not curation.publisher:
        return otherwise
    found = in_charge(connection, curation.publisher, at)
    if found is None:
        message = f"curation/{name}.toml: die Organisation »{curation.publisher}« ist nicht veröffentlicht."
        raise Refused((Finding(code="curation", message=message, table=table),))
    return found
