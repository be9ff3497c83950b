"""Charts on their way into the store: with the release that they show, or not at all."""

from collections.abc import Mapping

from sqlalchemy import Connection

from catalog import tables
from catalog.files import Files
from catalog.press import Content
from schemas.statistics import Release


def keep_charts(connection: Connection, files: Files, release: Release, charts: Mapping[str, Content]) -> None:
    """Within the transaction that publishes the release. `charts`: as `drawing.draw_all` gives them."""
    lines = [
        {
            "cube": release.cube.name,
            "name": release.name,
            "part": part,
            "sha256": files.put(each.content),
            "size": len(each.content),
            "media_type": each.media_type,
        }
        for part, each in charts.items()
    ]
    if lines:
        connection.execute(tables.release_file.insert(), lines)
