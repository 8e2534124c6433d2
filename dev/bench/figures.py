"""Figures and how they are shown: medians of rounds with their noise, in Markdown tables."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement repeated: its median, and the middle half's spread as a share of it."""

    median: float
    noise: float

    @property
    def noise_text(self) -> str:
        return f"±{self.noise / 2:.0%}"


def figure(values: Sequence[float]) -> Figure:
    """Of at least two values."""
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return Figure(middle, (high - low) / middle if middle else 0.0)


def table(headings: Sequence[str], rows: Sequence[Sequence[object]], texts: int = 1) -> str:
    """A Markdown table, whose columns but the first few are aligned to the right."""
    cells = [[str(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    rule = ["-" * width if column < texts else "-" * (width - 1) + ":" for column, width in enumerate(widths)]
    lines = [cells[0], rule, *cells[1:]]
    return "\n".join(f"| {' | '.join(_pad(line, widths, texts))} |" for line in lines)


def _pad(cells: Sequence[str], widths: Sequence[int], texts: int) -> list[str]:
    padded = enumerate(zip(cells, widths, strict=True))
    return [cell.ljust(width) if column < texts else cell.rjust(width) for column, (cell, width) in padded]
