"""What mails have told of each source: the next one is due when the state is another."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, select

from catalog import tables
from catalog.database import Shelf

_n = tables.notice.c
_TOLD = select(_n.subject, _n.state).where(_n.source == bindparam("source"))


class NoticeShelf(Shelf):
    def told(self, source: str) -> Mapping[str, str]:
        """Subject -> state that the last mail told; a subject that no mail was ever about is missing."""
        with self.database.read() as connection:
            return {each.subject: each.state for each in connection.execute(_TOLD, {"source": source})}

    def save_told(self, source: str, states: Mapping[str, str], *, since: datetime) -> None:
        """Once a mail has gone: what it told, and since when it is so."""
        with self.database.write() as connection:
            for subject, state in states.items():
                where = (_n.source == source) & (_n.subject == subject)
                connection.execute(tables.notice.delete().where(where))
                values = {"source": source, "subject": subject, "state": state, "since": since, "told_at": self._clock()}
                connection.execute(tables.notice.insert().values(values))
