"""Settings: every mistake is named with file and line, every key can come from the environment, no secret is ever shown."""

import json
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.complaints import InvalidSettings
from api.overrides import with_environment
from api.redaction import as_toml, shown
from api.sections import Content, setting_names
from api.settings import Settings, expected_interval, find, load
from catalog.plan import Review
from schemas.districts import Assigned
from schemas.errors import ConfigurationError
from schemas.values import Language, Licence

LICENCE = Licence.DL_ZERO_2.iri
MINIMAL = f"""\
[site]
base_url = "http://127.0.0.1:8000"
uri_base = "http://127.0.0.1:8000"
title = "Daten"

[publisher]
name = "Stadt"
contact_email = "daten@example.org"
contributor_id = "http://dcat-ap.de/def/contributors/x"
licence = "{LICENCE}"
"""
SOURCE = """
[[source]]
name = "ablage"
title = "Ablage"
kind = "files"
url = "drop"
"""


def read(tmp_path: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    (tmp_path / "klar.toml").write_text(text, encoding="utf-8")
    return load(tmp_path / "klar.toml", environ or {})


def complaint(tmp_path: Path, text: str, environ: Mapping[str, str] | None = None) -> str:
    with pytest.raises(InvalidSettings) as caught:
        read(tmp_path, text, environ)
    (found,) = caught.value.complaints
    return found.replace(str(tmp_path) + "/", "")


def test_the_shortest_configuration_has_defaults_for_the_rest(tmp_path: Path) -> None:
    settings = read(tmp_path, MINIMAL)

    site = settings.site()
    assert site.languages == (Language.GERMAN, Language.ENGLISH)
    assert site.licence is Licence.DL_ZERO_2
    assert not site.official
    assert settings.sources() == ()
    assert settings.content.vault.retention_days == 180


def test_the_publisher_may_be_a_body_of_the_table_of_organisations(tmp_path: Path) -> None:
    added = 'organisation = "stadt"\nhomepage = "https://www.example.org/"\nidentifiers = ["https://d-nb.example/gnd/1"]\n'

    publisher = read(tmp_path, MINIMAL + added).site().publisher

    assert (publisher.id, publisher.homepage, publisher.identifiers) == (
        "stadt",
        "https://www.example.org/",
        ("https://d-nb.example/gnd/1",),
    )


def test_an_organisation_is_named_by_its_key(tmp_path: Path) -> None:
    assert "organisation muss die Kennung einer Organisation sein" in complaint(tmp_path, MINIMAL + 'organisation = "Stadt KL"\n')


def test_official_shapes_lie_where_the_file_says(tmp_path: Path) -> None:
    assert read(tmp_path, MINIMAL).shapes is None
    assert read(tmp_path, MINIMAL + '[shapes]\nfolder = "shapes"\n').shapes == tmp_path / "shapes"


def test_paths_are_relative_to_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")

    settings = read(tmp_path, MINIMAL + '[legal]\nimprint = "legal/impressum.md"\n')

    assert settings.database == f"sqlite:///{tmp_path}/data/klar.db"
    assert settings.files == tmp_path / "data/files"
    assert settings.legal_pages() == {"impressum": tmp_path / "legal/impressum.md"}


def test_a_source_knows_what_went_out_from_here(tmp_path: Path) -> None:
    text = MINIMAL.replace('uri_base = "http://127.0.0.1:8000"', 'uri_base = "https://daten.example.org"') + SOURCE

    assert [each.own_addresses for each in read(tmp_path, text).sources()] == [("https://daten.example.org", "http://127.0.0.1:8000")]


def test_a_source_carries_its_guards(tmp_path: Path) -> None:
    text = MINIMAL + SOURCE + 'review = "always"\nat_least = 3\nmax_shrink = 0.5\nremove_after = "36h"\nschedule = "0 4 * * *"\n'

    (source,) = read(tmp_path, text).sources()

    assert (source.guards.review, source.guards.at_least, source.guards.max_shrink) == (Review.ALWAYS, 3, 0.5)
    assert source.guards.remove_after == timedelta(hours=36)
    assert source.folder == tmp_path


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("[sitte]\n", "klar.toml, Zeile 11: [sitte] ist unbekannt. Gemeint ist vielleicht »site«."),
        ("[feed]\nprofil = 'x'\n", "klar.toml, Zeile 12: [feed] profil ist unbekannt. Gemeint ist vielleicht »profile«."),
        ("[feed]\nprofile = 'x'\n", "klar.toml, Zeile 12: [feed] profile muss einer dieser Werte sein: 'dcat-ap-de-3.0' oder "),
        ("[limits]\n\nrequests = '5'\n", "klar.toml, Zeile 13: [limits] requests muss eine ganze Zahl sein."),
        ("[limits]\nrequests = 0\n", "klar.toml, Zeile 12: [limits] requests muss mindestens 1 sein."),
        ("[privacy]\nvenues = [\n'a',\n3]\n", "klar.toml, Zeile 14: [privacy] venues, Eintrag 2 muss Text in Anführungszeichen sein."),
        ("[notify]\n[notify.smtp]\nhost='h'\n", "klar.toml, Zeile 11: [notify] email fehlt."),
        ("[vault]\ndatabase='mysql://x'\n", "klar.toml, Zeile 12: [vault] database muss mit »sqlite:///«"),
        ("[push.x1]\nurl='ftp://x'\n", "klar.toml, Zeile 12: [push.x1] url muss eine Adresse sein"),
        ("[push.x1]\nurl='https://x'\ntoken='geheim'\n", "klar.toml, Zeile 13: [push.x1] token ist unbekannt."),
        ("source = 3\n", "klar.toml, Zeile 11: [publisher] source ist unbekannt."),
        ("[source]\nname='a'\n", "klar.toml, Zeile 11: [source] muss eine Liste in eckigen Klammern sein."),
        ("[site.x]\n", "klar.toml, Zeile 11: [site] x ist unbekannt."),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, added: str, expected: str) -> None:
    assert complaint(tmp_path, MINIMAL + added).startswith(expected)


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("schedul = ''\n", "Zeile 17: [[source]] »ablage« schedul ist unbekannt. Gemeint ist vielleicht »schedule«."),
        ("schedule = '0 4 * *'\n", "Zeile 17: [[source]] »ablage« schedule '0 4 * *' muss aus fünf Angaben bestehen"),
        ("remove_after = '7 Tage'\n", "Zeile 17: [[source]] »ablage« remove_after muss eine Dauer sein"),
        ("max_shrink = 2\n", "Zeile 17: [[source]] »ablage« max_shrink darf höchstens 1 sein."),
        ("review = 'nie'\n", "Zeile 17: [[source]] »ablage« review muss einer dieser Werte sein: 'new', 'always' oder 'never'."),
        ("follow_hosts = ['http://x']\n", "Zeile 17: [[source]] »ablage« follow_hosts, Eintrag 1 muss ein Rechnername sein"),
        ("personal_data = true\n", "Zeile 17: [[source]] »ablage« personal_data verlangt auch legal_basis und data_anonymized."),
        ("token_env = 'sk-123!'\n", "Zeile 17: [[source]] »ablage« token_env muss der Name einer Umgebungsvariable sein"),
        ("[source.options]\nmaping = 'x'\n", "Zeile 18: [[source]] »ablage« options.maping ist unbekannt."),
        ("[source.options]\nmapping = 3\n", "Zeile 18: [[source]] »ablage« options.mapping muss Text in Anführungszeichen sein."),
        (SOURCE, "Zeile 19: [[source]] »ablage« name gibt es schon"),
    ],
)
def test_a_mistake_in_a_source_names_the_source(tmp_path: Path, added: str, expected: str) -> None:
    assert complaint(tmp_path, MINIMAL + SOURCE + added).startswith(f"klar.toml, {expected}")


def test_an_unknown_kind_lists_the_known_ones(tmp_path: Path) -> None:
    text = MINIMAL + SOURCE.replace('"files"', '"filez"')

    assert complaint(tmp_path, text).startswith(
        "klar.toml, Zeile 15: [[source]] »ablage« kind nennt eine Art, die es nicht gibt; es gibt: ckan, "
    )


@pytest.mark.parametrize(("text", "line"), [("[site\n", 1), ("[site]\ntitle = \n", 2), ("[site]\na = 1\na = 2\n", 3), ("a = '", 1)])
def test_broken_toml_is_named_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    assert complaint(tmp_path, text).startswith(f"klar.toml, Zeile {line}: Das ist kein gültiges TOML.")


def test_a_file_in_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "klar.toml").write_bytes(b"[site]\ntitle = 'K\xf6ln'\n")

    with pytest.raises(InvalidSettings, match=r"Zeile 2: Die Datei muss in UTF-8"):
        load(tmp_path / "klar.toml", {})


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    text = MINIMAL.replace("title", "titel") + "[feed]\ndeprecated_days = 'x'\n"

    with pytest.raises(InvalidSettings) as caught:
        read(tmp_path, text)

    assert len(caught.value.complaints) == 3, caught.value.complaints


def test_a_licence_outside_the_list_is_refused(tmp_path: Path) -> None:
    assert "licence muss eine dieser Lizenzen sein: http://dcat-ap.de/" in complaint(tmp_path, MINIMAL.replace(LICENCE, LICENCE + "/"))


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="klar init"):
        load(tmp_path / "klar.toml", {})


def test_the_option_wins_over_the_environment_over_the_current_folder() -> None:
    assert find(Path("a.toml"), {"KLAR_CONFIG": "b.toml"}) == Path("a.toml")
    assert find(None, {"KLAR_CONFIG": "b.toml"}) == Path("b.toml")
    assert find(None, {}) == Path("klar.toml")


# --- environment ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "value", "path"),
    [
        ("KLAR_SITE__TITLE", "Neu", ("site", "title")),
        ("KLAR_SITE__OFFICIAL", "true", ("site", "official")),
        ("KLAR_SITE__LANGUAGES", "de", ("site", "languages")),
        ("KLAR_LIMITS__REQUESTS", "7", ("limits", "requests")),
        ("KLAR_LIMITS__ENGINE_SECONDS", "2.5", ("limits", "engine_seconds")),
        ("KLAR_VAULT__RETENTION_DAYS", "30", ("vault", "retention_days")),
        ("KLAR_SOURCE__ABLAGE_ZWEI__URL", "anderswo", ("source", 1, "url")),
        ("KLAR_SOURCE__ABLAGE_ZWEI__DATA_ANONYMIZED", "false", ("source", 1, "data_anonymized")),
        ("KLAR_SOURCE__ABLAGE_ZWEI__OPTIONS__MAPPING", "m.toml", ("source", 1, "options", "mapping")),
        ("KLAR_PUSH__STADT_PORTAL__TOKEN_FILE", "/run/x", ("push", "stadt-portal", "token_file")),
    ],
)
def test_a_variable_overrides_a_key_with_its_type(tmp_path: Path, variable: str, value: str, path: tuple[str | int, ...]) -> None:
    text = MINIMAL + SOURCE + SOURCE.replace("ablage", "ablage-zwei") + "[push.stadt-portal]\nurl = 'https://x.example'\n"

    found: Any = read(tmp_path, text, {variable: value, "PATH": "/bin"}).content.model_dump(mode="json")

    for each in path:
        found = found[each]
    assert found == (
        [value] if path[-1] == "languages" else json.loads(value) if value[0].isdigit() or value in ("true", "false") else value
    )


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("KLAR_SITE__TITEL", "x", "Umgebungsvariable KLAR_SITE__TITEL: Diese Einstellung gibt es nicht."),
        ("KLAR_SITE", "x", "Umgebungsvariable KLAR_SITE: Das ist ein ganzer Abschnitt; es fehlt der Schlüssel."),
        ("KLAR_TITLE", "x", "Umgebungsvariable KLAR_TITLE: Diese Einstellung gibt es nicht."),
        ("KLAR_SITE__TITLE__X", "x", "Umgebungsvariable KLAR_SITE__TITLE__X: Diese Einstellung gibt es nicht."),
        ("KLAR_SITE__OFFICIAL", "ja", "Umgebungsvariable KLAR_SITE__OFFICIAL: muss true oder false sein."),
        ("KLAR_LIMITS__REQUESTS", "viele", "Umgebungsvariable KLAR_LIMITS__REQUESTS: muss eine ganze Zahl sein."),
        ("KLAR_SOURCE__FEHLT__URL", "x", "Umgebungsvariable KLAR_SOURCE__FEHLT__URL: »FEHLT« steht nicht in klar.toml."),
        ("KLAR_SITE__BASE_URL", "x", "Umgebungsvariable KLAR_SITE__BASE_URL: [site] base_url muss eine Adresse sein"),
    ],
)
def test_a_variable_that_sets_nothing_is_an_error(tmp_path: Path, variable: str, value: str, expected: str) -> None:
    assert complaint(tmp_path, MINIMAL, {variable: value}).startswith(expected)


def test_variables_that_hold_tokens_are_left_alone(tmp_path: Path) -> None:
    text = MINIMAL + SOURCE + "token_env = 'KLAR_ABLAGE_TOKEN'\n"

    read(tmp_path, text, {"KLAR_ABLAGE_TOKEN": "geheim", "KLAR_CONFIG": "x", "KLAR_SHARED": "y"})


PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


@given(PLAIN)
def test_any_text_comes_from_the_environment_as_it_is(title: str) -> None:
    content = tomllib.loads(MINIMAL)

    overridden = with_environment(content, {"KLAR_SITE__TITLE": title})

    assert Content.model_validate(overridden.content).site.title == title
    assert content["site"]["title"] == "Daten", "what was read stays as it was"


@given(st.text(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0189"), max_size=25), PLAIN)
def test_any_other_klar_variable_is_refused_and_never_crashes(name: str, value: str) -> None:
    variable = f"KLAR_{name}"
    known = {"KLAR_" + each.upper().replace(".", "__") for each in setting_names()} | {"KLAR_CONFIG", "KLAR_SHARED"}

    problems = with_environment(tomllib.loads(MINIMAL + SOURCE), {variable: value}).problems

    assert bool(problems) == (variable not in known)


# --- what is shown -------------------------------------------------------------------------------------------------------------


FULL = (
    MINIMAL
    + SOURCE
    + """
token_env = "NAME_OF_TOKEN"
[source.options]
mapping = "m.toml"
[store]
database = "postgresql+psycopg://klar:CANARY@db.example/klar?sslpassword=CANARY"
[notify]
email = "a@example.org"
[notify.smtp]
host = "mail.example"
password_file = "/run/CANARY"
[push.portal]
url = "https://portal.example"
token_file = "/run/CANARY"
"""
)


def test_no_secret_is_shown(tmp_path: Path) -> None:
    settings = read(tmp_path, FULL)

    text = as_toml(shown(settings))

    assert "CANARY" not in text
    assert "NAME_OF_TOKEN" not in text
    assert "postgresql+psycopg://klar:***@db.example/klar" in text
    assert "CANARY" in str(settings.content), "the control: it was there"


def test_what_is_shown_is_toml_again(tmp_path: Path) -> None:
    content = shown(read(tmp_path, FULL))

    assert tomllib.loads(as_toml(content)) == content


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=20).map(lambda each: "geheim" + each))
def test_no_password_of_a_database_survives_whatever_it_holds(password: str) -> None:
    content = tomllib.loads(MINIMAL) | {"store": {"database": f"postgresql+psycopg://klar:{password}@db.example/klar"}}
    settings = Settings(path=Path("/klar.toml"), content=Content.model_validate(content))

    text = json.dumps(shown(settings), ensure_ascii=False)

    assert "geheim" not in text
    assert "db.example/klar" in text


# --- public --------------------------------------------------------------------------------------------------------------------


def test_public_settings_know_no_vault_no_mail_and_no_targets(tmp_path: Path) -> None:
    text = FULL + "[vault]\ndatabase = 'sqlite:///tresor.db'\n"

    public = read(tmp_path, text).public()

    assert "tresor" not in repr(public)
    assert "mail.example" not in repr(public)
    assert "portal.example" not in repr(public)
    assert not hasattr(public.content, "vault")
    assert public.site() == read(tmp_path, text).site()


def test_the_status_page_learns_how_old_data_may_be() -> None:
    now = datetime(2026, 6, 3, tzinfo=UTC)

    assert expected_interval("0 4 * * 1", now) == timedelta(days=7)
    assert expected_interval("", now) is None


def test_every_source_is_given_the_boundaries_of_the_districts(tmp_path: Path) -> None:
    ring = [[7.70, 49.44], [7.72, 49.44], [7.72, 49.45], [7.70, 49.45], [7.70, 49.44]]
    area = {"type": "Feature", "properties": {"name": "Mölschbach"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (tmp_path / "grenzen.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [area]}), encoding="utf-8")
    configured = '[districts]\nboundaries = "grenzen.geojson"\nid_property = "name"\n'

    (source,) = read(tmp_path, MINIMAL + configured + SOURCE).sources()
    (without,) = read(tmp_path, MINIMAL + SOURCE).sources()

    assert without.districts is None
    assert source.districts is not None
    assert source.districts.at(7.71, 49.445) == Assigned(district_id="moelschbach")


def test_boundaries_that_cannot_be_used_stop_before_anything_is_harvested(tmp_path: Path) -> None:
    settings = read(tmp_path, MINIMAL + '[districts]\nboundaries = "grenzen.geojson"\n' + SOURCE)

    with pytest.raises(ConfigurationError, match=r"grenzen\.geojson kann nicht gelesen werden"):
        settings.sources()


def test_names_of_things_are_given_to_sources_and_to_the_search(tmp_path: Path) -> None:
    (tmp_path / "aliases.toml").write_text('[[alias]]\nid = "ort"\ntable = "project"\nnames = ["Dritter Ort"]\n', encoding="utf-8")
    settings = read(tmp_path, MINIMAL + '[aliases]\nfile = "aliases.toml"\n' + SOURCE)

    (source,) = settings.sources()

    assert source.aliases.resolve("dritter ort", "project") == "ort"
    assert settings.public().aliases.resolve("Dritter-Ort") == "ort"


def test_a_list_of_names_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    settings = read(tmp_path, MINIMAL + '[aliases]\nfile = "fehlt.toml"\n' + SOURCE)

    with pytest.raises(ConfigurationError, match=r"fehlt\.toml"):
        settings.sources()
