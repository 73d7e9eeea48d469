"""How good is a checkpoint: on a user's own records, or on public benchmark sets."""

from gliner2_core.evaluation.markdown import to_markdown, write_json
from gliner2_core.evaluation.report import Report, SetReport, TaskReport
from gliner2_core.evaluation.runner import evaluate_examples, run_suite
from gliner2_core.evaluation.suites import SUITES, sets_named

__all__ = [
    "SUITES",
    "Report",
    "SetReport",
    "TaskReport",
    "evaluate_examples",
    "run_suite",
    "sets_named",
    "to_markdown",
    "write_json",
]
