"""What the check finds and what it wrongly takes for personal: counted, with limits it may not fall below."""

import hashlib
import json
from collections.abc import Callable

import pytest

from schemas.personal_data import Detector, Hit, masked
from tests.schemas.personal_data import clean, fresh, frozen, grown
from tests.schemas.personal_data.handwritten import GAPS, SENTENCES
from tests.schemas.personal_data.measure import false_alarms, measure

#: The frozen half may never be made easier: this stood before the first pattern did.
FROZEN_DIGEST = "eaa543d0ad89d0965a3e0b52d22f23e22dd83b2021812157c31b3e70264aa584"
#: The third set as it was measured first, before the detector was changed for it.
FRESH_DIGEST = "55ca086efb16b9afa89f09460748f4a5fe606589734043d7591c677641c0450b"
LEAST = {"email": 0.99, "phone": 0.99, "iban": 0.99, "plate": 0.95, "address": 0.95}
OTHERS = 0.9  # of a kind for which no figure was promised; names without a word beside them are only measured
HALVES = {"frozen half": frozen.planted_values, "grown half": grown.planted_values}
#: In the third set half of the telephone numbers that a line break cuts stand beside no word that tells them from a column of numbers.
LEAST_FRESH = {**LEAST, "phone": 0.97}
CLEAN = {
    "lookalikes": clean.LOOKALIKES,
    "second look": clean.SECOND_LOOK,
    "prose": clean.PROSE,
    "numbers of offices": clean.numbers_of_offices(),
    "bundled example": clean.example_texts(),
    "third set": fresh.CLEAN,
}
Record = Callable[[str, object], None]


class Off(Detector):
    """The negative control: a check that is switched off."""

    def find(self, text: str, *, heading: str = "") -> tuple[Hit, ...]:
        return ()


def test_the_frozen_half_is_the_one_from_before_the_detector() -> None:
    values = [[each.kind, each.text, each.start, each.end] for each in frozen.planted_values()]

    assert hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest() == FROZEN_DIGEST


def test_the_third_set_is_the_one_that_was_measured_first() -> None:
    values = [[each.kind, each.text, each.start, each.end] for each in fresh.values()]

    assert hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest() == FRESH_DIGEST


def test_values_in_the_dress_of_editors_and_mail_programs_are_found(record_property: Record) -> None:
    """After the detector was mended for them: docs/personal-data.md gives the figures from before, too."""
    measured = measure(Detector(), fresh.values())

    for line in measured.lines("third set"):
        record_property("summary", line)
    assert measured.planted.total() > 600
    assert {kind: measured.recall(kind) for kind in measured.planted if measured.recall(kind) < LEAST_FRESH.get(kind, OTHERS)} == {}
    assert {kind for kind in measured.planted if measured.coverage(kind) < 0.95} <= {"salutation"}, "a couple is two hits"


@pytest.mark.parametrize("half", HALVES)
def test_planted_values_are_found_as_often_as_promised(half: str, record_property: Record) -> None:
    measured = measure(Detector(), HALVES[half]())

    for line in measured.lines(half):
        record_property("summary", line)
    promised = {kind: LEAST.get(kind, OTHERS) for kind in measured.planted if kind != "bare name"}
    assert measured.planted.total() > 400
    assert [each.text for each in measured.missed if measured.recall(each.kind) < promised.get(each.kind, 0)] == []
    assert {kind: measured.coverage(kind) for kind in promised if measured.coverage(kind) < 0.95} == {}


def test_sentences_written_by_hand_are_recognised(record_property: Record) -> None:
    detector = Detector()

    missed = [(kind, text) for kind, text in SENTENCES if kind not in {hit.kind.value for hit in detector.find(text)}]

    record_property("summary", f"personal data, by hand: {len(SENTENCES) - len(missed)} of {len(SENTENCES)} sentences recognised")
    assert len(missed) <= 0.05 * len(SENTENCES), missed


def test_known_gaps_are_still_gaps() -> None:
    """Whoever closes one moves it to SENTENCES, so that the list stays true."""
    detector = Detector()

    assert [text for kind, text in GAPS if kind in {hit.kind.value for hit in detector.find(text)}] == []


def test_clean_texts_raise_few_false_alarms(record_property: Record) -> None:
    detector = Detector()

    alarms = {name: false_alarms(detector, texts) for name, texts in CLEAN.items()}

    for name, texts in CLEAN.items():
        record_property("summary", f"personal data, clean, {name}: {len(alarms[name])} false alarms in {len(texts)} texts")
    total = sum(map(len, alarms.values()))
    without_example = sum(len(texts) for name, texts in CLEAN.items() if name != "bundled example")
    assert without_example > 500
    assert total < 0.02 * without_example, alarms
    assert alarms["bundled example"] == []


@pytest.mark.parametrize("half", HALVES)
def test_with_the_check_off_planted_values_go_through(half: str) -> None:
    values = HALVES[half]()

    assert measure(Off(), values).found.total() == 0
    assert all(each.value in masked(each.text, Off().find(each.text)) for each in values)


@pytest.mark.parametrize("half", HALVES)
def test_what_was_found_no_longer_stands_in_the_masked_text(half: str) -> None:
    detector = Detector()

    for each in HALVES[half]():
        hits = detector.find(each.text)
        if any(hit.start <= each.start and hit.end >= each.end for hit in hits):
            assert each.text[: each.start].count(each.value) or each.value not in masked(each.text, hits)


def test_clean_texts_would_not_be_clean_with_a_value_in_them() -> None:
    """Control for the clean texts: the same sentences do raise an alarm once there is a reason."""
    detector = Detector()

    assert all(detector.find(f"{text} anna.muster@example.org") for text in clean.PROSE)
