"""The invented survey of the example: as many persons as the published totals of the Rütschhofstraße survey say, and nobody's answers.

Published (shared facts, `kl/results.csv`): 893 persons; 40 % satisfied, 52 % dissatisfied; 70 % of cyclists satisfied, 89 % of drivers
dissatisfied; 20 mostly on foot. Everything else (districts, ages, genders, months, ways) is drawn from weights made up here, the same in
every run. `python -m tests.synthetic` prints the file that the example holds.
"""

import csv
import io
import random
import sys

HEADER = (
    "synthetisch", "nr", "verfahren", "person", "frage", "antwort", "verkehrsmittel",
    "ortsbezirk", "alter", "geschlecht", "monat", "weg",
)  # fmt: skip
#: (means of transport, answer) -> persons; adds up to the published shares.
_ANSWERS = {
    ("rad", "zufrieden"): 324, ("rad", "teils"): 50, ("rad", "unzufrieden"): 89,
    ("pkw", "zufrieden"): 25, ("pkw", "teils"): 20, ("pkw", "unzufrieden"): 365,
    ("fuss", "zufrieden"): 8, ("fuss", "teils"): 2, ("fuss", "unzufrieden"): 10,
}  # fmt: skip
_DISTRICTS = {
    "innenstadt": 38, "erzhuetten-wiesenthalerhof": 25, "siegelbach": 8, "erfenbach": 7, "hohenecken": 5, "einsiedlerhof": 5,
    "morlautern": 4, "dansenberg": 2, "erlenbach": 2, "moelschbach": 1, "": 3,
}  # fmt: skip
_AGES = {"unter 18": 3, "18-29": 15, "30-44": 27, "45-59": 28, "60-74": 19, "75 und mehr": 5, "": 3}
_GENDERS = {"w": 44, "m": 49, "d": 1, "": 6}
_MONTHS = {"2023-04": 50, "2023-05": 35, "2023-06": 15}
_WAYS = {"online": 88, "papier": 12}


def rows() -> list[tuple[str, ...]]:
    chance = random.Random(893)
    answers = [pair for pair, persons in _ANSWERS.items() for _ in range(persons)]
    chance.shuffle(answers)
    made = []
    for number, (way, answer) in enumerate(answers, start=1):
        drawn = [chance.choices(list(each), list(each.values()))[0] for each in (_DISTRICTS, _AGES, _GENDERS, _MONTHS, _WAYS)]
        made.append(("ja", str(number), "ruetschhofstrasse-2023", f"erfunden-{number:03}", "zufriedenheit", answer, way, *drawn))
    return made


def content() -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEADER, *rows()])
    return out.getvalue()


if __name__ == "__main__":
    sys.stdout.write(content())
