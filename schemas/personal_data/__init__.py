"""Personal-data check: is there something in a text that belongs to a person? Pure, no input, no network, no model.

`Detector.find` says where and of which kind; `personal_findings` says it of a row, without ever repeating the passage.
Importing takes about 0.2 s (telephone number tables), so the public web server does not import it.
"""

from schemas.personal_data.detector import DEFAULT_MAILBOXES, Detector
from schemas.personal_data.findings import RowReader, personal_findings, text_findings, without_passages
from schemas.personal_data.hit import PERSONAL_CODES, Hit, Kind, masked

__all__ = [
    "DEFAULT_MAILBOXES",
    "PERSONAL_CODES",
    "Detector",
    "Hit",
    "Kind",
    "RowReader",
    "masked",
    "personal_findings",
    "text_findings",
    "without_passages",
]
