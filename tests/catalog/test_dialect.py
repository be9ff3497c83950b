"""What a file is like is found out right, or it is said why not; never is anything read as garbage."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.dialect import BrokenFile, Detected, Pins, detect, records
from catalog.dialect.encoding import first_bad_byte
from catalog.dialect.header import header_row
from catalog.dialect.numbers import Numbers, Tally

TEXT = "Kennung;Titel;Betrag\r\np1;Müller – Söhne „Groß“ §;12,50 €\r\np2;Bäume;7,25 €\r\n"


def undecided(content: bytes) -> BrokenFile:
    with pytest.raises(BrokenFile) as caught:
        detect(content)
    assert caught.value.code == "encoding"
    return caught.value


def found(text: str, **more: object) -> Detected:
    return detect(text.encode(), **more)  # type: ignore[arg-type]  # columns and number_columns, for short


# --- encoding


@pytest.mark.parametrize(
    ("codec", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_the_encodings_of_german_offices_are_told_apart(codec: str, expected: str) -> None:
    content = TEXT.encode(codec)

    assert detect(content).encoding == expected
    assert [cells[1] for cells in records(content, expected, ";", '"')] == ["Titel", "Müller – Söhne „Groß“ §", "Bäume"]


def test_ascii_for_a_megabyte_and_then_an_umlaut_is_read_right_in_both_encodings() -> None:
    text = "id,name\n" + "a,b\n" * 250_000 + "c,Müller\n"

    assert detect(text.encode()).encoding == "utf-8"
    assert detect(text.encode("cp1252")).encoding == "cp1252"


def test_a_bad_byte_after_200_000_rows_is_found_with_its_line() -> None:
    error = undecided(b"id,name\n" + "ä,b\n".encode() * 200_000 + b"c,\xff\n")

    assert error.row == 200_002
    assert "mischt UTF-8" in error.detail


@pytest.mark.parametrize("codec", ["cp850", "cp437", "mac_roman"])
def test_a_file_of_another_age_is_refused_and_not_read_as_garbage(codec: str) -> None:
    text = "Kennung;Titel\np1;Frühling für Gärten\np2;Märkte\np3;Möbel\n"

    error = undecided(text.encode(codec))

    assert error.row in (2, 3, 4)
    assert detect(text.encode(codec), Pins(encoding=codec)).encoding == codec


@pytest.mark.parametrize("content", ["id;name\na;Straß".encode()[:-1], "id;name\na;x –".encode()[:-1], "id;name\nä;x –".encode()[:-2]])
def test_a_file_cut_off_in_a_character_is_not_taken_for_another_encoding(content: bytes) -> None:
    assert "abgebrochen" in undecided(content).detail


@pytest.mark.parametrize("byte", [b"\xff", b"\x81", b"\xa4", b"\xf0", b"\xc3"])
def test_a_byte_that_no_german_text_has_decides_nothing(byte: bytes) -> None:
    error = undecided(b"id;name\na;b\nc;" + byte + b"\n")

    assert error.row == 3
    assert byte.hex().upper() in error.detail


def test_one_character_cut_in_two_between_blocks_is_no_bad_byte() -> None:
    content = b"a" * (1024 * 1024 - 1) + "ä".encode() + b"\xe4"

    assert first_bad_byte(content[:-1], "utf-8") is None
    assert first_bad_byte(content, "utf-8") == len(content) - 1


def test_utf_16_pinned_as_utf_8_is_an_error_and_utf_32_is_one_anyway() -> None:
    with pytest.raises(BrokenFile, match="UTF-16"):
        detect(TEXT.encode("utf-16"), Pins(encoding="utf-8"))
    assert "UTF-32" in undecided(TEXT.encode("utf-32")).detail


def test_a_null_character_does_not_make_a_file_utf_16() -> None:
    assert detect(b"id;name\na;b\0c\n").encoding == "utf-8"


# --- separator, quotes, line ends


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("id;wert\na;1,5\nb;2,5\n", ";"),
        ("id;Fläche, km²\na;1,5\nb;2,5\n", ";"),
        ("id,name\na,b;c\nd,e\n", ","),
        ("id\tname\na\tMüller, Hans\n", "\t"),
        ("id|name|x\na|b;c|d\n", "|"),
        ('id,text\na,"x;y;z"\nb,"u;v;w"\n', ","),
        ("a,b\n1,2\n3,4\n", ","),
        ("Bericht, Stand 2023\n\nid;name\na;b\n", ";"),
        ("sep=;\nid;name\na;b\n", ";"),
    ],
)
def test_the_separator_is_the_sign_under_which_the_rows_agree(text: str, delimiter: str) -> None:
    assert found(text).delimiter == delimiter


def test_one_column_has_no_separator_that_could_cut_it() -> None:
    text = "Name\nMüller, Hans\nMeier, Eva\n"

    assert [*records(text.encode(), "utf-8", found(text).delimiter, '"')] == [["Name"], ["Müller, Hans"], ["Meier, Eva"]]


def test_columns_that_somebody_knows_decide() -> None:
    text = "a;b,c;d\n1;2,3;4\n"

    assert found(text).delimiter == ";"
    assert found(text, columns={"a;b", "c;d"}).delimiter == ","


def test_apostrophes_quote_only_where_the_header_stands_in_them() -> None:
    assert found("'id','name'\n'a','x,y'\n").quote == "'"
    assert found("id,name\na,'rund 270'\nb,'fast 100'\n").quote == '"'


def test_an_open_quote_is_not_explained_away() -> None:
    text = 'id,name\na,"offen\nb,c\n'

    assert found(text, number_columns=()).quote == '"'
    with pytest.raises(BrokenFile) as caught:
        list(records(text.encode(), "utf-8", ",", '"'))
    assert (caught.value.code, caught.value.row) == ("broken-quotes", 2)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_are_told(end: str) -> None:
    assert found(f"id,name{end}a,b{end}").line_end == end


# --- header row


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("id;name\na;b\n", 1),
        ("Bericht 2023\n\nid;name\na;b\n", 3),
        ("Bericht 2023;;\nStand 31.12.2023;;\nid;name;zahl\na;b;1\nc;d;2\n", 3),
        ("sep=;\nid;name\na;b\n", 2),
        ("2021;2022;2023\nid;name;zahl\na;b;1\n", 2),
    ],
)
def test_the_header_is_found_below_titles(text: str, row: int) -> None:
    assert found(text).header_row == row


def test_the_header_is_where_the_columns_stand() -> None:
    rows = [["Projekte", "Stand", "Amt"], [], ["Nr", "Projekte", "Beginn"], ["1", "Park", "2023"]]

    assert header_row(rows).row == 1
    assert header_row(rows, {"Nr", "Projekte", "Beginn"}).row == 3
    assert header_row(rows, {"Nr", "Projekte", "Ende", "Beginn"}).row == 3
    assert not header_row(rows, {"Nr", "Projekte", "Ende", "Beginn"}).complete


# --- numbers


@pytest.mark.parametrize(
    ("cells", "decimal", "thousands"),
    [
        (["1.234,5"], ",", "."),
        (["1,234.5"], ".", ","),
        (["1,5", "1.234"], ",", "."),
        (["1.5", "1,234"], ".", ","),
        (["1.234.567"], ",", "."),
        (["0,123"], ",", ""),
        (["1234,567"], ",", ""),
        (["7.768864", "49.445"], ".", ","),
        (["12 345,5"], ",", " "),
        (["12\u202f345"], ",", "\u202f"),
        (["1'234.50"], ".", "'"),
        (["12", "7"], ".", ""),
        (["06.2023", "12.2023"], ".", ""),
        (["-1,5 "], ",", ""),
    ],
)
def test_one_clear_number_decides_for_the_file(cells: list[str], decimal: str, thousands: str) -> None:
    tally = Tally()
    tally.add(cells)
    numbers = tally.numbers()

    assert (numbers.decimal, numbers.thousands, numbers.undecided) == (decimal, thousands, False)


@pytest.mark.parametrize("cells", [["1.234"], ["1,234", "2,000"], ["1,5", "1.5"], ["1.234,5", "1.5"]])
def test_what_is_not_clear_is_not_guessed(cells: list[str]) -> None:
    tally = Tally()
    tally.add(cells)

    assert tally.numbers().undecided
    assert not tally.numbers(decimal=",", thousands=".").undecided
    assert tally.numbers(decimal=",").thousands in (".", "")


def test_numbers_count_where_they_are_read_as_numbers() -> None:
    text = 'id,kapitel,zahl\na,1.5,"1,5"\nb,2.1,"2,5"\n'

    assert found(text).numbers.undecided
    assert found(text, columns={"zahl"}, number_columns={"zahl"}).numbers.decimal == ","
    assert found(text, number_columns=()).numbers == Numbers()


# --- the report


def test_the_report_names_what_was_found_and_on_what_evidence_and_quotes_nothing() -> None:
    text = "Bericht;;\n\nKennung;Titel;Zahl\np1;Müller;1.234,5\np2;x;7\n"
    result = detect(text.encode("cp1252"))

    assert not result.is_plain
    for part in ("Windows-1252", "Zeile 4", "Semikolon", "Kopfzeile in Zeile 3", "1.234,5", "1 mit Dezimalkomma"):
        assert part in result.sentence
    assert "Müller" not in result.sentence


def test_what_is_pinned_is_not_reported_and_a_plain_file_is_plain() -> None:
    pins = Pins(encoding="cp1252", delimiter=";", quote='"', header_row=1, decimal=",", thousands=".")

    assert detect(TEXT.encode("cp1252"), pins).sentence == ""
    assert detect(TEXT.encode("cp1252"), pins).is_plain
    assert not detect(TEXT.encode("cp1252"), replace(pins, encoding=None)).is_plain
    assert found("id,name,zahl\na,b,1.5\n").is_plain


# --- everything we promise

_WORDS = st.text("abcäöüÄÖÜß€–„“ xyz.,;|\t'\"()0123456789-\n", min_size=1, max_size=12).filter(lambda each: each.strip() == each)
_TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(_WORDS, min_size=width, max_size=width), min_size=3, max_size=12).map(lambda rows: (width, rows))
)


@given(
    _TABLES,
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]),
    st.sampled_from([";", ",", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(['"', "'"]),
    st.integers(0, 3),
)
def test_what_is_written_in_any_dialect_we_promise_is_read_back(
    table: tuple[int, list[list[str]]], codec: str, delimiter: str, end: str, quote: str, titles: int
) -> None:
    width, rows = table
    names = [f"Spalte {chr(ord('A') + number)} für Bäume" for number in range(width)]
    target = io.StringIO(newline="")
    target.write(f"Bericht{end}" * titles)
    csv.writer(target, delimiter=delimiter, quotechar=quote, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([names, *rows])
    content = target.getvalue().encode(codec)

    result = detect(content, columns=frozenset(names), number_columns=())
    read = list(records(content, result.encoding, result.delimiter, result.quote))

    assert (result.delimiter, result.quote, result.header_row) == (delimiter, quote, titles + 1)
    assert read[result.header_row - 1 :] == [names, *rows]


@given(st.binary(max_size=300))
def test_any_bytes_are_described_or_refused(content: bytes) -> None:
    try:
        result = detect(content)
    except BrokenFile as error:
        assert error.detail  # noqa: PT017  either outcome is right; another exception is not
        return
    assert result.header_row >= 1
