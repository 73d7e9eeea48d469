"""What the page says of the backup."""

from __future__ import annotations

import html

from ui.messages import sentence
from ui.services import Services


def backup_words(services: Services) -> str:
    """Return the state of the backup as safe HTML; empty where there is none to speak of."""
    keeper = services.keeper
    if keeper is None:
        return ""
    state = keeper.state
    last = "There is no backup yet." if state.last_good is None else f"The last backup is from {_ago(state.age_s() or 0)}."
    if state.error:
        words = "What is corrected since then lies on this server alone." if state.is_ready else "Nothing can be stored yet."
        return _line(f"The backup fails: {sentence(state.error)} {last} {words} It is tried again.", is_problem=True)
    if not state.is_ready:
        return _line("The backup is being read…")
    if state.refused:
        last += f" {len(state.refused)} newer ones were refused, because they are damaged: {sentence(state.refused[0])}"
    minutes = "minute" if keeper.minutes == 1 else f"{keeper.minutes:g} minutes"
    if state.has_unsaved:
        lost = (
            f"at most the last {minutes} or {keeper.submits} saved corrections are lost if this server stops without warning"
        )
        words = (
            f"{last} Changes since then are not in it yet: {lost}." if state.last_good else f"{last} Until there is, {lost}."
        )
    else:
        words = f"{last} Everything is in it." if state.last_good else "There is nothing to back up yet."
    return _line(words, is_problem=bool(state.refused))


def _line(words: str, *, is_problem: bool = False) -> str:
    role, more = ("alert", " wb-problem") if is_problem else ("status", "")
    return f'<p class="wb-status{more}" role="{role}">{html.escape(words)}</p>'


def _ago(seconds: float) -> str:
    if seconds < 60:
        return "less than a minute ago"
    minutes = int(seconds // 60)
    if minutes < 120:
        return "a minute ago" if minutes == 1 else f"{minutes} minutes ago"
    return f"{minutes // 60} hours ago"
