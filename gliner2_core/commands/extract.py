"""`python -m gliner2_core extract`: run a schema on a text, a file or standard input."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from gliner2_core.commands.models import add_model_options, load_model
from gliner2_core.commands.outputs import FailedLines, LazyFile
from gliner2_core.commands.paths import check_out
from gliner2_core.commands.schemas import add_schema_options, schema_of
from gliner2_core.documents import BadLine, Document, kind_of, read_documents
from gliner2_core.errors import Gliner2Error, InputError

if TYPE_CHECKING:
    from gliner2_core.extractor import GLiNER2
    from gliner2_core.schema import Schema

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
            "Runs a schema on texts and writes one JSON object per text: its line number, the text, the other columns or "
            "keys of its line, and the result. "
            'A schema file holds, for example, {"entities": ["person", "city"]}.'
        ),
        epilog="Exit status: 0 if all went well, 1 if lines failed (each is reported), 2 if nothing could run: "
        "a former --out file stays then.",
    )
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help=".txt (a text per line), .csv, .jsonl or .ndjson, or - for text lines"
    )
    parser.add_argument("--text", help="one text, instead of FILE")
    add_schema_options(parser)
    add_model_options(parser)
    parser.add_argument("--out", metavar="FILE", help="write there instead of to standard output")
    parser.add_argument("--column", metavar="NAME", help="column or key that holds the text (text, input, or the only one)")
    parser.add_argument("--whole", action="store_true", help="a .txt file or standard input is one text")
    parser.add_argument("--threshold", type=float, default=0.5, help="from which probability a span counts (0.5)")
    parser.add_argument("--overlap-policy", metavar="NAME", help="allow, nested, flat or longest")
    parser.add_argument(
        "--word-splitter", choices=("whitespace", "char"), default="whitespace",
        help="char takes every character as a word, for scripts without spaces (whitespace)",
    )  # fmt: skip
    parser.add_argument("--batch-size", type=int, default=8, metavar="N", help="texts per forward pass (8)")
    parser.add_argument("--plain", action="store_true", help="surfaces only, without confidences and offsets")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Extract and write.

    Args:
        args: What the parser read.

    Returns:
        0, 1 if some lines failed, 2 if there was no answer at all; a former `--out` file stays then.

    Raises:
        InputError: If no text or no schema is given, options contradict each other, or a file cannot be opened.
        SchemaError: If the schema is malformed.
    """
    _check(args)
    check_out(args.out, (args.file, args.schema))
    schema = schema_of(args)
    with ExitStack() as files:
        documents = _documents(args, files)
        out = files.enter_context(LazyFile(args.out))
        first = next(documents, None)
        if first is None:
            raise InputError(f"{args.file}: there is no text to extract from")
        model = load_model(args, word_splitter=args.word_splitter)
        options = {
            "threshold": args.threshold,
            "overlap_policy": args.overlap_policy,
            "batch_size": args.batch_size,
            "include_confidence": not args.plain,
            "include_spans": not args.plain,
        }
        # A wrong option is an error before the first text, not one per line.
        model.iter_extract([], schema, **options)
        return _Run(model, schema, options, out).go(chain([first], documents), _n_documents(args))


class _Run:
    """Writes answers in order and tells of failures."""

    def __init__(self, model: GLiNER2, schema: Schema, options: dict[str, Any], out: LazyFile) -> None:
        self._model = model
        self._schema = schema
        self._options = options
        self._out = out
        self._failed = FailedLines()

    def go(self, documents: Iterator[Document | BadLine], total: int | None) -> int:
        """Run everything; returns the exit status."""
        from tqdm import tqdm

        with tqdm(total=total, unit="text", disable=not sys.stderr.isatty()) as bar:
            while chunk := list(islice(documents, CHUNK)):
                for one in chunk:
                    if isinstance(one, BadLine):
                        self._failed.add(one.line, one.reason)
                self._answer([one for one in chunk if isinstance(one, Document)])
                bar.update(len(chunk))
        self._failed.flush()
        if self._failed.count:
            print(f"{self._failed.count} {'line' if self._failed.count == 1 else 'lines'} failed", file=sys.stderr)
        if not self._out.n_lines:
            return 2
        return 1 if self._failed.count else 0

    def _answer(self, documents: list[Document]) -> None:
        texts = [document.text for document in documents]
        try:
            answers = list(self._model.iter_extract(texts, self._schema, **self._options))
        except Gliner2Error as error:
            if len(documents) == 1:
                self._failed.add(documents[0].line, str(error))
                return
            # One of them fails: find it, and lose nothing of the others.
            for document in documents:
                self._answer([document])
            return
        for document, answer in zip(documents, answers, strict=True):
            self._out.write(json.dumps(document.answered(answer), ensure_ascii=False))
        self._out.flush()


def _check(args: argparse.Namespace) -> None:
    """Refuse options that contradict each other."""
    if (args.file is None) == (args.text is None):
        raise InputError("give either a FILE (or - for standard input) or --text")
    if args.file is not None and Path(args.file).is_dir():
        raise InputError(f"{args.file} is a folder; give a .txt, .csv or .jsonl file")
    is_lines = args.text is None and (args.file == "-" or kind_of(args.file) == "txt")
    if args.column is not None and (args.text is not None or is_lines):
        raise InputError(f"--column {args.column} is for .csv and .jsonl files")
    if args.whole and not is_lines:
        raise InputError("--whole is for .txt files and standard input")


def _n_documents(args: argparse.Namespace) -> int | None:
    """Count the documents of a file for the bar; None where nobody sees it, or for standard input."""
    if args.text is not None or args.file == "-" or not sys.stderr.isatty():
        return None
    with ExitStack() as files:
        return sum(1 for _ in _documents(args, files))


def _documents(args: argparse.Namespace, files: ExitStack) -> Iterator[Document | BadLine]:
    if args.text is not None:
        if not args.text.strip():
            raise InputError("--text is empty")
        return iter([Document(1, args.text)])
    if args.file == "-":
        return read_documents(sys.stdin.buffer, "txt", "standard input", is_whole=args.whole)
    kind = kind_of(args.file)
    file = files.enter_context(_open(args.file))
    return read_documents(file, kind, args.file, column=args.column, is_whole=args.whole)


def _open(path: str) -> IO[bytes]:
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be opened: {error.strerror}") from error
