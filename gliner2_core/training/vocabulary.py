"""A smaller vocabulary for a unigram tokenizer: the pieces that texts use, and their rows of the embedding."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

_EMBEDDINGS = "embeddings.word_embeddings.weight"
_BATCH = 2_000
_CHARACTERS_BELOW = 0x3000
"""Single characters of every script before the CJK ones are kept, so that names in other scripts are not all unknown."""


def prune_vocabulary(source: Path, target: Path, texts: Iterable[str], size: int) -> Path:
    """Copy an encoder's folder with the `size` pieces that serve the texts best.

    Kept are the special pieces, single characters, the pieces that the texts use, most frequent first, and then the
    likeliest others in lower-case Latin letters, so that other languages keep words, too.

    Args:
        source: Folder with `tokenizer.json` (unigram), `model.safetensors` and `config.json`.
        target: Folder to fill.
        texts: To count pieces in.
        size: Pieces to keep.

    Returns:
        `target`.
    """
    described = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    pieces: list[tuple[str, float]] = [(piece, score) for piece, score in described["model"]["vocab"]]
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    kept = sorted(_chosen(pieces, _counted(tokenizer, texts), size))
    target.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        if path.is_file() and path.name not in ("tokenizer.json", "model.safetensors", "config.json"):
            shutil.copyfile(path, target / path.name)
    described["model"]["vocab"] = [pieces[index] for index in kept]
    _renumber(described, {old: new for new, old in enumerate(kept)}, pieces)
    (target / "tokenizer.json").write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")
    weights = load_file(source / "model.safetensors")
    save_file({**weights, _EMBEDDINGS: weights[_EMBEDDINGS][kept].contiguous()}, target / "model.safetensors")
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    (target / "config.json").write_text(json.dumps({**config, "vocab_size": len(kept)}, indent=2), encoding="utf-8")
    return target


def _counted(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    counts: Counter[int] = Counter()
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == _BATCH:
            counts.update(piece for one in tokenizer.encode_batch(batch) for piece in one.ids)
            batch.clear()
    counts.update(piece for one in tokenizer.encode_batch(batch) for piece in one.ids)
    return counts


def _chosen(pieces: Sequence[tuple[str, float]], counts: Counter[int], size: int) -> set[int]:
    kept = {index for index, (piece, _) in enumerate(pieces) if piece.startswith("<") and piece.endswith(">")}
    kept |= {index for index, (piece, _) in enumerate(pieces) if len(piece) == 1 and ord(piece) < _CHARACTERS_BELOW}
    by_score = sorted(range(len(pieces)), key=lambda index: -pieces[index][1])
    others = [index for index in by_score if _is_latin(pieces[index][0])]
    for index in [piece for piece, _ in counts.most_common()] + others:
        if len(kept) >= size:
            break
        kept.add(index)
    return kept


def _is_latin(piece: str) -> bool:
    letters = piece.lstrip("▁")
    return bool(letters) and letters.isalpha() and letters == letters.lower() and max(map(ord, letters)) < 0x250


def _renumber(described: dict[str, Any], new: dict[int, int], pieces: Sequence[tuple[str, float]]) -> None:
    described["model"]["unk_id"] = new[described["model"]["unk_id"]]
    ids = {piece: new[index] for index, (piece, _) in enumerate(pieces) if index in new}
    for token in described.get("added_tokens", []):
        token["id"] = ids[token["content"]]
    for special in described["post_processor"]["special_tokens"].values():
        special["ids"] = [ids[token] for token in special["tokens"]]
