"""Whether the rules of a site still find what they were written for: a new theme moves everything at once."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harvesters.harvester import Remark
from harvesters.wordpress.tables import Reading
from schemas.errors import SourceError
from schemas.row import Finding


@dataclass
class Noticed:
    """How often each rule of one list found something."""

    reading: Reading
    origin: str = ""
    items: int = 0
    protected: int = 0
    found: Counter[str] = field(default_factory=Counter)  #: place -> items

    @property
    def route(self) -> str:
        return self.reading.content.route

    def note(self, item: Mapping[str, Any], origin: str) -> None:
        self.origin = self.origin or origin
        if item["protected"]:
            self.protected += 1
        elif item["id"] is not None:  # nothing is read of what has no number
            self.items += 1
            self.found.update(place for place, text in item["texts"].items() if text)
            self.found.update(item["broken"])  # there is something

    def require_findings(self) -> None:
        """Raises SourceError when a rule that must find something finds nothing in most items."""
        for place, name in self.reading.needed.items():
            missing = self.items - self.found[place]
            if missing * 2 > self.items:
                raise SourceError(
                    f"Die Regel für »{name}« ({place}) findet in {missing} von {self.items} Beiträgen von {self.route} nichts: "
                    "Die Seite ist wohl neu gestaltet. Nichts davon wird übernommen, bis die Regel angepasst ist (options.content.fields)."
                )

    def remarks(self) -> Iterator[Remark]:
        table = self.reading.table.name
        for name, each in self.reading.extractions.items():
            if each.place and self.items and not self.found[each.place]:
                message = (
                    f"Die Regel für »{name}« ({each.place}) findet in keinem der {self.items} Beiträge von {self.route} etwas. "
                    "Ist die Seite neu gestaltet?"
                )
                yield Remark(finding=Finding(code="rule-finds-nothing", message=message, origin=self.origin, table=table, field=name))
        if self.protected:
            message = f"{self.protected} Beiträge von {self.route} sind durch ein Passwort geschützt und bleiben weg."
            yield Remark(finding=Finding(code="not-public", message=message, origin=self.origin, table=table))
