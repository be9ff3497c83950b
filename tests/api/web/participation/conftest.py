"""A small city: one project from the first event to the measure, with rows of several tables and of two sources."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from schemas.declaration import declaration_of_table
from schemas.model import SourceReference
from schemas.row import Row
from tests.api.web.conftest import client_of
from tests.api.web.world import CANARY, World, new_world, row

OTHER = SourceReference(name="stadtrat", title="Ratsinformationen", url="https://rat.example/")
SAID = {"source_title": "Stadt", "source_date": "2026-06", "source_date_basis": "stated"}


def rows() -> dict[str, list[Row]]:
    """By table. The clock of the world stands at 20 November 2026."""
    return {
        "organisation": [
            row("organisation", "alt-gmbh", name="Alt GmbH", kind="municipal-company", valid_to="2026-06-30", successor_id="referat"),
            row("organisation", "referat", name="Referat Digitales", kind="department"),
        ],
        "district": [row("district", "kern", name="Kernstadt", kind="district", source_date_basis="unknown")],
        "project": [
            row(
                "project", "platz", title="Neuer Platz", former_titles="Dritter Ort; Platz für alle", summary="Ein Platz wird neu.",
                status="running", start="2025", lead_organisation="Alt GmbH", programme="Modellprojekte Smart Cities",
                funders="Bund; Land", target_groups_named="Jugendliche; Familien", evaluation_base="40 Interviews",
                evaluation_result="Zwei Drittel sind zufrieden", evaluation_source="https://bericht.example/", district_id="kern",
                website="https://platz.example/", source_url="https://stadt.example/platz", **SAID,
            ),
            row("project", "platz-licht", title="Licht am Platz", status="planned", parent_project_id="platz", **SAID),
            row("project", "anderes", title="Etwas anderes", status="completed", **SAID),
        ],
        "process": [
            row(
                "process", "platz-umfrage", title="Umfrage zum Platz", project_id="platz", mode="digital", method="survey",
                start="2026-11-01", end="2026-12-12", participants=250, qualifier="min", level="consultation", legal_kind="informal",
                participate_url="https://mitmachen.example/platz", results_published_on="2027-01", **SAID,
            ),
            row("process", "platz-treffen", title="Treffen", project_id="platz", mode="analog", method="workshop", start="2026-02", **SAID),
            row("process", "fremd", title="Fremdes Verfahren", mode="hybrid", method="vote", start="2020-01-01", end="2020-02-01", **SAID),
        ],
        "event": [
            row(
                "event", "auftakt", title="Auftakt", process_id="platz-treffen", start="2026-02-10", start_time="18:30", mode="analog",
                place="Rathaus, Saal 2", status="held", attendees=60, qualifier="approx", minutes_url="https://rat.example/protokoll.pdf",
                **SAID,
            ),
            row(
                "event", "rundgang", title="Rundgang", process_id="platz-umfrage", start="2026-12-01", start_time="17:00", mode="analog",
                status="cancelled", place="Platz", **SAID,
            ),
            row("event", "messe", title="Messe", process_id="platz-umfrage", start="2026-07-03", end="2026-07-05", mode="hybrid", **SAID),
            row("event", "irgendwann", title="Irgendwann", process_id="platz-umfrage", start="2027", mode="unknown", **SAID),
        ],
        "format": [
            row(
                "format", "bogen", process_id="platz-umfrage", title="Fragebogen", kind="umfrage", mode="digital", channels="web; paper",
                start="2026-11", end="2026-12", identity="vor_ort", multiple_participation=False, **SAID,
            ),
            row(
                "format", "runde", process_id="platz-treffen", title="Runde Tische", kind="workshop", mode="analog", start="2026-02-10",
                identity="vor_ort", **SAID,
            ),
        ],
        "result": [
            row("result", "r-2", process_id="platz-umfrage", question="Mehr Bäume?", option="ja", count=12, channel="paper", **SAID),
            row(
                "result", "r-1", process_id="platz-umfrage", question="Mehr Bäume?", option="ja", share_percent=66.5, qualifier="approx",
                **SAID,
            ),
        ],
        "figure": [
            row(
                "figure", "f-1", subject_kind="process", subject_id="platz-umfrage", subject="Umfrage zum Platz", measure="participants",
                value=300, unit="persons", qualifier="max", asserted_by="Zeitung", source_date_basis="unknown",
            ),
            row(
                "figure", "f-2", subject_kind="platform", subject_id="platz", subject="Neuer Platz", measure="registration-rule",
                value_text="seit Mitte 2026 nur mit Konto", asserted_by="Zeitung", source_date_basis="unknown",
            ),
        ],
        "platform_figure": [
            row(
                "platform_figure", "p-1", platform="Platz für alle", metric="registered-users", value=270, qualifier="approx",
                unit="persons", date="2026-06", **SAID,
            ),
        ],
        "qa_item": [
            row("qa_item", "q-1", project_id="platz", question=f"Wer zahlt? {CANARY}", answer="Der Bund.\nUnd das Land.", state="answered"),
            row("qa_item", "q-2", event_id="auftakt", question="Wann geht es los?", state="open"),
        ],
        "measure_item": [
            row("measure_item", "m-1", decision_id="beschluss", title="Bäume pflanzen", state="in_progress", progress=40, due="2027-03"),
        ],
    }  # fmt: skip


def fill(world: World) -> None:
    found = rows()
    for table in ("organisation", "district", "project", "process", "event", "format", "result", "figure", "platform_figure"):
        world.harvest(*found[table], of=declaration_of_table(table))
    decision = row(
        "decision", "beschluss", project_id="platz", date="2026-09-14", body="Stadtrat", decision="Platz wird umgebaut", outcome="adopted",
        deviates_from_participation="partly", deviation_reason="Zu wenig Geld",
    )  # fmt: skip
    world.harvest(decision, of=declaration_of_table("decision"), source=OTHER)
    for table in ("qa_item", "measure_item"):
        world.harvest(*found[table], of=declaration_of_table(table))


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Read only."""
    world = new_world(tmp_path_factory.mktemp("town"))
    fill(world)
    yield world
    world.close()


@pytest.fixture(scope="session")
def visitor(town: World) -> TestClient:
    return client_of(town)


@pytest.fixture
def changing(town: World, tmp_path: Path) -> Iterator[World]:
    """A copy that a test may change."""
    folder = tmp_path / "town"
    shutil.copytree(town.folder, folder, ignore=shutil.ignore_patterns("search"))
    copy = World(folder=folder, clock=replace(town.clock), site=town.site, renderer=town.renderer, run=town.run)
    yield copy
    copy.close()
