"""What can go wrong between us and a server, by name: tests, retries and the operator's page tell faults apart by it."""

from enum import StrEnum

from schemas.errors import SourceError


class Fault(StrEnum):
    ADDRESS = "bad-address"  # not an address we would ever ask
    HOST_NOT_PERMITTED = "host-not-permitted"
    ADDRESS_REFUSED = "address-refused"  # the name leads to a place inside
    DOWNGRADE = "downgrade"
    REDIRECTS = "redirects"
    REPEATED = "repeated-page"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    READ_TIMEOUT = "read-timeout"
    INTERRUPTED = "interrupted"
    TOO_SLOW = "too-slow"
    TOO_LARGE = "too-large"
    RUN_LIMIT = "run-limit"
    BUSY = "too-many-requests"
    COOLING = "cooling-off"
    SERVER = "server-error"
    FORBIDDEN = "forbidden"
    MISSING = "not-found"
    BAD_ANSWER = "bad-answer"
    EMPTY = "empty-answer"
    WRONG_FORM = "wrong-form"
    ENCODING = "content-encoding"
    STATE = "state-not-kept"
    BETRAYED = "secret-in-answer"

    @property
    def is_transient(self) -> bool:
        """Whether asking again in a moment may help."""
        return self in _TRANSIENT


_TRANSIENT = frozenset({Fault.UNREACHABLE, Fault.READ_TIMEOUT, Fault.INTERRUPTED, Fault.BUSY, Fault.SERVER})


_AGAIN = "Die nächste Ernte versucht es wieder."
_TELL = "Das muss beheben, wer die Quelle betreibt."
#: What a person can do about it, where the message does not say so itself.
_ADVICE = {
    Fault.DOWNGRADE: _TELL,
    Fault.REDIRECTS: "Im Browser nachsehen, wo die Daten jetzt liegen, und url anpassen.",
    Fault.REPEATED: _TELL,
    Fault.UNREACHABLE: f"{_AGAIN} Bleibt es dabei: Adresse und Netz prüfen.",
    Fault.CERTIFICATE: _TELL,
    Fault.READ_TIMEOUT: _AGAIN,
    Fault.INTERRUPTED: _AGAIN,
    Fault.TOO_SLOW: _AGAIN,
    Fault.TOO_LARGE: f"Sind es wirklich so viele Daten, muss die Quelle sie teilen; sonst ist sie gestört. {_AGAIN}",
    Fault.RUN_LIMIT: f"Nichts davon wird übernommen. {_AGAIN}",
    Fault.BUSY: _AGAIN,
    Fault.SERVER: _AGAIN,
    Fault.MISSING: "Hat die Quelle ihre Adresse geändert? Dann url oder Zuordnung anpassen.",
    Fault.BAD_ANSWER: _TELL,
    Fault.EMPTY: f"{_AGAIN} Bleibt es dabei, ist die Quelle gestört.",
    Fault.WRONG_FORM: "Die Adresse im Browser ansehen.",
    Fault.ENCODING: _TELL,
    Fault.STATE: "Speicherplatz und Rechte des Datenordners prüfen.",
    Fault.BETRAYED: "Das Geheimnis gehört ausgetauscht; wer die Antwort gibt, muss davon erfahren.",
}


class HttpError(SourceError):
    """The source could not be read; nothing was changed."""

    def __init__(self, fault: Fault, message: str, *, host: str = "", retry_after: float | None = None, status: int | None = None) -> None:
        """`message` says what happened; what to do about it is added."""
        advice = _ADVICE.get(fault, "")
        super().__init__(message if message.endswith(advice) else f"{message} {advice}")
        self.fault = fault
        self.what = message  #: without the advice, which speaks of harvests
        self.host = host  #: who answered
        self.status = status  #: of the answer that is the fault; None: there was none, or its status was right
        self.retry_after = retry_after  #: seconds, as the server asked for
