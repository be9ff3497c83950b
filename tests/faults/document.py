"""The table of docs/reliability.md: `python -m tests.faults.document` writes it anew from the list of faults."""

from collections.abc import Iterator
from pathlib import Path

from tests.faults.table import MACHINE_FAULTS, SOURCE_FAULTS, Fault, MachineFault

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"
_HEAD = ("| fault | klar | outcome | message | test |", "|---|---|---|---|---|")


def table() -> str:
    rows = "\n".join([*_HEAD, *(_row(each) for each in SOURCE_FAULTS)])
    machine = "\n".join([*_HEAD, *(_row(each) for each in MACHINE_FAULTS)])
    return f"### What sources do\n{rows}\n\n### What happens to klar\n{machine}\n"


def written(text: str) -> str:
    """The document with the table of today."""
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}\n{table()}{END}{rest.partition(END)[2]}"


def _row(fault: Fault | MachineFault) -> str:
    cells = [f"**{fault.name}**: {fault.does}", fault.klar, _outcome(fault), _message(fault.message), f"`{_short(fault.test)}`"]
    return f"| {' | '.join(each.replace('|', chr(92) + '|') for each in cells)} |"


def _outcome(fault: Fault | MachineFault) -> str:
    outcomes = [fault.outcome] if isinstance(fault, Fault) else fault.outcomes
    return ", ".join(f"`{each.value}`" for each in outcomes) + ("".join(_waits(fault)) if isinstance(fault, Fault) else "")


def _waits(fault: Fault) -> Iterator[str]:
    if fault.holds:
        yield f"; plan waits ({', '.join(fault.holds)})"
    if fault.waiting:
        yield f"; Prüfliste ({', '.join(dict.fromkeys(code for _, code in fault.waiting))})"


def _message(pattern: str) -> str:
    return pattern.replace("*", "…") or "–"


def _short(test: str) -> str:
    return test.replace("::test_", "::")


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
