"""Surveys as files: one .lss for each survey, and the CSV of its responses, exported with question codes and answer codes."""

import csv
import io
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from harvesters.answers import parsed
from harvesters.limesurvey.columns import Columns, Read
from harvesters.limesurvey.structure import kept_of_structure, survey_from
from harvesters.parts import require_own
from schemas.errors import SourceError
from schemas.fetch import Fetch

#: LimeSurvey writes semicolons unless it is told otherwise (helpers/admin/export/CsvWriter).
_DELIMITERS = ";,\t"


@dataclass(frozen=True, kw_only=True)
class Folder:
    """`structure`: address of the .lss when the source is the address of one CSV."""

    fetch: Fetch
    structure: str
    inherited: Mapping[str, bool]
    texts: bool
    answers: bool

    def surveys(self, wanted: Collection[int]) -> tuple[dict[int, Read], dict[int, str], list[str]]:
        """Surveys that were read, why others were not, and files that nobody asked for. Raises SourceError for a folder without a .lss."""
        addresses = list(self.fetch.list(""))
        files = [self.structure] if self.structure else [each for each in addresses if _ends(each, ".lss")]
        tables = [each for each in addresses if _ends(each, ".csv") or self.structure]
        if not files:
            raise SourceError("Im Ordner liegt keine einzige Umfragedatei (.lss).")
        found: dict[int, Read] = {}
        missing: dict[int, str] = {}
        unread = [each for each in addresses if each not in (*files, *tables)]
        for address in files:
            read = self._structure(address, wanted, missing)
            if read is None or read.survey.sid not in wanted or read.survey.sid in found:
                unread += [address] if read is not None else []
                continue
            sid = read.survey.sid
            mine = [each for each in tables if self.structure or _names(each, sid)]
            found[sid] = self._with_responses(read, mine) if self.answers else read
        used = {each.origin for each in found.values()}
        unread += [each for each in tables if each not in used and not any(_names(each, sid) for sid in found)]
        missing = {sid: why for sid, why in missing.items() if sid not in found}
        absent = {sid: "Zu dieser Umfrage liegt keine lesbare .lss-Datei da." for sid in wanted if sid not in found}
        return found, absent | missing, unread

    def _structure(self, address: str, wanted: Collection[int], missing: dict[int, str]) -> Read | None:
        """None for one that cannot be read; whose it is, its name says."""
        try:
            payload = self.fetch.get(address, keep=lambda each: kept_of_structure(each, address), archive=False)
            survey = survey_from(payload.content, address, self.inherited)
            return Read(survey=survey, columns=Columns(survey, texts=self.texts), origin=address, at=payload.fetched_at)
        except SourceError as error:
            require_own(error)
            missing |= {sid: error.detail for sid in wanted if len(wanted) == 1 or _names(address, sid)}
            return None

    def _with_responses(self, read: Read, tables: Sequence[str]) -> Read:
        if len(tables) != 1:
            fault = "Zu ihr liegt keine CSV-Datei da" if not tables else "Zu ihr liegt mehr als eine CSV-Datei da"
            return replace(read, fault=f"{fault} (die Nummer {read.survey.sid} steht im Dateinamen).")
        origin = tables[0]
        try:
            payload = self.fetch.get(origin, keep=keeping(read.columns, origin), archive=False)
            kept = _kept(payload.content, origin)
            return replace(read, origin=origin, responses=tuple(kept["responses"]), incomplete=int(kept["incomplete"]))
        except SourceError as error:
            require_own(error)
            return replace(read, origin=origin, fault=error.detail)


def keeping(columns: Columns, address: str) -> Callable[[bytes], bytes]:
    """CSV as JSON, without what may not be kept; what was kept so already is narrowed again, which changes nothing."""

    def keep(content: bytes) -> bytes:
        kept = _kept(content, address) if content.lstrip()[:1] == b"{" else _sorted(responses_in(content, address))
        kept["responses"] = columns.narrowed(kept["responses"])
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")

    return keep


def responses_in(content: bytes, address: str) -> list[dict[str, object]]:
    """Rows of an export. Raises SourceError for one without response numbers: whole questions as headings, or no export at all."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(f"»{address}« ist nicht in UTF-8 geschrieben; so exportiert LimeSurvey.") from None
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        rows = [each for each in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if each]
    except csv.Error:
        raise SourceError(f"»{address}« ist keine vollständige CSV-Datei.") from None
    header = rows[0] if rows else []
    if "id" not in header:
        raise SourceError(
            f"»{address}« hat keine Spalte »id«. Beim Export als Überschriften »Fragencode« wählen und die Antwort-ID mitnehmen."
        )
    if len(set(header)) < len(header):
        raise SourceError(f"»{address}« nennt eine Spalte zweimal.")
    if wrong := next((line for line, each in enumerate(rows, start=1) if len(each) != len(header)), None):
        raise SourceError(f"»{address}«: Datensatz {wrong} hat mehr oder weniger Felder als die Kopfzeile.")
    return [dict(zip(header, each, strict=True)) for each in rows[1:]]


def _sorted(rows: Sequence[dict[str, object]]) -> dict[str, Any]:
    """Who never pressed »send« has no date of it."""
    complete = [each for each in rows if each.get("submitdate", "?")]
    return {"responses": complete, "incomplete": len(rows) - len(complete)}


def _kept(content: bytes, address: str) -> dict[str, Any]:
    """Raises SourceError."""
    found: dict[str, Any] = parsed(content, dict, address)
    rows, incomplete = found.get("responses"), found.get("incomplete")
    if not (isinstance(rows, list) and all(isinstance(each, dict) for each in rows) and isinstance(incomplete, int)):
        raise SourceError(f"»{address}« ist kein Export von Antworten.")
    return found


def _ends(address: str, suffix: str) -> bool:
    return PurePosixPath(address.partition("?")[0]).suffix.lower() == suffix


def _names(address: str, sid: int) -> bool:
    """`results-survey432535.csv`, `limesurvey_survey_432535.lss`"""
    return str(sid) in re.findall(r"\d+", PurePosixPath(address).name)
