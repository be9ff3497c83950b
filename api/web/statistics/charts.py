"""Charts that were drawn when a release was published: read, and never drawn here."""

import re

from api.web.answers import Representation, represent
from api.web.middleware import EMBEDDABLE
from api.web.pages import Link
from api.web.problems import UnknownPage, UnknownRepresentation
from api.web.statistics.answers import IMMUTABLE, LATEST, robots
from api.web.statistics.pages import Picture
from api.web.statistics.pages_asking import Asked
from catalog.charts.pictures import FORMS, Nearest, nearest, part
from catalog.charts.svg import without_title
from catalog.entries import StoredFile
from catalog.statistics.selection import Selection

#: Width of the frame that others show a chart in.
_FRAME = 640
_ROOM_FOR_WORDS = 130
_SIZE = re.compile(r'viewBox="0 [0-9.]+ ([0-9.]+) ([0-9.]+)"')
#: Why there is none -> key of the sentence.
NOT_DRAWN = "stat_chart_missing"


def picture(asked: Asked, selection: Selection) -> tuple[Picture | None, str]:
    """The chart, or the key of the sentence that says why there is none."""
    found = nearest(selection)
    if not isinstance(found, Nearest):
        return None, f"stat_chart_{found.value}"
    svg = _content(asked, _stored(asked, found, "svg"))
    if svg is None:
        return None, NOT_DRAWN
    shown = without_title(svg.decode())
    files = tuple(Link(label=form.upper(), link=asked.link(f"{asked.path}/chart.{form}", asked.query)) for form in FORMS)
    return Picture(svg=shown, height=_height(shown), exact=found.exact, files=files), ""


def chart(asked: Asked, form: str) -> Representation:
    """Raises UnknownRepresentation, UnknownPage where nothing was drawn, NotPublished."""
    if form not in FORMS:
        raise UnknownRepresentation(form, allowed=[f"chart.{each}" for each in FORMS])
    found = nearest(asked.selection())
    stored = _stored(asked, found, form) if isinstance(found, Nearest) else None
    content = _content(asked, stored)
    if stored is None or content is None:
        raise UnknownPage(f"{asked.cube.name}, {asked.release.name}, {form}")
    headers = {
        "cache-control": IMMUTABLE if asked.fixed else LATEST,
        "content-language": asked.language,
        "content-disposition": f'inline; filename="{asked.cube.name}-{asked.release.name}.{form}"',
        "content-security-policy": EMBEDDABLE,
        **robots(asked.web, asked.release),
    }
    return represent(content, stored.media_type, modified=asked.release.at, headers=headers)


def _stored(asked: Asked, found: Nearest, form: str) -> StoredFile | None:
    charts = asked.web.services.store.charts(asked.cube.name, asked.release.name)
    return charts.get(part(asked.language, found.name, form))


def _content(asked: Asked, stored: StoredFile | None) -> bytes | None:
    """A chart that is gone costs the chart, never the numbers."""
    if stored is None:
        return None
    try:
        return asked.web.services.files.read(stored.sha256)
    except FileNotFoundError:
        return None


def _height(svg: str) -> int:
    size = _SIZE.search(svg)
    return _ROOM_FOR_WORDS + (round(float(size[2]) * _FRAME / float(size[1])) if size else 0)
