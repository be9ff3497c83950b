"""What a run does to the vault's rows about persons, and what its record says of it: how many, never which."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from catalog.plan import Outcome, RunRecord
from catalog.retention import Purged, record_purges
from catalog.vault import Vault
from harvesters.attempt import Attempt
from harvesters.depositing import Deposit, Depositing
from harvesters.lifespan import Lifespan
from schemas.errors import ConfigurationError
from schemas.row import Finding
from schemas.table import microdata_tables

RETENTION = timedelta(days=180)


class RunDeposit:
    """Everything one run wants of the vault; nothing, for a source that says nothing of single persons. Rows go in after the run has
    published what it may: they point to published processes."""

    def __init__(self, attempt: Attempt, vault: Vault | None, retention: timedelta) -> None:
        self._attempt = attempt
        self._vault = vault
        self._retention = retention
        self._expect_vanished()

    def foreseen(self, record: RunRecord) -> RunRecord:
        """The record of a run that only plans. What its own new processes would let in is not foreseen."""
        if not self._attempt.walk.microdata:
            return record
        return _with(record, self._deposits(), outcome=record.outcome, findings=())

    def made(self, record: RunRecord) -> RunRecord:
        """Raises Busy."""
        if not self._attempt.walk.microdata:
            return record
        failures = len(self._attempt.walk.failures)
        deposits = self._deposits()
        failed = self._attempt.walk.failures[failures:]
        newly_refused = self._file(deposits)
        for each in deposits:
            if each.changes or (each.shift.keep and not each.holds):
                self._carry_out(each)
        outcome = _outcome(record, deposits, partial=bool(failed or newly_refused))
        return _with(record, deposits, outcome=outcome, findings=failed)

    def _expect_vanished(self) -> None:
        """Where every list of a table is empty, a kind may not even have said that it goes into the vault: what lies there is held."""
        walk, vault, source = self._attempt.walk, self._vault, self._attempt.source.name
        for name in (walk.parts.keys() & microdata_tables().keys()) - walk.microdata.keys():
            if vault is not None and any(vault.standing_microdata(name, source)):
                walk.expect(microdata_tables()[name])

    def _deposits(self) -> tuple[Deposit, ...]:
        attempt, vault = self._attempt, self._vault
        assert vault is not None  # `deposit_of` has refused
        processes = {each.key: each.values for each in attempt.desk.store.rows_of("process")}
        lifespan = Lifespan(processes, vault.destroyed(), retention=self._retention, now=attempt.now)
        return Depositing(
            attempt.walk, attempt.source, store=attempt.desk.store, vault=vault, lifespan=lifespan, now=attempt.now
        ).deposits()

    def _file(self, deposits: Sequence[Deposit]) -> bool:
        """Put refused rows on the Prüfliste, by their place. Whether one of them is new there."""
        refused = [item for each in deposits for item in each.refused]
        complete = [each.table.name for each in deposits if each.complete]
        return bool(self._attempt.desk.store.save_quarantine(self._attempt.source.name, self._attempt.run, refused, complete))

    def _carry_out(self, deposit: Deposit) -> None:
        assert self._vault is not None
        source, now = self._attempt.source, self._attempt.now
        if gone := len(deposit.shift.remove):
            before = now - source.guards.remove_after
            purged = Purged(what="microdata", source=source.name, count=gone, before=before)
            record_purges(self._attempt.desk.store, [purged], at=now)
        self._vault.shift_microdata(source.name, deposit.table.name, deposit.shift)


def deposit_of(attempt: Attempt, *, retention: timedelta) -> RunDeposit:
    """Raises ConfigurationError when there is something for the vault and no vault."""
    if attempt.walk.microdata and attempt.desk.vault is None:
        raise ConfigurationError("Einzeldaten brauchen einen Tresor ([vault]); ohne ihn werden sie nicht gelesen.")
    return RunDeposit(attempt, attempt.desk.vault, retention)


def _outcome(record: RunRecord, deposits: Sequence[Deposit], *, partial: bool) -> Outcome:
    if any(each.holds or each.kept_back for each in deposits):
        return Outcome.HELD
    if record.outcome in (Outcome.OK, Outcome.UNCHANGED) and partial:
        return Outcome.PARTIAL
    if record.outcome is Outcome.UNCHANGED and any(each.changes for each in deposits):
        return Outcome.OK
    return record.outcome


def _with(record: RunRecord, deposits: Sequence[Deposit], *, outcome: Outcome, findings: Sequence[Finding]) -> RunRecord:
    counts = Counter(record.counts)
    for each in deposits:
        counts.update(each.counts)
    more = (*findings, *(finding for each in deposits for finding in each.findings))
    counts["findings"] += len(more)
    holds = " ".join(hold.message for each in deposits for hold in each.holds)
    kept_back = " ".join(hold.message for each in deposits if not each.holds for hold in each.kept_back)
    message = f"{record.message} Einzeldaten bleiben, wie sie sind: {holds}" if holds else record.message
    message = f"{message} Einzeldaten, die fehlen, bleiben im Tresor: {kept_back}" if kept_back else message
    return replace(record, outcome=outcome, message=message.strip(), counts=dict(counts), findings=(*record.findings, *more))
