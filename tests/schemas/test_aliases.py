"""One thing under several names: every spelling leads to the same id, and no name leads to two."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.aliases import Aliases, Named, folded, load_aliases
from schemas.errors import ConfigurationError

PLATFORM = Named(id="klmitwirkung", names=("KLMitWirkung", "Kaiserslautern MitWirkung", "klmitwirkung.de"))
PLACE = Named(id="stadt-raum-wir", table="project", names=("Dritter Ort", "Dritte Orte", "Stadt.Raum.Wir."))
ALIASES = Aliases([PLATFORM, PLACE])


@pytest.mark.parametrize(
    "name",
    ["KLMitWirkung", "KLmitWirkung", "KL MitWirkung", "Kaiserslautern MitWirkung", "klmitwirkung.de", "KL-Mitwirkung ", "klmitwirkung"],
)
def test_every_spelling_leads_to_the_same_id(name: str) -> None:
    assert ALIASES.resolve(name) == "klmitwirkung"


def test_former_names_lead_to_the_project_in_its_own_table_only() -> None:
    assert ALIASES.resolve("dritter ort", "project") == "stadt-raum-wir"
    assert ALIASES.resolve("STADT RAUM WIR", "project") == "stadt-raum-wir"
    assert ALIASES.resolve("Dritter Ort", "process") is None
    assert ALIASES.resolve("Vierter Ort") is None


def test_one_name_in_two_tables_needs_the_table() -> None:
    both = Aliases([PLACE, Named(id="dritter-ort-2021", table="process", names=("Dritter Ort",))])

    assert both.resolve("Dritter Ort") is None
    assert both.resolve("Dritter Ort", "process") == "dritter-ort-2021"


def test_what_nobody_has_confirmed_is_found_by_and_moves_no_row() -> None:
    guess = Aliases(
        [Named(id="lautrer-stadtdialog", table="project", names=("Lautrer Stadtdialog", "Dialog Zivilgesellschaft"), confirmed=False)]
    )

    assert guess.resolve("Dialog Zivilgesellschaft", "project") is None
    assert ["Lautrer", "Stadtdialog"] in list(guess.variants(["Dialog", "Zivilgesellschaft"]))


def test_one_name_for_two_things_of_a_table_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="»stadt-raum-wir« und »quartier«"):
        Aliases([PLACE, Named(id="quartier", table="project", names=("dritter-ort",))])


@given(st.text(max_size=30))
@settings(max_examples=50)
def test_folding_a_folded_name_changes_nothing(name: str) -> None:
    assert folded(folded(name)) == folded(name)


def test_a_search_is_asked_with_each_name_in_place_of_the_one_it_holds() -> None:
    assert list(ALIASES.variants(["Flyer", "Dritter", "Ort", "2022"])) == [
        ["Flyer", "Dritter", "Ort", "2022"],
        ["Flyer", "Dritte", "Orte", "2022"],
        ["Flyer", "Stadt", "Raum", "Wir", "2022"],
        ["Flyer", "dritterort", "2022"],
    ]
    assert list(ALIASES.variants(["Radweg"])) == [["Radweg"]]


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "aliases.toml").write_text(text, encoding="utf-8")
    return tmp_path / "aliases.toml"


def test_a_list_says_what_is_confirmed(tmp_path: Path) -> None:
    found = load_aliases(
        written(
            tmp_path,
            '[[alias]]\nid = "a-b"\ntable = "project"\nnames = ["A b", "Ä"]\nconfirmed = true\nnote = "x"\n'.replace('"Ä"', '"Äb"'),
        )
    )

    (thing,) = found.things
    assert (thing.id, thing.table, thing.names, thing.confirmed) == ("a-b", "project", ("A b", "Äb"), True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[alias]]\nid = 'a b'\nnames = ['xy']\n", "alias.0.id"),
        ("[[alias]]\nid = 'ab'\nnames = []\n", "alias.0.names"),
        ("[[alias]]\nid = 'ab'\nnames = ['xy']\nname = 'xy'\n", "alias.0.name"),
        ("[[alias]]\nid = 'ab'\nnames = ['xy']\n[[alias]]\nid = 'cd'\nnames = ['XY']\n", "»xy« steht für zwei"),
        ("[[alias]\n", "kein gültiges TOML"),
    ],
)
def test_a_list_that_cannot_be_used_is_a_clear_error(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        load_aliases(written(tmp_path, text))


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"fehlt\.toml"):
        load_aliases(tmp_path / "fehlt.toml")
