"""Texts to be corrected, and corrections made elsewhere, from a file into the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from gliner2_core import Schema
from gliner2_core.documents import BadLine, Document, kind_of, read_documents
from storage.errors import OutputError
from storage.output_checks import check_text
from ui import render
from ui.identity import annotator_of
from ui.messages import PageError
from ui.services import Services

TEXTS = "Texts (.txt with a text per line, .csv, .jsonl)"
FILE_FORMATS = {
    TEXTS: None,
    "Corrections of this workbench (JSONL)": "native",
    "Training data (GLiNER2 JSONL)": "gliner2",
    "Training data of GLiNER 1 (JSONL)": "gliner",
    "spaCy or Prodigy, with offsets (JSONL)": "spacy",
    "Label Studio (JSON)": "label-studio",
    "CoNLL, a word a line (BIO tags)": "conll",
}
"""What the page offers → format of the store; None for texts that nobody has corrected."""
CHUNK = 200
SHOWN_FAULTS = 20


def import_into(
    services: Services, project: str, annotator: str, path: str | None, kind: str, schema: Schema | None
) -> tuple[str, list[str]]:
    """Store the records of a file.

    Args:
        services: The store and the limits.
        project: Its name; made where missing.
        annotator: Whose the corrections are where the file does not say.
        path: The uploaded file.
        kind: One of `FILE_FORMATS`.
        schema: What every record is asked; None takes what the file says.

    Returns:
        What became of it, and what was wrong with which line.

    Raises:
        PageError: If there is no file, the kind is none, the name is missing, or texts come without a schema.
        DataError: If a file of texts is of another kind or has no text column.
        StorageError: If it cannot be read or stored.
    """
    if kind not in FILE_FORMATS:
        raise PageError(f"Unknown kind of file “{kind}”. Choose one of: {'; '.join(FILE_FORMATS)}.")
    if not path:
        raise PageError("Choose a file first.")
    size, limit = Path(path).stat().st_size, services.settings.max_file_bytes
    if size > limit:
        raise PageError(f"The file has {size / 1e6:,.0f} MB, {limit / 1e6:,.0f} MB are allowed here. Split it.")
    name, who, format_ = (project or "").strip(), annotator_of(annotator), FILE_FORMATS[kind]
    if not name or not who:
        raise PageError("Type a project's name and your own name first.")
    if format_ is None:
        if schema is None:
            raise PageError("Texts alone do not say what to look for. Choose the tab whose labels are asked.")
        return _import_texts(services, name, Path(path), schema)
    from storage.imports import import_file  # the database's libraries load when they are needed

    taken = import_file(
        services.store(), name, Path(path), format_, annotator=who, schema=schema.to_dict() if schema else None
    )
    return _words(name, taken.added, taken.known, taken.n_faults), _listed(taken.faults, taken.n_faults)


def _import_texts(services: Services, project: str, path: Path, schema: Schema) -> tuple[str, list[str]]:
    kind, settings, store = kind_of(path.name), services.settings, services.store()
    faults: list[str] = []
    added = known = 0
    with path.open("rb") as file:
        documents = islice(read_documents(file, kind, path.name), settings.max_rows)
        while chunk := list(islice(documents, CHUNK)):
            texts = list(_usable(chunk, settings.max_characters, faults))
            stored = store.add_texts(project, texts, schema.to_dict(), source=path.name)
            added, known = added + stored.added, known + stored.known
    return _words(project, added, known, len(faults)), _listed(faults[:SHOWN_FAULTS], len(faults))


def _usable(lines: Sequence[Document | BadLine], most: int, faults: list[str]) -> Iterator[str]:
    """Yield the texts that can be stored, with line feeds, as the browser counts them; name the others."""
    for one in lines:
        if isinstance(one, BadLine):
            faults.append(f"line {one.line}: {one.reason}")
            continue
        text = one.text.replace("\r\n", "\n").replace("\r", "\n")
        try:
            check_text(text)
        except OutputError as error:
            faults.append(f"line {one.line}: {error}")
            continue
        if len(text) <= most:
            yield text
        else:
            faults.append(f"line {one.line}: {len(text):,} characters, {most:,} are allowed")


def _words(project: str, added: int, known: int, n_faults: int) -> str:
    words = f"{render.counted(added, 'record', 'records')} added to “{project}”."
    words += f" {known:,} were there already and stay as they are." if known else ""
    return words + (f" {render.counted(n_faults, 'line', 'lines')} could not be used:" if n_faults else "")


def _listed(faults: list[str], n_faults: int) -> list[str]:
    more = n_faults - len(faults)
    return [*faults, *([f"and {more:,} more"] if more > 0 else [])]


def reading_words(services: Services) -> tuple[str, bool]:
    """Return what to say of the reading behind the page, as safe HTML, and whether it goes on."""
    reading = services.reader.state()
    if reading is None:
        return "", False
    speed = f"{reading.done / reading.seconds:,.1f} a second" if reading.seconds else "begun"
    words = f"“{reading.project}”: {reading.done:,} of {reading.total:,} records read, {speed}."
    if reading.is_on:
        return render.progress(words, min(reading.done / reading.total, 1.0)), True
    refused = f" {render.counted(reading.n_faults, 'record', 'records')} could not be read:" if reading.n_faults else ""
    words += " “Open queue” shows what it found."
    return render.note(f"{reading.words} {words}{refused}", _listed(reading.faults, reading.n_faults)), False
