"""What a person who decides may see of a row that waits: everything but the passages that the check found."""

from collections.abc import Collection
from dataclasses import replace

from catalog.plan import RunRecord
from schemas.personal_data import PERSONAL_CODES, Detector, masked
from schemas.row import Finding

#: Where the check found something once and, with the exceptions of today, finds nothing to replace.
COVERED = "[verdeckt]"


class Masker:
    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def text(self, text: str, *, heading: str = "") -> str:
        """Every passage that looks personal is replaced by its kind."""
        return masked(text, self._detector.find(text, heading=heading))

    def finding(self, finding: Finding) -> Finding:
        """Findings name places and keys; a source can put anything into both."""
        return replace(finding, message=self.text(finding.message), origin=self.text(finding.origin), key=self.text(finding.key))

    def run(self, record: RunRecord) -> RunRecord:
        """Its message may name files and keys; its findings are masked where they are shown."""
        return replace(record, message=self.text(record.message))

    def value(self, value: object, *, heading: str, is_personal: bool) -> str:
        """One value as text. `is_personal`: the check named this field when the row was refused."""
        text = "" if value is None else str(value)
        # The title of a column speaks for its texts, not for its numbers (schemas.personal_data.findings).
        shown = self.text(text, heading="" if isinstance(value, int | float) else heading)
        return COVERED if is_personal and text and shown == text else shown


def personal_fields(findings: Collection[Finding]) -> frozenset[str]:
    """Fields in which something personal was found."""
    return frozenset(each.field for each in findings if each.code in PERSONAL_CODES)
