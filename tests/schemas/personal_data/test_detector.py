"""What is public by configuration passes, what is personal does not; places are those of the original text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ConfigurationError
from schemas.personal_data import PERSONAL_CODES, Detector, Hit, Kind, masked
from schemas.personal_data.districts import DISTRICTS
from schemas.personal_data.numbers import IBAN_LENGTHS

CITY = Detector(
    venues=("Rathaus, Willy-Brandt-Platz 1, 67657 Kaiserslautern", "Fruchthallstraße 10", "Am Altenhof 6"),
    hosts=("kaiserslautern.de",),
    public=("0631 365-0", "@stadtkl", "https://www.instagram.com/stadt_kl/", "Frau Luna", "KL-SS 4711"),
)


def kinds(text: str, detector: Detector = CITY, heading: str = "") -> list[str]:
    return [each.kind.value for each in detector.find(text, heading=heading)]


@pytest.mark.parametrize(
    "text",
    [
        "Willy-Brandt-Platz 1, 67657 Kaiserslautern",
        "Das Rathaus (Willy-Brandt-Platz 1, 67657 Kaiserslautern) ist offen.",
        "67657 Kaiserslautern, Willy Brandt Platz 1",
        "Fruchthalle, Fruchthallstr. 10, 67655 Kaiserslautern",
        "FRUCHTHALLSTRASSE 10, 67655 KAISERSLAUTERN",
        "Treffen Am Altenhof 6, 67655 Kaiserslautern",
    ],
)
def test_a_public_building_may_be_named_with_its_address(text: str) -> None:
    assert kinds(text) == []
    assert kinds(text, Detector()) == ["address"]


@pytest.mark.parametrize(
    "text",
    [
        "Willy-Brandt-Platz 2, 67657 Kaiserslautern",
        "Willy-Brandt-Platz 1a, 67657 Kaiserslautern",
        "Willy-Brandt-Platz 11, 67657 Kaiserslautern",
        "Willy-Brandt-Platz 1, 10115 Berlin",
        "Neue Fruchthallstraßengasse 10, 67655 Kaiserslautern",
    ],
)
def test_the_house_next_to_a_public_building_is_not_public(text: str) -> None:
    assert kinds(text) == ["address"]


def test_a_venue_without_house_number_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="Volkspark"):
        Detector(venues=("Volkspark",))


@pytest.mark.parametrize(
    "text", ["opendata@kaiserslautern.de", "Info (at) kaiserslautern (punkt) de", "mailto:pressestelle@kl.kaiserslautern.de"]
)
def test_a_mailbox_of_an_office_at_the_citys_host_passes(text: str) -> None:
    assert kinds(text) == []
    assert kinds(text, Detector()) != []


@pytest.mark.parametrize(
    "text",
    [
        "info@example.org",
        "anna.muster@kaiserslautern.de",
        "info@kaiserslautern.de.example.org",
        "info@notkaiserslautern.de",
        "x.info@kaiserslautern.de",
    ],
)
def test_a_mailbox_elsewhere_or_of_a_person_does_not_pass(text: str) -> None:
    assert kinds(text) == ["email"]


@pytest.mark.parametrize(
    "text",
    [
        "Telefon 0631 3650",
        "Zentrale: 0631/365-0",
        "folgt @StadtKL",
        "https://www.instagram.com/stadt_kl/",
        "Operette „Frau Luna“",
        "Dienstwagen KL-SS 4711",
    ],
)
def test_passages_named_as_public_pass_however_they_are_written(text: str) -> None:
    assert kinds(text) == []
    assert kinds(text, Detector()) != []


def test_one_public_passage_does_not_hide_another() -> None:
    assert kinds("Zentrale 0631 3650 oder 030 23125017, opendata@kaiserslautern.de, anna@example.org") == ["phone", "email"]


@pytest.mark.parametrize(
    ("heading", "text", "kind"),
    [
        ("Telefon", "365-2250", "phone"),
        ("Geburtsdatum", "03.04.1981", "birth-date"),
        ("Kfz-Kennzeichen", "kl ss 12", "plate"),
        ("Nachname", "Muster", "name"),
        ("Wohnadresse", "Musterstraße 12", "address"),
    ],
)
def test_the_title_of_a_column_speaks_for_the_values_below_it(heading: str, text: str, kind: str) -> None:
    (hit,) = CITY.find(text, heading=heading)

    assert (hit.kind.value, hit.start, hit.end) == (kind, 0, len(text))
    assert CITY.find(text) == ()


def test_the_title_of_a_column_is_never_a_hit_itself() -> None:
    assert CITY.find("12", heading="Frau Muster, 030 23125017") == ()


def test_a_file_number_in_a_column_of_file_numbers_is_no_telephone_number() -> None:
    assert kinds("030 23125017", heading="Aktenzeichen") == []
    assert kinds("030 23125017", heading="Bemerkung") == ["phone"]


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("vorher\u200b\u200b anna＠example．org nachher", "anna＠example．org"),
        ("e\u0301te\u0301: 030\u202f23125\u2011017!", "030\u202f23125\u2011017"),
        ("Scho\u0308n: Herr Mu\u0308ster ist da", "Herr Mu\u0308ster"),
        ("ﬁnal ½ … KL–SS 123 …", "KL–SS 123"),
    ],
)
def test_places_are_those_of_the_text_as_it_was_given(text: str, passage: str) -> None:
    (hit,) = CITY.find(text)

    assert text[hit.start : hit.end] == passage


def test_a_hit_and_its_mask_hold_neither_letters_nor_length_of_the_passage() -> None:
    short, long = CITY.find("a1@example.org")[0], CITY.find("anna-katharina.musterfrau@post.example.org")[0]

    assert short.masked == long.masked == "[E-Mail-Adresse]"
    assert set(vars(short)) == {"kind", "start", "end"}


def test_a_masked_text_keeps_the_rest() -> None:
    text = "Bitte an anna@example.org oder 030 23125017, danke."

    assert masked(text, CITY.find(text)) == "Bitte an [E-Mail-Adresse] oder [Telefonnummer], danke."


def test_overlapping_hits_are_masked_once() -> None:
    hits = (Hit(kind=Kind.EMAIL, start=2, end=6), Hit(kind=Kind.HANDLE, start=4, end=8))

    assert masked("0123456789", hits) == "01[E-Mail-Adresse]89"


def test_every_kind_has_a_code_and_a_german_title() -> None:
    assert len(PERSONAL_CODES) == len(Kind) == len({each.title for each in Kind})
    assert all(code.startswith("personal-") for code in PERSONAL_CODES)


@pytest.mark.parametrize(
    "text", ["B 37", "L 395", "KL-2023-118", "HBF A 3", "P-12", "DIN A 4", "0123/2023", "49.4447, 7.7689", "073120000000"]
)
def test_numbers_of_roads_files_and_places_are_clean(text: str) -> None:
    assert kinds(text) == []


def test_an_iban_needs_the_right_check_digit_and_length() -> None:
    assert kinds("DE89 3704 0044 0532 0130 00") == ["iban"]
    assert kinds("DE88 3704 0044 0532 0130 00") == []
    assert kinds("DE89 3704 0044 0532 0130 0") == []


def test_insurance_numbers_need_the_right_check_digit() -> None:
    assert kinds("15 070649 C 103") == ["insurance-number"]
    assert kinds("15 070649 C 104") == []
    assert kinds("15 077349 C 103") == []


def test_district_codes_are_well_formed_and_complete_enough() -> None:
    assert all(1 <= len(each) <= 3 and each.isupper() and each.isalpha() for each in DISTRICTS)
    assert {"KL", "KUS", "KIB", "PS", "ZW", "SÜW", "DÜW", "B", "M", "HH", "ROK", "WÜM"} <= DISTRICTS
    assert DISTRICTS.isdisjoint({"HBF", "KFZ", "THW", "BP", "Y", "ISO"})
    assert 690 < len(DISTRICTS) < 790


def test_iban_lengths_are_those_of_the_registry() -> None:
    assert (IBAN_LENGTHS["DE"], IBAN_LENGTHS["AT"], IBAN_LENGTHS["NO"], IBAN_LENGTHS["MT"]) == (22, 20, 15, 31)


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300))
def test_any_text_is_read_and_hits_lie_within_it_in_order(text: str) -> None:
    hits = CITY.find(text)

    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
    assert list(hits) == sorted(hits, key=lambda hit: hit.start)
    assert len(masked(text, hits)) <= len(text) + 30 * len(hits)


_PIECES = st.sampled_from(
    [
        "a@b.de",
        "@",
        " (at) ",
        "030",
        "23125017",
        " ",
        "KL-SS 12",
        "Frau ",
        "Dr. ",
        "Muster",
        "67655 ",
        "Straße ",
        "12",
        "\n",
        "DE89",
        "geb. ",
        "1.2.1990",
        "ü",
        "\u200b",
    ]
)


@given(st.lists(_PIECES, max_size=25).map("".join), st.lists(_PIECES, max_size=4).map("".join))
def test_pieces_of_personal_data_in_any_order_break_nothing(text: str, heading: str) -> None:
    hits = CITY.find(text, heading=heading)

    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)


@given(st.text(max_size=80), st.text(max_size=80))
def test_an_address_between_blanks_is_found_whatever_stands_around_it(before: str, after: str) -> None:
    assert "email" in kinds(f"{before}\n anna.muster@example.org \n{after}", Detector()) or "@" in before + after
