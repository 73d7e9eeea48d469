"""Training runs as the page shows them: where one stands, what it gained, all of them in a table."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ui import render
from ui.handlers.pushing import with_card
from ui.messages import PageError
from ui.run_files import RunFiles, Standing
from ui.run_scores import Group, Score, scores_of
from ui.services import Services

if TYPE_CHECKING:
    import pandas as pd

    from storage.runs import Run

CHOSEN = "chosen for you"
METHODS: Mapping[str, str | None] = {
    CHOSEN: None,
    "everything (full)": "full",
    "low-rank updates (lora)": "lora",
    "the heads alone (heads)": "heads",
}
"""What the page offers → method."""
STATES: Mapping[str, str] = {
    "waiting": "waits", "running": "goes on", "done": "done", "failed": "failed", "cancelled": "cancelled",
}  # fmt: skip
STAGES: Mapping[str, str] = {
    "": "Starting…", "before": "Scoring the model as it is…", "training": "Learning", "after": "Scoring what it learned…",
    "curve": "Learning from parts of the records, for the curve…",
}  # fmt: skip
HEADERS = ("No.", "Model", "State", "Learns from", "Held out", "General")


def settings_of(method: str, epochs: str, encoder_lr: str, head_lr: str, replay: str) -> dict[str, str | float]:
    """Return the advanced settings that are typed; the others are chosen by the number of records.

    Raises:
        PageError: If one is no number, or out of range.
    """
    if method not in METHODS:
        raise PageError(f"Unknown method “{method}”. Choose one of: {'; '.join(METHODS)}.")
    chosen = METHODS[method]
    settings: dict[str, str | float] = {} if chosen is None else {"method": chosen}
    numbers = (
        ("epochs", epochs, "The number of passes", 0.0, 1_000.0),
        ("encoder_learning_rate", encoder_lr, "The encoder's learning rate", 0.0, 1.0),
        ("head_learning_rate", head_lr, "The heads' learning rate", 0.0, 1.0),
        ("replay", replay, "The number of general examples per record", -1.0, 100.0),
    )
    for name, typed, words, above, most in numbers:
        if not (typed or "").strip():
            continue
        value = _number(typed)
        if value is None or not max(above, 0.0) <= value <= most or value == above:
            least = "at least 0" if above < 0 else "greater than 0"
            raise PageError(
                f"{words} must be {least} and at most {most:g}, got “{typed.strip()}”. Leave it empty to have it chosen."
            )
        settings[name] = value
    return settings


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def start_run(
    services: Services, project: str, model: str, name: str, settings: Mapping[str, str | float], *, with_curve: bool = False
) -> tuple[int, str]:
    """Put a run into the queue.

    Returns:
        Its number, and what it will do in words.

    Raises:
        PageError: If there is too little to learn from.
        StorageError: If it cannot be stored.
    """
    run = services.trainer.start(project, model, name or f"{project} model", settings, with_curve=with_curve)
    counts = run.config["records"]
    from gliner2_core.training.advice import counted  # torch loads when it is needed

    n_learned, n_dev = counted(counts["train"], counts["dev"])
    stopping = f"{n_dev} to stop by" if n_dev else "too few to stop by, so a fixed number of passes is made"
    words = (
        f"Run {run.id} makes “{run.name}” from {run.base}: {render.counted(n_learned, 'record', 'records')} to learn from, "
        f"{counts['test']} held out to measure, {stopping}."
    )
    for reason, number in run.config["left_out"].items():
        words += f" {number} left out: {reason}."
    return run.id, words


def rows(runs: Sequence[Run]) -> list[list[Any]]:
    """Return a row per run: see `HEADERS`."""
    return [
        [run.id, run.name, STATES[run.status], run.config.get("records", {}).get("train", ""), _gain(run), _general(run)]
        for run in runs
    ]


def progress_words(run: Run, standing: Standing) -> str:
    """Return where a run stands, as safe HTML."""
    if run.status == "waiting":
        return render.note(f"“{run.name}” waits for the run before it.")
    if run.status == "failed":
        return render.problem(f"“{run.name}” failed. {run.message}")
    if run.status == "cancelled":
        return render.note(f"“{run.name}” was cancelled after {standing.step} steps. “Resume” goes on there.")
    if run.status == "done":
        gain = f"held-out score {_gain(run)}" if _gain(run) else "nothing was held out to measure it"
        return render.note(f"“{run.name}” is done: {gain}.")
    words = STAGES[standing.stage]
    if standing.stage != "training" or not standing.steps:
        return render.progress(f"“{run.name}”: {words}", 0.0 if standing.stage in ("", "before") else 1.0)
    left = "" if standing.seconds_left is None else f", {standing.seconds_left:,.0f} s left at most"
    return render.progress(
        f"“{run.name}”: step {standing.step} of at most {standing.steps}{left}", standing.step / standing.steps
    )


def curves(standing: Standing) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the losses and the scores by step."""
    import pandas as pd

    losses = pd.DataFrame({"step": [one.step for one in standing.losses], "loss": [one.value for one in standing.losses]})
    scores = pd.DataFrame(
        {"step": [one.step for one in standing.scores], "score": [100 * one.value for one in standing.scores]}
    )
    return losses, scores


def standing_of(run: Run) -> Standing:
    """Read where a run stands."""
    return RunFiles(Path(run.folder)).standing()


def score_table(run: Run) -> str:
    """Return the scores before and after as a table, with what must be known to trust them, as safe HTML."""
    if not run.metrics:
        return ""
    body = [row for group in scores_of(run.metrics) for row in _group_rows(group)]
    if curve := run.metrics.get("curve"):
        body.append(
            '<tr class="wb-head-row"><th scope="row" class="wb-what" colspan="4">Is more labelling worth it?</th></tr>'
        )
        body += [_point(one["records"], one["score"]) for one in curve]
    warnings = "".join(f"<p>{escape(words.capitalize())}.</p>" for words in run.metrics["warnings"])
    return (
        '<div class="wb-scores"><table><caption>Before and after, in percent: records it never learned from, then everyday '
        'texts, to tell what it forgot</caption><thead><tr><th scope="col" class="wb-what">What</th><th scope="col">On</th>'
        '<th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>'
        + "".join(body)
        + f"</tbody></table>{warnings}</div>"
    )


def archive_of(run: Run, folder: Path) -> Path:
    """Return a zip of a run's checkpoint with its model card.

    Raises:
        PageError: If there is none.
    """
    checkpoint = with_card(run)
    name = "".join(one if one.isalnum() else "-" for one in run.name).strip("-") or "model"
    return Path(shutil.make_archive(str(folder / name), "zip", checkpoint))


def _group_rows(group: Group) -> list[str]:
    whole = group.whole
    if group.metric is None:
        return [_row(f"general {whole.name}", f"{whole.number} texts", whole, is_head=True)]
    found = [_row(f"{whole.name} ({group.metric})", f"{whole.number} records", whole, is_head=True)]
    found += [_row(one.name, f"{one.number} true", one) for one in group.labels]
    if group.unseen:
        words = escape(f"None held out of: {', '.join(group.unseen)}")
        found.append(f'<tr class="wb-part"><th scope="row" class="wb-what" colspan="4">{words}</th></tr>')
    return found


def _row(name: str, support: str, score: Score, *, is_head: bool = False) -> str:
    kind = "wb-head-row" if is_head else "wb-part"
    change = 100 * (score.after - score.before)
    sign = "" if abs(change) < 0.05 else f" <small>({change:+.1f})</small>"
    return (
        f'<tr class="{kind}"><th scope="row" class="wb-what">{escape(name)}</th><td>{escape(support)}</td>'
        f"<td>{100 * score.before:.1f}</td><td>{100 * score.after:.1f}{sign}</td></tr>"
    )


def _point(n_records: int, score: float) -> str:
    return (
        f'<tr class="wb-part"><th scope="row" class="wb-what">learned from {n_records}</th><td>same held-out records</td>'
        f"<td></td><td>{100 * score:.1f}</td></tr>"
    )


def _gain(run: Run) -> str:
    """Return the mean score of the held-out tasks before and after, in words."""
    before, after = (
        ({name: one["score"] for name, one in run.metrics["test"][when].items()} for when in ("before", "after"))
        if run.metrics
        else ({}, {})
    )
    if not after:
        return ""
    mean = [100 * sum(scores.values()) / len(scores) for scores in (before, after)]
    return f"{mean[0]:.1f} → {mean[1]:.1f} %"


def _general(run: Run) -> str:
    if not run.metrics:
        return ""
    before, after = (100 * run.metrics["general"][when]["entities"] for when in ("before", "after"))
    return f"{before:.1f} → {after:.1f} %"
