"""A DIPAS on 127.0.0.1, as its Participatory Data Specification serves it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.harvesters.http.servers import Line, Request, Script, reply

Json = dict[str, Any]
PROJECTS = "/drupal/dipas-pds/projects"
_AREA = {"type": "Polygon", "coordinates": [[[7.7, 49.41], [7.82, 49.41], [7.82, 49.48], [7.7, 49.41]]]}


def feature(properties: Json, geometry: Json) -> Json:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def project(name: str, *listed: int, **more: Any) -> Json:
    properties = {
        "id": name,
        "nameFull": f"Karte {name}",
        "description": "Wo ist es zu heiss?",
        "dateStart": "2026-07-01T00:00:00Z",
        "dateEnd": "2026-12-31T00:00:00Z",
        "dipasPhase": "phase1",
        "website": f"https://{name}.beteiligung.example/#",
        "owner": "Referat Umweltschutz",
        "projectOwner": [],
        "publisher": "none",
        "standardCategories": {"1": "Schatten"},
        "projectContributionType": [],
        "dipasMainDistrict": [],
        "projectTopics": [],
        "referenceSystem": "4326",
        "hasParticipatoryText": [str(each) for each in listed],
        "dipasCategoriesCluster": None,
        **more,
    }
    return feature(properties, _AREA)


def contribution(number: int, *, place: tuple[float, float] | None = (7.7689, 49.4445), **more: Any) -> Json:
    """What stands in it is somebody's. Without a place, it lies at [0, 0]."""
    properties = {
        "id": str(number),
        "dateCreated": "2026-07-13T22:30:00Z",
        "link": f"https://karte.example/#/contribution/{number}",
        "title": f"Ypsilantibrunn {number}",
        "contributionType": "Idee",
        "contributionContent": "<p>Bei Familie Xanthopoulos ist es heiss.</p>",
        "commentsNumber": 0,
        "category": "Schatten",
        "votingPro": 5,
        "votingContra": 1,
        "keywordSuggested": "",
        "keywordPicked": "",
        "belongToProject": "hitze",
        "dipasLocated": place is not None,
        "customAttribute": {"nlp_scores": {"sentiment": "-"}},
        **more,
    }
    return feature(properties, {"type": "Point", "coordinates": list(place or (0.0, 0.0))})


def comment(number: int, *answers: Json, on: int = 11) -> Json:
    return {
        "id": str(number),
        "dateCreated": "2026-07-15T09:00:00Z",
        "title": "Frau Ypsilantibrunn sagt",
        "commentContent": "Das sieht Familie Xanthopoulos auch so.",
        "commentedBy": list(answers),
        "commentOnContribution": str(on),
    }


@dataclass
class World:
    projects: list[Json] = field(default_factory=list)
    contributions: dict[str, list[Json]] = field(default_factory=dict)
    comments: dict[str, list[Json]] = field(default_factory=dict)  #: number of a contribution -> what is said to it
    drafts: dict[str, list[Json]] = field(default_factory=dict)  #: project -> what is said to its drafts
    maintenance: bool = False

    def routes(self) -> Mapping[str, Script]:
        lists = {
            "contributions": self.contributions.__getitem__,
            "commentedcontributions": self.commented,
            "conception_comments": self._said,
        }
        own = {f"{PROJECTS}/{name}/{what}": self._answers(partial(of, name)) for name in self.contributions for what, of in lists.items()}
        return {PROJECTS: self._answers(lambda: self.projects), **own}

    def commented(self, name: str) -> list[Json]:
        """Each with its comments, answers to them among them."""
        found = []
        for each in self.contributions[name]:
            said = self.comments.get(str(each["properties"].get("id")), [])
            found.append({**each, "properties": {**each["properties"], "commentedBy": said}})
        return found

    def _said(self, name: str) -> list[Json]:
        """Only where something was said."""
        said = self.drafts.get(name, [])
        return [feature({"comments": said}, _AREA)] if said else []

    def _answers(self, found: Callable[[], list[Json]]) -> Script:
        def answer(line: Line, request: Request) -> bool:
            said: object = {"maintenanceMode": True} if self.maintenance else found()
            return reply(json.dumps(said), Content_Type="application/json")(line, request)

        return answer


def city() -> World:
    return World(
        projects=[project("hitze", 11, 12, 13, 14), project("radwege", 21), project("intern")],
        contributions={
            "hitze": [contribution(number) for number in (11, 12, 13)] + [contribution(14, place=None)],
            "radwege": [contribution(21)],
            "intern": [],
        },
    )
