"""`python -m gliner2_core extract`: run a schema on a text, a file or standard input."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from gliner2_core.commands.paths import check_out
from gliner2_core.documents import BadLine, Document, kind_of, read_documents
from gliner2_core.errors import Gliner2Error, InputError, SchemaError
from gliner2_core.schema import Schema

if TYPE_CHECKING:
    from gliner2_core.extractor import GLiNER2

CHUNK = 64


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's options.

    Args:
        subparsers: Of the main parser.
    """
    parser = subparsers.add_parser(
        "extract",
        help="extract from a text, a file or standard input",
        description=(
            "Runs a schema on texts and writes one JSON object per text: its line number, the text and the result. "
            'A schema file holds, for example, {"entities": ["person", "city"]}.'
        ),
        epilog="Exit status: 0 if all went well, 1 if lines failed (each is reported), 2 if nothing could run.",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help=".txt (a text per line), .csv, .jsonl, or - for text lines")
    parser.add_argument("--text", help="one text, instead of FILE")
    parser.add_argument("--schema", metavar="FILE", help="schema as JSON")
    parser.add_argument("--labels", metavar="A,B", help="entity labels, instead of --schema")
    parser.add_argument("--model", default=None, help="checkpoint folder or hub id (default: the embedded checkpoint)")
    parser.add_argument("--out", metavar="FILE", help="write there instead of to standard output")
    parser.add_argument("--column", metavar="NAME", help="column or key that holds the text (text, input, or the only one)")
    parser.add_argument("--whole", action="store_true", help="a .txt file or standard input is one text")
    parser.add_argument("--threshold", type=float, default=0.5, help="from which probability a span counts (0.5)")
    parser.add_argument("--overlap-policy", metavar="NAME", help="allow, nested, flat or longest")
    parser.add_argument("--batch-size", type=int, default=8, metavar="N", help="texts per forward pass (8)")
    parser.add_argument("--plain", action="store_true", help="surfaces only, without confidences and offsets")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Extract and write.

    Args:
        args: What the parser read.

    Returns:
        0, or 1 if at least one line failed.

    Raises:
        InputError: If no text or no schema is given, or a file cannot be opened.
        SchemaError: If the schema is malformed.
    """
    if (args.file is None) == (args.text is None):
        raise InputError("give either a FILE (or - for standard input) or --text")
    check_out(args.out, (args.file, args.schema))
    schema = _schema(args)
    from gliner2_core.extractor import GLiNER2

    with ExitStack() as files:
        documents = _documents(args, files)
        first = next(documents, None)
        model = GLiNER2.from_pretrained(args.model)
        out = files.enter_context(_open(args.out, "w")) if args.out else sys.stdout
        options = {
            "threshold": args.threshold,
            "overlap_policy": args.overlap_policy,
            "batch_size": args.batch_size,
            "include_confidence": not args.plain,
            "include_spans": not args.plain,
        }
        # A wrong option is an error before the first text, not one per line.
        model.iter_extract([], schema, **options)
        rest = documents if first is None else _chain(first, documents)
        return _Run(model, schema, options, out).go(rest)


class _Run:
    """Writes answers in order and counts failures."""

    def __init__(self, model: GLiNER2, schema: Schema, options: dict[str, Any], out: IO[str]) -> None:
        self._model = model
        self._schema = schema
        self._options = options
        self._out = out
        self._failed = 0

    def go(self, documents: Iterator[Document | BadLine]) -> int:
        """Run everything; returns the exit status."""
        from tqdm import tqdm

        seen = 0
        with tqdm(unit="text", disable=not sys.stderr.isatty()) as bar:
            while chunk := list(islice(documents, CHUNK)):
                for one in chunk:
                    if isinstance(one, BadLine):
                        self._report(one.line, one.reason)
                self._answer([one for one in chunk if isinstance(one, Document)])
                bar.update(len(chunk))
                seen += len(chunk)
        if not seen:
            print("there is no text to extract from", file=sys.stderr)
        if self._failed:
            print(f"{self._failed} {'line' if self._failed == 1 else 'lines'} failed", file=sys.stderr)
        return 1 if self._failed else 0

    def _answer(self, documents: list[Document]) -> None:
        texts = [document.text for document in documents]
        try:
            answers = list(self._model.iter_extract(texts, self._schema, **self._options))
        except Gliner2Error as error:
            if len(documents) == 1:
                self._report(documents[0].line, str(error))
                return
            # One of them fails: find it, and lose nothing of the others.
            for document in documents:
                self._answer([document])
            return
        for document, answer in zip(documents, answers, strict=True):
            line = {"line": document.line, "text": document.text, "result": answer}
            self._out.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._out.flush()

    def _report(self, line: int, reason: str) -> None:
        self._failed += 1
        print(f"line {line}: {reason}", file=sys.stderr)


def _schema(args: argparse.Namespace) -> Schema:
    if (args.schema is None) == (args.labels is None):
        raise InputError("give either --schema FILE or --labels A,B")
    if args.labels is not None:
        return Schema().entities([label.strip() for label in args.labels.split(",")])
    with _open(args.schema, "rb") as file:
        data = file.read()
    try:
        return Schema.from_json(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SchemaError(f"{args.schema}: not UTF-8 ({error.reason}); save the file as UTF-8") from error
    except SchemaError as error:
        raise SchemaError(f"{args.schema}: {error}") from error


def _documents(args: argparse.Namespace, files: ExitStack) -> Iterator[Document | BadLine]:
    if args.text is not None:
        if not args.text.strip():
            raise InputError("--text is empty")
        return iter([Document(1, args.text)])
    if args.file == "-":
        return read_documents(sys.stdin.buffer, "txt", "standard input", is_whole=args.whole)
    if Path(args.file).is_dir():
        raise InputError(f"{args.file} is a folder; give a .txt, .csv or .jsonl file")
    kind = kind_of(args.file)
    file = files.enter_context(_open(args.file, "rb"))
    return read_documents(file, kind, args.file, column=args.column, is_whole=args.whole)


def _open(path: str, mode: str) -> Any:
    try:
        return Path(path).open(mode, encoding=None if "b" in mode else "utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be opened: {error.strerror}") from error


def _chain(first: Document | BadLine, rest: Iterator[Document | BadLine]) -> Iterator[Document | BadLine]:
    yield first
    yield from rest
