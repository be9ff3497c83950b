"""What a person decides, however it came in: the command line and the operator's pages ask here.

Every decision needs a reason in which nobody's data stand (it is kept for ever), a role that may decide it, and, where texts or
statistics of persons are released, a second person (`[privacy] second_person`).
"""

from dataclasses import dataclass

from api import cubes
from api.installation import Installation, detector_of
from catalog.consent import PLAN, QUARANTINE, Consent, release_subject, same_person
from catalog.cubes.outlook import Fate, Outlook
from catalog.decisions import Person, key_mark
from catalog.entries import Applied, QuarantineItem
from catalog.plan import StoredPlan
from catalog.plans import require_open
from catalog.quarantine import item_target, require_possible
from catalog.tokens import LONGEST_NAME, NotAllowed, Role
from schemas.errors import ConfigurationError, DecisionRefused, UnknownItem
from schemas.table import microdata_tables

#: What is kept for ever is kept short.
LONGEST_REASON = 1000
_ROLES = {Role.READER: "Leserecht", Role.EDITOR: "Bearbeitung", Role.RELEASER: "Freigabe"}


@dataclass(frozen=True, kw_only=True)
class Pending:
    """One of two persons has said yes; nothing is published yet."""

    subject: str  #: `quarantine`, `plan`, or `release …`
    number: int
    words: tuple[Consent, ...]  #: the first word first

    @property
    def sentence(self) -> str:
        """Who has agreed and who else is needed, in German."""
        names = " und ".join(each.by.name for each in self.words)
        if len(self.words) > 1:
            return f"{names} haben zugestimmt. Es fehlt das Wort einer Person mit der Rolle {Role.RELEASER.value}."
        role = f" mit der Rolle {Role.RELEASER.value}" if self.words[0].by.role else ""
        return f"{names} hat zugestimmt. Personenbezogenes geben zwei Personen frei: Es fehlt das Wort einer anderen Person{role}."


@dataclass(frozen=True, kw_only=True)
class PendingRelease:
    """A release that passed the audit, and one of two persons has said yes. When the other one does, it is counted and audited anew."""

    outlook: Outlook
    pending: Pending


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The row is published by the next harvest, as long as it stays the same."""

    item: int


def approve(found: Installation, plan: int, person: Person, reason: str, *, uploaded: bool = False) -> Applied | Pending:
    """Publish a held or proposed plan and bring search and metadata in line. `uploaded`: the file it was made of, if it was uploaded, is
    in the drop folder now (`api.uploads`).
    Raises ConfigurationError, NotAllowed, UnknownItem, DecisionRefused, PlanOutdated, Busy."""
    _check(found, person, reason, Role.RELEASER)
    stored = found.store.plan(plan)
    require_open(stored)
    if stored.plan.is_uploaded and not uploaded:
        raise DecisionRefused(
            f"Plan {plan} gehört zu einer hochgeladenen Datei und wird auf den Betriebsseiten mit ihr zusammen freigegeben."
        )
    if needs_second_for_plan(found, stored):
        words = found.store.consent(PLAN, plan, person, reason, target=f"plan {plan}", concludes=_may_release(person))
        if not _is_enough(words, person):
            return Pending(subject=PLAN, number=plan, words=words)
    applied = found.approve(plan, by=person.name, reason=reason, role=person.role)
    found.follow_up()
    return applied


def reject_plan(found: Installation, plan: int, person: Person, reason: str) -> None:
    """What is published stays. Raises ConfigurationError, NotAllowed, UnknownItem, DecisionRefused."""
    _check(found, person, reason, Role.EDITOR)
    found.reject(plan, by=person.name, reason=reason, role=person.role)


def accept_item(found: Installation, item: int, person: Person, reason: str) -> Accepted | Pending:
    """Let a row pass as it is. Raises ConfigurationError, NotAllowed, UnknownItem, DecisionRefused."""
    _check(found, person, reason, Role.EDITOR)
    stored = found.store.quarantine_item(item)
    require_possible(stored, accept=True)
    if needs_second(found, stored):
        words = found.store.consent(QUARANTINE, item, person, reason, target=item_target(stored), concludes=_may_release(person))
        if not _is_enough(words, person):
            return Pending(subject=QUARANTINE, number=item, words=words)
    found.store.decide_quarantine(item, True, person.name, reason, role=person.role)
    return Accepted(item=item)


def reject_item(found: Installation, item: int, person: Person, reason: str) -> None:
    """The row stays unpublished until its source changes it. Raises ConfigurationError, NotAllowed, UnknownItem, DecisionRefused."""
    _check(found, person, reason, Role.EDITOR)
    found.store.decide_quarantine(item, False, person.name, reason, role=person.role)


def withdraw(found: Installation, name: str, person: Person, reason: str, *, edition: int | None = None, row: str | None = None) -> None:
    """Erase a data set, one edition or one row everywhere; the reason is public.
    Raises ConfigurationError, NotAllowed and what `Publisher.withdraw` does."""
    _check(found, person, reason, Role.RELEASER)
    if name in microdata_tables():
        _withdraw_microdata(found, name, person, reason, edition=edition, row=row)
        return
    found.publisher.withdraw(name, edition=edition, row=row, reason=reason, by=person.name, role=person.role)
    found.follow_up()


def _withdraw_microdata(found: Installation, table: str, person: Person, reason: str, *, edition: int | None, row: str | None) -> None:
    """One row about a person, from the vault. Released numbers stay: nobody is recognisable in them.
    Raises ConfigurationError, UnknownItem."""
    if edition is not None or row is None:
        raise ConfigurationError("Von Einzeldaten lässt sich eine Zeile zurückziehen (--row).")
    if row not in found.vault.microdata_sources(table):
        raise UnknownItem(f"Zeile in den Einzeldaten »{table}«")
    found.store.note_deed(person, "withdraw", f"{table}, row {key_mark(row)}", reason)
    found.vault.withdraw_microdata(table, row)


def release(
    found: Installation, name: str, person: Person, reason: str, *, correction: bool = False
) -> Outlook | PendingRelease:  # fmt: skip
    """Count and audit a statistic, and publish the release if it is safe; if not, the outlook says why.
    Raises ConfigurationError, NotAllowed, ReleaseRefused, Busy."""
    _check(found, person, reason, Role.RELEASER)
    made = cubes.prepare(found, name, correction=correction)
    if made.outlook.fate is not Fate.SAFE:
        return made.outlook
    if needs_second_for_release(found, name):
        subject, (stand, number) = release_subject(name), found.store.next_release(name, made.at)
        words = found.store.consent(subject, number, person, reason, target=f"{name}, {stand}", concludes=_may_release(person))
        if not _is_enough(words, person):
            return PendingRelease(outlook=made.outlook, pending=Pending(subject=subject, number=number, words=words))
    return cubes.release(found, made, person, reason)


def needs_second_for_release(found: Installation, name: str) -> bool:
    """Whether a release takes two persons: it is about persons or what they made. Raises ConfigurationError."""
    return found.settings.content.privacy.second_person and cubes.is_about_persons(cubes.declared_one(found, name))


def needs_second(found: Installation, item: QuarantineItem) -> bool:
    """Whether releasing this row takes two persons."""
    return found.settings.content.privacy.second_person and any(_is_personal(each.code) for each in item.findings)


def needs_second_for_plan(found: Installation, stored: StoredPlan) -> bool:
    """Whether publishing this plan takes two persons: its source is declared to hold personal data."""
    source = stored.plan.source.name
    personal = any(each.name == source and each.personal_data for each in found.settings.sources())
    return found.settings.content.privacy.second_person and personal


def _is_personal(code: str) -> bool:
    return code.startswith("personal-") or code == "small-person-count"


def _check(found: Installation, person: Person, reason: str, needed: Role) -> None:
    _require_role(person, needed)
    if not person.name.strip():
        raise ConfigurationError("Es fehlt, wer entscheidet.")
    if not person.name.isprintable() or len(person.name) > LONGEST_NAME:
        raise ConfigurationError(f"Der Name dessen, der entscheidet, muss aus höchstens {LONGEST_NAME} druckbaren Zeichen bestehen.")
    require_reason(found, reason)


def require_reason(found: Installation, reason: str) -> None:
    """A reason is kept for ever and may be public. Raises ConfigurationError; the sentence never repeats a passage."""
    if not reason.strip():
        raise ConfigurationError("Die Begründung darf nicht leer sein: Sie wird aufbewahrt.")
    if len(reason) > LONGEST_REASON:
        raise ConfigurationError(f"Die Begründung darf höchstens {LONGEST_REASON} Zeichen lang sein.")
    kinds = dict.fromkeys(each.kind.title for each in detector_of(found.settings).find(reason))
    if kinds:
        raise ConfigurationError(
            "Die Begründung wird für immer aufbewahrt und darf nichts Personenbezogenes enthalten. "
            f"Darin steht vermutlich: {', '.join(kinds)}."
        )


def _require_role(person: Person, needed: Role) -> None:
    """Who works on the machine itself has no role: the operating system has let them in."""
    if person.role and not Role(person.role).may(needed):
        raise NotAllowed(f"Dafür braucht es die Rolle {needed.value} ({_ROLES[needed]}).")


def _may_release(person: Person) -> bool:
    return not person.role or Role(person.role).may(Role.RELEASER)


def _is_enough(words: tuple[Consent, ...], person: Person) -> bool:
    """Somebody else has said yes before, and this person may release."""
    return _may_release(person) and not all(same_person(each.by, person) for each in words)
