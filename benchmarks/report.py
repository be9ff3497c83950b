"""What was measured, as rows of docs/performance.md."""

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_BEGIN, _END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True)
class Measurement:
    what: str
    value: float
    unit: str
    ratio: str


def figure(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def record(path: Path, measurements: Iterable[Measurement], *, cores: int, on: date) -> None:
    """Put the table between the two markers of the document; the words around it stay."""
    before, rest = path.read_text(encoding="utf-8").split(_BEGIN)
    after = rest.split(_END)[1]
    lines = [
        f"Measured on {on.isoformat()}, {cores} cores, Python {platform.python_version()}.",
        "",
        "| what | value | ratio |",
        "|---|--:|---|",
    ]
    lines += [f"| {each.what} | {figure(each.value)} {each.unit} | {each.ratio} |" for each in measurements]
    path.write_text(f"{before}{_BEGIN}\n" + "\n".join(lines) + f"\n{_END}{after}", encoding="utf-8")
