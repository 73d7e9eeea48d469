"""How good is a checkpoint: on a user's own records, or on public benchmark sets."""

from gliner2_core.evaluation.json_files import write_json
from gliner2_core.evaluation.latency import Latency, measure_latency
from gliner2_core.evaluation.markdown import to_markdown
from gliner2_core.evaluation.report import Report, SetReport, TaskReport
from gliner2_core.evaluation.runner import evaluate_examples, run_suite
from gliner2_core.evaluation.suites import SUITES, asks_latency, sets_named

__all__ = [
    "SUITES",
    "Latency",
    "Report",
    "SetReport",
    "TaskReport",
    "asks_latency",
    "evaluate_examples",
    "measure_latency",
    "run_suite",
    "sets_named",
    "to_markdown",
    "write_json",
]
