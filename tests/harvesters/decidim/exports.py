"""A ZIP of open data as a Decidim writes it: names of files, columns and habits of its serializers, words of our own."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, object]
HOST = "mitmachen.example"


def table(rows: Sequence[Row], *, separator: str = ";") -> bytes:
    """The header is the union over all rows, as over all components; what a row does not have stays empty."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([["" if row.get(name) is None else row.get(name) for name in header] for row in rows])
    return text.getvalue().encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, each in files.items():
            archive.writestr(f"{HOST}-open-data-{name}.csv", each)
    return content.getvalue()


def space(path: str, number: int) -> dict[str, object]:
    return {"participatory_space/id": number, "participatory_space/url": f"https://{HOST}/{path}/verfahren-{number}"}


def process(number: int, **more: Any) -> dict[str, object]:
    return {
        "id": number,
        "title/de": f"Verfahren {number}",
        "title/en": f"Process {number}",
        "slug": f"verfahren-{number}",
        "published_at": "2026-01-10 09:00:00 +0100",
        "follows_count": 3,
        "url": f"https://{HOST}/processes/verfahren-{number}",
        "start_date": "2026-01-10",
        "end_date": "2026-12-31",
        **more,
    }


def assembly(number: int) -> dict[str, object]:
    return {"id": number, "title/de": "Beirat", "slug": f"verfahren-{number}", "creation_date": "2025-05-01"}


def proposal(number: int, of: int, **more: Any) -> dict[str, object]:
    return {
        "id": number,
        "author/id": 77,
        "author/name": "Quirina Xanthopoulos",
        "author/url": f"https://{HOST}/profiles/quirina_x",
        **space("processes", of),
        "component/id": 10,
        "title/de": f"Zebrastreifen {number} fuer Ypsilantibrunn",
        "body/de": "Meine Nachbarin steht da jeden Tag.",
        "address": "Ypsilantiweg",
        "latitude": 49.4447,
        "longitude": 7.7689,
        "state": "",
        "reference": f"KL-PROP-{number}",
        "answered_at": "",
        "votes": "",
        "likes/total_count": 1,
        "likes/user_endorsements": "Quirina Xanthopoulos",
        "published_at": "2026-02-03 23:30:00 UTC",
        "withdrawn": "false",
        "created_in_meeting": "false",
        **more,
    }


def meeting(number: int, of: int, **more: Any) -> dict[str, object]:
    return {
        "id": number,
        "author/name": "Quirina Xanthopoulos",
        **space("processes", of),
        "title/de": f"Werkstatt {number}",
        "start_time": "2026-03-05 17:30:00",
        "end_time": "2026-03-05 19:00:00",
        "attendees": 0,
        "contributions": 0,
        "organizations": "Familie Xanthopoulos",
        "location/de": "Volkshochschule",
        "url": f"https://{HOST}/processes/verfahren-{of}/f/11/meetings/{number}",
        "withdrawn": "false",
        **more,
    }


def result(number: int, of: int, **more: Any) -> dict[str, object]:
    return {
        "id": number,
        "title/de": f"Bank {number}",
        "description/de": "<p>Aus Holz.</p>",
        "end_date": "2026-05-01",
        "status/key": "ongoing",
        "status/name/de": "In Arbeit",
        "progress": "40.0",
        "url": f"https://{HOST}/processes/verfahren-{of}/f/12/results/{number}",
        "proposal_urls": "",
        **more,
    }


def comment(number: int, on: str, **more: Any) -> dict[str, object]:
    """`on`: what it says something to, below the start page."""
    return {
        "id": number,
        "created_at": "2026-02-05 08:00:00 UTC",
        "body": "Das sehe ich wie Frau Xanthopoulos.",
        "locale": "de",
        "author/id": 78,
        "author/name": "Anaximander Ypsilanti",
        "alignment": 0,
        "depth": 0,
        "user_group/id": 5,
        "user_group/name": "Verein Ypsilantibrunn",
        "commentable_id": 100,
        "commentable_type": "Decidim::Proposals::Proposal",
        "root_commentable_url": f"https://{HOST}/{on}",
        **more,
    }


def comments(*, separator: str = ";") -> dict[str, bytes]:
    """To a proposal (a reply among them), a meeting and a result; the file of debates is there and empty."""
    proposal_page, other = "processes/verfahren-1/f/10/proposals/100", "processes/verfahren-2/f/20/proposals/110"
    files = {
        "proposal_comments": [comment(1, proposal_page), comment(2, proposal_page, depth=1), comment(3, other)],
        "meeting_comments": [comment(4, "processes/verfahren-1/f/11/meetings/200")],
        "result_comments": [comment(5, "processes/verfahren-1/f/12/results/300")],
    }
    return {name: table(rows, separator=separator) for name, rows in files.items()} | {"debate_comments": b"\n"}


def no_comments() -> dict[str, bytes]:
    """Files are there for every component, whatever stands in them."""
    return dict.fromkeys(comments(), b"\n")


def city(*, separator: str = ";") -> dict[str, bytes]:
    """Two processes and an assembly, as in `tests.harvesters.decidim.server`, with what the export knows of them."""
    return {
        "participatory_processes": table([process(1), process(2)], separator=separator),
        "assemblies": table([assembly(1)], separator=separator),
        "proposals": table([proposal(number, 1) for number in (100, 101, 102)] + [proposal(110, 2)], separator=separator),
        "meetings": table([meeting(number, 1) for number in (200, 201)], separator=separator),
        "results": table([result(number, 1) for number in (300, 301)], separator=separator),
        **no_comments(),
        "users": table([{"id": 1, "name": "Quirina Xanthopoulos", "nickname": "quirina_x"}], separator=separator),
    }
