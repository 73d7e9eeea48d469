"""Reports as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from gliner2_core.evaluation.latency import WORDS
from gliner2_core.evaluation.report import Report, SetReport, TaskReport

_SUMMARY = ("set", "task", "records", "labels", "metric", "score", "95 % interval", "seconds")
_LATENCY = ("task", "labels", "p50", "p95")
_LABELS = ("label", "precision", "recall", "F1", "support")


def to_markdown(report: Report, *, per_label: bool = True) -> str:
    """Write a report for people.

    Args:
        report: What to write.
        per_label: Add a table of labels for each task.

    Returns:
        Markdown, ended by a line break; scores in percent.
    """
    revision = f" ({report.revision})" if report.revision else ""
    lines = [
        f"# Evaluation of {report.checkpoint}{revision}",
        "",
    ]
    if report.sets:
        lines += [
            f"Threshold {report.threshold:g}; {report.precision}; "
            + ("all records." if report.limit is None else f"at most {report.limit} records per set."),
            "",
            *_table(_SUMMARY, [_summary(one, task) for one in report.sets for task in one.tasks]),
            "",
        ]
    if report.averages:
        lines += [f"- mean {name}: {_percent(score)}" for name, score in report.averages.items()] + [""]
    if report.latency:
        rows = [(one.task, str(one.labels), f"{one.p50_ms:.1f}", f"{one.p95_ms:.1f}") for one in report.latency]
        lines += [f"One text of {WORDS} words, milliseconds:", "", *_table(_LATENCY, rows), ""]
    for one in report.sets:
        if one.windowed:
            lines.append(f"- {one.name}: records longer than the model's window, read in parts: {one.windowed}")
        lines += [f"- {one.name}: {note}" for note in one.notes]
    if per_label:
        for one in report.sets:
            for task in one.tasks:
                lines += ["", f"## {one.name}: {task.task}", "", *_label_table(task)]
    return "\n".join(lines).replace("\n\n\n", "\n\n").rstrip() + "\n"


def _summary(one: SetReport, task: TaskReport) -> tuple[str, ...]:
    interval = f"{_percent(task.interval.low)}–{_percent(task.interval.high)}"
    return (
        one.name,
        task.task,
        str(task.records),
        str(len(task.labels)),
        task.metric,
        _percent(task.score),
        interval,
        f"{one.duration_s:.1f}",
    )


def _label_table(task: TaskReport) -> list[str]:
    rows = [
        (label, _percent(row["precision"]), _percent(row["recall"]), _percent(row["f1"]), str(row["support"]))
        for label, row in task.scores["per_label"].items()
    ]
    rows.append(("macro F1", "", "", _percent(task.scores["macro_f1"]), str(task.support)))
    return _table(_LABELS, rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows)]


def _row(cells: Sequence[str]) -> str:
    escaped = [cell.replace("|", "\\|").replace("\n", " ") for cell in cells]
    return "| " + " | ".join(escaped) + " |"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
