"""Answers requests on standard input with one of both packages, and says how long each took.

`python runtime_worker.py gliner2|gliner2_core FOLDER [OPTIONS]`. Knows neither, beyond the names that they have in common;
OPTIONS are those of `from_pretrained`, as JSON.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time

BEGAN = time.perf_counter()


def main(package: str, folder: str, options: str = "{}") -> None:
    """Load the model, answer line by line: milliseconds, answer, peak memory in MB; the first line is about the start."""
    answers, sys.stdout = sys.stdout, sys.stderr
    import torch

    torch.set_num_threads(2)
    model = importlib.import_module(package).GLiNER2.from_pretrained(folder, **json.loads(options))
    shown = {"include_confidence": True, "include_spans": True}
    for line in sys.stdin:
        asked = json.loads(line)
        how = {"threshold": asked["threshold"], **shown}
        started = time.perf_counter()
        if isinstance(asked["texts"], str):
            answer = model.extract_entities(asked["texts"], asked["labels"], **how)
        else:
            answer = model.batch_extract_entities(asked["texts"], asked["labels"], batch_size=asked["batch_size"], **how)
        ended = time.perf_counter()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told = {"ms": 1000 * (ended - started), "since_start_ms": 1000 * (ended - BEGAN), "peak_mb": peak, "answer": answer}
        print(json.dumps(told), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
