"""GLiNER2: the public face. Checks what it is given, asks the engine, writes the answer as asked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

import torch

from gliner2_core.adaptable import HUB_OPTIONS, Adaptable
from gliner2_core.checkpoint import LoadedCheckpoint, load_checkpoint, save_checkpoint
from gliner2_core.checks import (
    checked_positive,
    checked_text,
    checked_texts,
    checked_threshold,
    expect_as_many,
    reject_unknown,
)
from gliner2_core.decoding import DecodeOptions
from gliner2_core.engine import Engine
from gliner2_core.errors import InputError, InputTypeError
from gliner2_core.long_texts import extract_long
from gliner2_core.modeling.model import Gliner2Model
from gliner2_core.modeling.precision import Precision, checked_precision
from gliner2_core.modeling.runtime import set_precision
from gliner2_core.predictions import CheckpointInfo, OnWindow, Prediction
from gliner2_core.schema import Schema
from gliner2_core.spans import canonical_policy
from gliner2_core.views import View
from gliner2_core.words import SplitFunction, SplitterName, split_words

TASK_OPTIONS = (
    "labels",
    "multi_label",
    "cls_threshold",
    "threshold",
    "top_k",
    "class_act",
    "prompt",
    "examples",
    "descriptions",
)
VIEW_OPTIONS = ("threshold", "format_results", "include_confidence", "include_spans", "max_len", "overlap_policy")


class GLiNER2(Adaptable):
    """Extracts entities, classifications, structures and relations for labels given at run time.

    Every method that takes a schema or labels accepts: `threshold` (0–1, default 0.5), `overlap_policy` (None, `allow`,
    `nested`, `flat`, `longest`), `include_confidence`, `include_spans`, `format_results` (False gives the unformatted
    shape) and `max_len` (keep only so many words). `batch_…` methods also take `batch_size`.

    An empty text answers like any other. A schema without tasks answers `{}`, as in the reference package; a list of labels
    or options that is empty is an error.

    Source: the paper, section 4.1; method names and answers as in the reference package.
    """

    def __init__(
        self,
        loaded: LoadedCheckpoint,
        *,
        word_splitter: SplitterName | SplitFunction = "whitespace",
        precision: Precision = "float32",
    ) -> None:
        split_words("", word_splitter)
        self._loaded = loaded
        self._engine = Engine(loaded, word_splitter)
        self._precision = checked_precision(precision)
        set_precision(loaded.model, self._precision)

    @classmethod
    def from_pretrained(
        cls,
        name: str | os.PathLike[str] | None = None,
        *,
        subfolder: str | None = "",
        word_splitter: SplitterName | SplitFunction = "whitespace",
        precision: Precision = "float32",
        threads: int | None = None,
        **hub_options: Any,
    ) -> GLiNER2:
        """Load a checkpoint.

        Args:
            name: None for the embedded one, a folder, or a hub id (`owner/name`).
            subfolder: Where it lies inside the folder or repository.
            word_splitter: `whitespace`, `char`, or a callable that yields (word, start, end).
            precision: Of products: `float32`, or on a CPU `bfloat16` or `int8`, which are faster and move confidences a
                little; `python -m gliner2_core check-precision` says how much on texts of your own.
            threads: Of torch, for the whole process; None leaves them as they are.
            **hub_options: revision, token, cache_dir, force_download, local_files_only, proxies; for every file.

        Returns:
            A model ready to use, in eval mode.

        Raises:
            CheckpointError: If there is no usable checkpoint.
            InputError: If this machine cannot compute in that precision.
            InputTypeError: If an option is unknown.
        """
        reject_unknown(hub_options, HUB_OPTIONS, "from_pretrained")
        checked_precision(precision)
        if threads is not None:
            torch.set_num_threads(checked_positive(threads, "threads"))
        if name is not None and not isinstance(name, (str, os.PathLike)):
            raise InputTypeError(f"the checkpoint must be a folder or a hub id, got {type(name).__name__}")
        loaded = load_checkpoint(name, subfolder=subfolder or "", **hub_options)
        return cls(loaded, word_splitter=word_splitter, precision=precision)

    @property
    def checkpoint(self) -> CheckpointInfo:
        """Which checkpoint answers."""
        return self._loaded.info

    @property
    def loaded(self) -> LoadedCheckpoint:
        """The parts: torch module, encoder config, tokenizer."""
        return self._loaded

    @property
    def model(self) -> Gliner2Model:
        """The torch module, in eval mode."""
        return self._loaded.model

    @property
    def precision(self) -> Precision:
        """What the model multiplies in; its parameters are float32 in any."""
        return self._precision

    @precision.setter
    def precision(self, name: Precision) -> None:
        self._precision = checked_precision(name)
        set_precision(self._loaded.model, self._precision)

    def save_pretrained(self, folder: str | os.PathLike[str]) -> None:
        """Write the checkpoint with one float32 `model.safetensors`; the reference package loads it too."""
        save_checkpoint(folder, self._loaded)

    def push_to_hub(self, repo_id: str, *, private: bool = True, token: str | None = None, **options: Any) -> str:
        """Upload the checkpoint to the hub.

        Args:
            repo_id: `owner/name`; made where missing.
            private: Of a repository that is made.
            token: Access token; None takes the stored one.
            **options: revision, commit_message, create_pr of `upload_folder`.

        Returns:
            The commit's address.

        Raises:
            InputTypeError: If an option is unknown.
        """
        import tempfile

        from huggingface_hub import HfApi

        reject_unknown(options, ("revision", "commit_message", "create_pr"), "push_to_hub")
        api = HfApi(token=token)
        api.create_repo(repo_id, private=private, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            self.save_pretrained(folder)
            return str(api.upload_folder(repo_id=repo_id, folder_path=Path(folder), **options))

    @staticmethod
    def create_schema() -> Schema:
        """Return an empty schema to build on."""
        return Schema()

    def predict(
        self,
        text: str,
        schema: Any,
        *,
        threshold: float = 0.5,
        overlap_policy: str | None = None,
        max_len: int | None = None,
        on_window: OnWindow | None = None,
    ) -> Prediction:
        """Return everything the model says about one text, typed.

        Args:
            text: The text.
            schema: What is asked.
            threshold: 0–1.
            overlap_policy: None, `allow`, `nested`, `flat` or `longest`.
            max_len: Keep only so many words.
            on_window: Called with the windows read and their number, for a text longer than the model's window; what it
                raises ends the run.

        Returns:
            Spans, every label's probability, counts, windows, checkpoint and time.

        Raises:
            InputError: If text, threshold or an option cannot be used.
            SchemaError: If the schema is malformed.
            WindowError: If the schema leaves no room for text.
        """
        options: dict[str, Any] = {"threshold": threshold, "overlap_policy": overlap_policy, "max_len": max_len}
        return next(self.iter_predict([checked_text(text)], Schema.coerce(schema), on_window=on_window, **options))

    def iter_predict(
        self,
        texts: Iterable[str],
        schemas: Any,
        *,
        threshold: float = 0.5,
        overlap_policy: str | None = None,
        batch_size: int = 8,
        max_len: int | None = None,
        on_window: OnWindow | None = None,
    ) -> Iterator[Prediction]:
        """Yield predictions in order while texts are still being read: any number of texts in little memory.

        Args:
            texts: Texts, for example a generator.
            schemas: One schema for all, or a list with one per text.
            threshold: 0–1.
            overlap_policy: None, `allow`, `nested`, `flat` or `longest`.
            batch_size: Most texts per pass; texts of like length go together, results stay in order.
            max_len: Keep only so many words of each text.
            on_window: Called after each pass with the windows read and all windows planned; what it raises ends the run.

        Raises:
            InputError: If an option cannot be used.
            InputTypeError: If a text is no str.
        """
        options = DecodeOptions(checked_threshold(threshold, "this request"), canonical_policy(overlap_policy))
        checked_positive(batch_size, "batch_size")
        if max_len is not None:
            checked_positive(max_len, "max_len")
        if isinstance(texts, (str, bytes, Mapping, Set)) or not isinstance(texts, Iterable):
            checked_texts(texts)
        coerced = _coerced(schemas)
        checked = (checked_text(text, f"texts[{index}]") for index, text in enumerate(texts))
        return self._engine.run(checked, coerced, options, batch_size=batch_size, max_len=max_len, on_window=on_window)

    def iter_extract(
        self, texts: Iterable[str], schemas: Any, *, batch_size: int = 8, **options: Any
    ) -> Iterator[dict[str, Any]]:
        """Yield answers in order while texts are still being read; options as in `extract`.

        Raises:
            InputError: If an option cannot be used.
        """
        view, is_formatted, call = _split_options(options)
        predictions = self.iter_predict(texts, schemas, batch_size=batch_size, **call)
        return (view.formatted(one) if is_formatted else view.raw(one) for one in predictions)

    def extract(self, text: str, schema: Any, threshold: float = 0.5, **options: Any) -> dict[str, Any]:
        """Run a schema of any tasks on one text, in one forward pass.

        Args:
            text: The document.
            schema: A Schema, a schema dict, or the reference's raw dict.
            threshold: Show what is at least this likely, 0–1.
            **options: See the class.

        Returns:
            Structures by name, `entities`, classifications by task, `relation_extraction`.

        Raises:
            InputError: If text or an option cannot be used.
            SchemaError: If the schema is malformed.
            WindowError: If the schema leaves no room for text.
        """
        return next(self.iter_extract([checked_text(text)], Schema.coerce(schema), threshold=threshold, **options))

    def batch_extract(
        self, texts: Sequence[str], schemas: Any, batch_size: int = 8, threshold: float = 0.5, **options: Any
    ) -> list[dict[str, Any]]:
        """Run `extract` on many texts.

        Args:
            texts: Documents.
            schemas: One schema for all, or a list with one per text.
            batch_size: Most texts per pass.
            threshold: Show what is at least this likely, 0–1.
            **options: See the class.

        Raises:
            InputError: If texts or options cannot be used, or there are not as many schemas as texts.
        """
        listed = checked_texts(texts)
        if isinstance(schemas, (list, tuple)):
            expect_as_many(len(schemas), len(listed))
        options.pop("num_workers", None)
        return list(self.iter_extract(listed, schemas, batch_size=batch_size, threshold=threshold, **options))

    def extract_entities(self, text: str, entity_types: Any, threshold: float = 0.5, **options: Any) -> dict[str, Any]:
        """Find entities.

        Args:
            text: The document.
            entity_types: Labels: a list, `{label: description}` or `{label: {description, dtype, threshold, validators}}`.
            threshold: Show what is at least this likely, 0–1.
            **options: See the class.

        Returns:
            `{"entities": {label: [surface, …]}}`.

        Raises:
            InputError: If text, labels or an option cannot be used.
        """
        return self.extract(text, Schema().entities(entity_types), threshold, **options)

    def batch_extract_entities(
        self, texts: Sequence[str], entity_types: Any, batch_size: int = 8, threshold: float = 0.5, **options: Any
    ) -> list[dict[str, Any]]:
        """Run `extract_entities` on many texts.

        Raises:
            InputError: If texts, labels or an option cannot be used.
        """
        return self.batch_extract(texts, Schema().entities(entity_types), batch_size, threshold, **options)

    def classify_text(self, text: str, tasks: Any, threshold: float = 0.5, **options: Any) -> dict[str, Any]:
        """Classify a text.

        Args:
            text: The document.
            tasks: `{task: [label, …]}` or `{task: {labels, multi_label, cls_threshold, top_k, class_act, prompt, examples,
                descriptions}}`; labels may be `{label: description}`.
            threshold: Of multi-label tasks without their own.
            **options: See the class.

        Returns:
            `{task: label}`, or a list of labels for multi-label tasks.

        Raises:
            InputError: If text, tasks or an option cannot be used.
        """
        return self.extract(text, _classification_schema(tasks, threshold), threshold, **options)

    def batch_classify_text(
        self, texts: Sequence[str], tasks: Any, batch_size: int = 8, threshold: float = 0.5, **options: Any
    ) -> list[dict[str, Any]]:
        """Run `classify_text` on many texts.

        Raises:
            InputError: If texts, tasks or an option cannot be used.
        """
        return self.batch_extract(texts, _classification_schema(tasks, threshold), batch_size, threshold, **options)

    def extract_json(self, text: str, structures: Any, threshold: float = 0.5, **options: Any) -> dict[str, Any]:
        """Fill structures.

        Args:
            text: The document.
            structures: `{name: [field spec, …]}`, a spec being `name::[a|b]::str::description` or a dict.
            threshold: Show what is at least this likely, 0–1.
            **options: See the class.

        Returns:
            `{name: [{field: value, …}, …]}`.

        Raises:
            InputError: If text or an option cannot be used.
            SchemaError: If a field spec is malformed.
        """
        return self.extract(text, Schema().add_structures(structures), threshold, **options)

    def batch_extract_json(
        self, texts: Sequence[str], structures: Any, batch_size: int = 8, threshold: float = 0.5, **options: Any
    ) -> list[dict[str, Any]]:
        """Run `extract_json` on many texts.

        Raises:
            InputError: If texts or an option cannot be used.
            SchemaError: If a field spec is malformed.
        """
        return self.batch_extract(texts, Schema().add_structures(structures), batch_size, threshold, **options)

    def extract_relations(self, text: str, relation_types: Any, threshold: float = 0.5, **options: Any) -> dict[str, Any]:
        """Find relations.

        Args:
            text: The document.
            relation_types: Names: a list, `{name: description}` or `{name: {description, threshold}}`.
            threshold: Show what is at least this likely, 0–1.
            **options: See the class.

        Returns:
            `{"relation_extraction": {name: [(head, tail), …]}}`.

        Raises:
            InputError: If text, names or an option cannot be used.
        """
        return self.extract(text, Schema().relations(relation_types), threshold, **options)

    def batch_extract_relations(
        self, texts: Sequence[str], relation_types: Any, batch_size: int = 8, threshold: float = 0.5, **options: Any
    ) -> list[dict[str, Any]]:
        """Run `extract_relations` on many texts.

        Raises:
            InputError: If texts, names or an option cannot be used.
        """
        return self.batch_extract(texts, Schema().relations(relation_types), batch_size, threshold, **options)

    def extract_long(self, text: str, schema: Any, **options: Any) -> dict[str, Any]:
        """Run `extract` on windows of a fixed number of words and join the answers, as the reference does.

        `extract` itself reads texts of any length; this keeps the reference's windows and rules.

        Args:
            text: The document.
            schema: As in `extract`.
            **options: chunk_size (384 words), chunk_overlap (64), batch_size (8), and those of the class.

        Raises:
            InputError: If text, sizes or an option cannot be used.
        """
        return extract_long(self, [checked_text(text)], Schema.coerce(schema), **options)[0]

    def batch_extract_long(self, texts: Sequence[str], schemas: Any, **options: Any) -> list[dict[str, Any]]:
        """Run `extract_long` on many texts, with one schema for all or a list with one per text.

        Raises:
            InputError: If texts, sizes or an option cannot be used, or there are not as many schemas as texts.
        """
        return extract_long(self, checked_texts(texts), _coerced(schemas), **options)

    def extract_entities_long(self, text: str, entity_types: Any, **options: Any) -> dict[str, Any]:
        """Run `extract_entities` on windows; options as in `extract_long`."""
        return self.extract_long(text, Schema().entities(entity_types), **options)

    def classify_text_long(self, text: str, tasks: Any, **options: Any) -> dict[str, Any]:
        """Run `classify_text` on windows: the most confident window decides; multi-label tasks take the union."""
        return self.extract_long(text, _classification_schema(tasks, options.get("threshold", 0.5)), **options)

    def extract_json_long(self, text: str, structures: Any, **options: Any) -> dict[str, Any]:
        """Run `extract_json` on windows; options as in `extract_long`."""
        return self.extract_long(text, Schema().add_structures(structures), **options)

    def extract_relations_long(self, text: str, relation_types: Any, **options: Any) -> dict[str, Any]:
        """Run `extract_relations` on windows; options as in `extract_long`."""
        return self.extract_long(text, Schema().relations(relation_types), **options)

    def batch_extract_entities_long(self, texts: Sequence[str], entity_types: Any, **options: Any) -> list[dict[str, Any]]:
        """Run `extract_entities_long` on many texts."""
        return self.batch_extract_long(texts, Schema().entities(entity_types), **options)

    def batch_classify_text_long(self, texts: Sequence[str], tasks: Any, **options: Any) -> list[dict[str, Any]]:
        """Run `classify_text_long` on many texts."""
        return self.batch_extract_long(texts, _classification_schema(tasks, options.get("threshold", 0.5)), **options)

    def batch_extract_json_long(self, texts: Sequence[str], structures: Any, **options: Any) -> list[dict[str, Any]]:
        """Run `extract_json_long` on many texts."""
        return self.batch_extract_long(texts, Schema().add_structures(structures), **options)

    def batch_extract_relations_long(
        self, texts: Sequence[str], relation_types: Any, **options: Any
    ) -> list[dict[str, Any]]:
        """Run `extract_relations_long` on many texts."""
        return self.batch_extract_long(texts, Schema().relations(relation_types), **options)

    @property
    def word_splitter(self) -> SplitterName | SplitFunction:
        """The splitter in use."""
        return self._engine.splitter

    def set_word_splitter(self, splitter: SplitterName | SplitFunction) -> None:
        """Change the splitter.

        Raises:
            InputError: If its name is unknown.
        """
        split_words("", splitter)
        self._engine.splitter = splitter


def _coerced(schemas: Any) -> Schema | list[Schema]:
    """Return one schema, or the list with one per text."""
    if isinstance(schemas, (list, tuple)):
        return [Schema.coerce(schema) for schema in schemas]
    return Schema.coerce(schemas)


def _split_options(options: Mapping[str, Any]) -> tuple[View, bool, dict[str, Any]]:
    reject_unknown(options, VIEW_OPTIONS, "the call")
    view = View(
        include_confidence=_flag(options, "include_confidence", default=False),
        include_spans=_flag(options, "include_spans", default=False),
    )
    call = {key: options[key] for key in ("threshold", "overlap_policy", "max_len") if key in options}
    return view, _flag(options, "format_results", default=True), call


def _flag(options: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = options.get(name, default)
    if not isinstance(value, bool):
        raise InputTypeError(f"{name} must be True or False, got {type(value).__name__} ({value!r})")
    return value


def _classification_schema(tasks: Any, default: float) -> Schema:
    if not isinstance(tasks, Mapping):
        raise InputTypeError(f"tasks must be a dict of labels by task, got {type(tasks).__name__}")
    schema = Schema()
    for name, task in tasks.items():
        if not isinstance(task, Mapping):
            schema.classification(name, task, cls_threshold=default)
            continue
        reject_unknown(task, TASK_OPTIONS, f"task {name!r}")
        if "labels" not in task:
            raise InputError(f"task {name!r} has no 'labels'")
        if "threshold" in task and "cls_threshold" in task:
            raise InputError(f"task {name!r} has both threshold and cls_threshold; give one")
        body = {key: value for key, value in task.items() if key != "threshold"}
        body.setdefault("cls_threshold", task.get("threshold", default))
        schema.classification(name, **body)
    return schema
