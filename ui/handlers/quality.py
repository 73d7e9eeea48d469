"""The numbers of a project: the model against people, people against each other, and what a correction takes."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from storage import Output, Record
from ui import render
from ui.messages import PageError
from ui.quality import Agreement, Quality, agreements, judged
from ui.services import Services

if TYPE_CHECKING:
    import pandas as pd

PARTS = {"All submitted records": None, "Held-out records only": "test"}
"""What the page offers → the split; of records that a model has learned from, its own figures say little."""
MOST_CONFUSIONS = 12
FEW = 20


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the page shows.

    Attributes:
        tables: As safe HTML.
        sweep: Columns threshold, value, measure; None where the model found nothing that has a confidence.
    """

    tables: str
    sweep: pd.DataFrame | None


def numbers_of(services: Services, project: str, part: str) -> Numbers:
    """Compute them; reads the store.

    Args:
        services: The store.
        project: Its name.
        part: One of `PARTS`.

    Raises:
        PageError: If nothing is submitted that a model has read, or the part is none.
        StorageError: If the store cannot be read.
    """
    if part not in PARTS:
        raise PageError(f"Choose one of {', '.join(PARTS)}.")
    store = services.store()
    records = [one for one in store.annotated(project) if PARTS[part] in (None, one.split)]
    read = [one for one in records if one.prediction is not None]
    if not records:
        raise PageError(f"“{project}” has no submitted records{' that are held out' if PARTS[part] else ''} yet.")
    parts = []
    quality = judged([(_made(one), one.prediction or Output()) for one in read], least_asked(read)) if read else None
    if quality is not None:
        parts += [_about(read), *_quality_tables(quality)]
    parts += _agreement_table(agreements(_by_record(records)))
    seconds = store.seconds(project)
    if seconds:
        parts.append(
            f"<p>A correction took {statistics.median(seconds):,.0f} seconds (median of {len(seconds):,}, from opening the "
            "record to submitting it).</p>"
        )
    return Numbers(f'<div class="wb-scores">{"".join(parts)}</div>', _sweep(quality) if quality else None)


def least_asked(records: Iterable[Record]) -> float:
    """Return the highest threshold with which any of these predictions was asked: below it, some were not kept."""
    asked = [one.checkpoint.params.get("threshold") for one in records if one.checkpoint is not None]
    return max((one for one in asked if isinstance(one, (int, float))), default=0.0)


def _made(record: Record) -> Output:
    return record.head.output if record.head is not None else Output()


def _by_record(records: Iterable[Record]) -> dict[int, dict[str, Output]]:
    found: dict[int, dict[str, Output]] = {}
    for one in records:
        if one.head is not None:
            found.setdefault(one.id, {})[one.head.annotator] = one.head.output
    return found


def _about(records: Sequence[Record]) -> str:
    names = dict.fromkeys(one.checkpoint.name for one in records if one.checkpoint is not None)
    words = f"{render.counted(len(records), 'record', 'records')}, read by {', '.join(names)}."
    if len(records) < FEW:
        words += " Too few to tell: one record more or less can change a figure by a lot."
    return f"<p>{escape(words)}</p>"


def _quality_tables(quality: Quality) -> list[str]:
    parts = []
    found = quality.found
    if found.micro.gold or found.micro.predicted:
        rows = [("all", found.micro), *sorted(found.per_label.items(), key=lambda row: (-row[1].gold, row[0]))]
        cells = [
            [label, f"{one.gold:,}", f"{one.predicted:,}", _percent(one.precision), _percent(one.recall), _percent(one.f1)]
            for label, one in rows
        ]
        headers = ("Label", "True", "Found", "Precision", "Recall", "F1")
        parts.append(
            _table("What the model found against what people submitted, in percent; exact places count", headers, cells)
        )
    for task, scores in quality.tasks.items():
        cells = [["all", f"{len(scores.is_right):,}", _percent(scores.accuracy)]]
        cells += [[label, f"{one.gold:,}", _percent(one.f1)] for label, one in scores.matches.per_label.items()]
        parts.append(_table(f"Task {task}: accuracy, and F1 of each label, in percent", ("Label", "True", "Score"), cells))
    if quality.confusions:
        cells = [[one.human, one.model, f"{one.number:,}"] for one in quality.confusions[:MOST_CONFUSIONS]]
        parts.append(_table("What was taken for what", ("People say", "The model says", "Times"), cells))
    if found.micro.predicted:
        best, first = quality.best, quality.sweep[0]
        parts.append(
            f"<p>The best threshold on these records is {best.threshold:.2f}, with F1 {_percent(best.counts.f1)}; "
            f"{first.threshold:.2f} gives {_percent(first.counts.f1)}. What is below {first.threshold:.2f} was not kept "
            "when the texts were read.</p>"
        )
    return parts


def _agreement_table(found: Sequence[Agreement]) -> list[str]:
    if not found:
        return ["<p>No record was submitted by two people, so that there is no agreement to measure.</p>"]
    cells = [
        [
            f"{one.first}, {one.second}", f"{one.records:,}", "–" if one.f1 is None else _percent(one.f1),
            ", ".join(f"{task}: {'–' if value is None else f'{value:.2f}'}" for task, value in one.kappas.items()) or "–",
        ]
        for one in found
    ]  # fmt: skip
    return [_table("How far two people agree", ("People", "Records of both", "F1", "Cohen's kappa"), cells)]


def _table(caption: str, headers: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    head = "".join(
        f'<th scope="col"{" class=wb-what" if index == 0 else ""}>{escape(name)}</th>' for index, name in enumerate(headers)
    )
    body = "".join(
        f'<tr><th scope="row" class="wb-what">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in cells
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _sweep(quality: Quality) -> pd.DataFrame | None:
    if not quality.found.micro.predicted:
        return None
    import pandas as pd

    rows: list[dict[str, Any]] = [
        {"threshold": point.threshold, "percent": 100 * value, "measure": name}
        for point in quality.sweep
        for name, value in (("precision", point.counts.precision), ("recall", point.counts.recall), ("F1", point.counts.f1))
    ]
    return pd.DataFrame(rows)
