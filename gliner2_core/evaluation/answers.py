"""Answers kept beside a report while it is made, so that an interrupted evaluation goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gliner2_core.errors import DataError
from gliner2_core.predictions import Prediction

_PREDICTION = TypeAdapter(Prediction)


class Answers:
    """The answers of a run, set by set; a file keeps them where one is given.

    The file's first line says what was asked; every other line is one answer. A line cut off by a kill is asked again.

    Args:
        path: JSONL file; None keeps nothing.
        run: What the answers depend on: model, threshold, limit. A file of another run is not touched.

    Raises:
        DataError: If the file belongs to another run.
    """

    def __init__(self, path: Path | None = None, run: Mapping[str, Any] | None = None) -> None:
        self._path = path
        self._kept: dict[str, list[tuple[Prediction, float]]] = {}
        if path is None:
            return
        head = {"run": dict(run or {})}
        if path.exists():
            lines = list(_whole_lines(path))
            if lines and lines[0] != head:
                raise DataError(
                    f"{path} keeps the answers of another run ({json.dumps(lines[0].get('run'))}); "
                    "delete it, or write the report to another file"
                )
            for line in lines[1:]:
                self._kept.setdefault(line["set"], []).append((_prediction(line, path), float(line["seconds"])))
            _write(path, [head, *lines[1:]])
        else:
            _write(path, [head])

    def kept(self, name: str) -> list[Prediction]:
        """Return the answers of a set that an earlier run gave, in order."""
        return [prediction for prediction, _ in self._kept.get(name, [])]

    def seconds(self, name: str) -> float:
        """Return how long these took."""
        kept = self._kept.get(name)
        return kept[-1][1] if kept else 0.0

    def add(self, name: str, prediction: Prediction, seconds: float) -> None:
        """Keep the next answer of a set.

        Args:
            name: Of the set.
            prediction: The answer.
            seconds: Since the set was begun, earlier runs included.
        """
        if self._path is not None:
            line = {"set": name, "seconds": seconds, "answer": _PREDICTION.dump_python(prediction, mode="json")}
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Remove the file: the report is written."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)


def _prediction(line: Mapping[str, Any], path: Path) -> Prediction:
    try:
        return _PREDICTION.validate_python(line["answer"])
    except ValidationError as error:
        raise DataError(f"{path}: an answer cannot be read ({error.error_count()} faults); delete the file") from error


def _whole_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            try:
                found = json.loads(line)
            except ValueError:
                return
            if not isinstance(found, dict) or not line.endswith("\n"):
                return
            yield found


def _write(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    part.replace(path)
