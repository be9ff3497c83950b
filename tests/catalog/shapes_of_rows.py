"""Tables and rows for the tests of formats, data packages, differences and search; strategies for hypothesis."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from catalog.formats import About
from schemas.row import Value
from schemas.table import Disclosure, Field, Table
from schemas.values import Licence, Text

ABOUT = About(
    name="messstellen",
    title=Text(de="Messstellen", en="Measuring stations"),
    licence=Licence.DL_BY_2,
    attribution="Stadt Musterstadt",
    publisher="Stadt Musterstadt",
    url="http://127.0.0.1:8000/datasets/messstellen",
    edition=3,
    modified=datetime(2026, 7, 25, 10, 30, tzinfo=UTC),
    sources=("Messnetz (http://127.0.0.1/messnetz)",),
)


def field(
    name: str, type: str = "string", kind: str = "", *, title: str = "", required: bool = False, minimum: float | None = None
) -> Field:
    """A public field with a German and an English title."""
    return Field(
        name=name,
        type=type,
        kind=kind,
        title=Text(de=title or name.capitalize(), en=f"{name} (en)"),
        description=Text(de=f"Was {name} bedeutet.", en=f"What {name} means."),
        disclosure=Disclosure.PUBLIC,
        required=required,
        minimum=minimum,
    )


def table(*fields: Field, key: tuple[str, ...] = ("id",)) -> Table:
    words = Text(de="Messstellen", en="Measuring stations")
    return Table(name="station", title=words, description=words, fields=fields, key=key)


STATIONS = table(
    field("id", required=True),
    field("name", kind="title", title="Straße"),
    field("since", kind="partial-date", title="Seit"),
    field("depth", "number", title="Tiefe"),
    field("visitors", "integer", title="Besuche", minimum=0),
    field("open", "boolean", title="Offen"),
    field("longitude", "number", "longitude", title="Länge"),
    field("latitude", "number", "latitude", title="Breite"),
    field("changed_at", "datetime", title="Geändert"),
)

ROWS: list[dict[str, Value]] = [
    {
        "id": "a",
        "name": "Fahrradstraße „West“",
        "since": "2023-06",
        "depth": 1.5,
        "visitors": 1200,
        "open": True,
        "longitude": 7.76278,
        "latitude": 49.46028,
        "changed_at": "2026-11-22T04:00:00Z",
    },
    {
        "id": "b",
        "name": 'sagt: "ja",\nauch morgen',
        "since": "2023-06-12",
        "depth": -0.0000001,
        "visitors": 0,
        "open": False,
        "longitude": None,
        "latitude": None,
        "changed_at": "2026-07-01T22:30:00Z",
    },
    {
        "id": "c",
        "name": None,
        "since": "2023",
        "depth": None,
        "visitors": None,
        "open": None,
        "longitude": 7.0,
        "latitude": 49.0,
        "changed_at": None,
    },
]

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12).map(lambda text: text or None)
CELLS: dict[str, st.SearchStrategy[Value]] = {
    "string": texts,
    "integer": st.none() | st.integers(-(10**20), 10**20),
    "number": st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**52), 2**52),
    "boolean": st.none() | st.booleans(),
    "datetime": st.none() | st.just("2026-11-22T04:00:00Z"),
}


@st.composite
def tables_with_rows(draw: st.DrawFn) -> tuple[Table, list[dict[str, Value]]]:
    types = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=5))
    of_types = table(*(field(f"f{n}", type) for n, type in enumerate(types)), key=("f0",))
    row = st.fixed_dictionaries({each.name: CELLS[each.type] for each in of_types.fields})
    return of_types, draw(st.lists(row, max_size=6))
