"""The models that the page works with: which are offered, which are loaded, and what is known of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gliner2_core.predictions import EMBEDDED_NAME, CheckpointInfo
from ui.messages import PageError
from ui.settings import Settings

if TYPE_CHECKING:
    from gliner2_core import GLiNER2


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a visitor may want to know of a loaded model.

    Attributes:
        name: `gliner2-mini`, a folder or a hub id.
        revision: Of a hub model.
        parameters: Number of weights.
        encoder: Its type, such as `bert`.
        layers, width: Of the encoder.
        max_width: Longest span in words.
        window: Longest input in subwords; None if it has no limit.
    """

    name: str
    revision: str | None
    parameters: int
    encoder: str
    layers: int
    width: int
    max_width: int
    window: int | None


class Models:
    """Loads models on first use and keeps the ones used last; the one the app was started with always stays.

    Args:
        settings: Names the models that are offered, says whether others may be opened, and how many stay loaded.

    Attributes:
        default: The model that answers where none is named.
        failure: Why the default could not be loaded the last time; None if it could, or was not needed yet.
    """

    def __init__(self, settings: Settings) -> None:
        self._named: tuple[str, ...] = tuple(dict.fromkeys([*settings.models, EMBEDDED_NAME]))
        self._trained: dict[str, str] = {}
        self.default = self._named[0]
        self.is_open = settings.open_models
        self._precision = settings.precision
        self._most = max(settings.max_models, 1)
        self._loaded: OrderedDict[str, GLiNER2] = OrderedDict()
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self.failure: Exception | None = None

    @property
    def offered(self) -> tuple[str, ...]:
        """Names to choose from: those the app was started with, the embedded one, those trained here."""
        return (*self._named, *self._trained)

    def offer(self, name: str, folder: str) -> None:
        """Offer a checkpoint that was trained here under a name of its own."""
        with self._lock:
            self._trained[name] = folder

    def withdraw(self, name: str) -> None:
        """Offer a trained checkpoint no longer, and let go of it; does nothing for other names."""
        with self._lock:
            if self._trained.pop(name, None) is not None:
                self._loaded.pop(name, None)

    def source(self, model: str) -> str | None:
        """Return what `GLiNER2.from_pretrained` takes for a model of the page."""
        return None if model == EMBEDDED_NAME else self._trained.get(model, model)

    def is_loaded(self, model: str | None = None) -> bool:
        """Whether an answer comes at once; None means the default."""
        return (model or self.default) in self._loaded

    def extractor(self, model: str | None = None) -> GLiNER2:
        """Return a model; the first call loads it, others wait for that. Loaded ones answer meanwhile.

        Args:
            model: None for the default, `gliner2-mini`, a folder or a hub id.

        Raises:
            PageError: If this page does not open it.
            CheckpointError: If it cannot be loaded.
        """
        name = self.checked(model)
        if (found := self._known(name)) is not None:
            return found
        with self._loading:
            if (found := self._known(name)) is not None:
                return found
            try:
                loaded = self._load(name)
            except Exception as error:
                if name == self.default:
                    self.failure = error
                raise
            with self._lock:
                if name == self.default:
                    self.failure = None
                self._loaded[name] = loaded
                others = [one for one in self._loaded if one not in (self.default, name)]
                for one in others[: max(len(self._loaded) - self._most, 0)]:
                    del self._loaded[one]
        return loaded

    def checked(self, model: str | None) -> str:
        """Return the name of a model that this page opens.

        Raises:
            PageError: If it is no name, or one that this page does not open.
        """
        if model is not None and not isinstance(model, str):
            raise PageError(f"The model must be a name, got {type(model).__name__}.")
        name = (model or "").strip() or self.default
        if name not in self.offered and not self.is_open:
            raise PageError(
                f"This page does not open “{name}”. It offers: {', '.join(self.offered)}. Whoever runs it can offer more "
                "with --model, or let visitors open any with --open-models."
            )
        return name

    def facts(self, model: str | None = None) -> ModelFacts:
        """Load a model and describe it.

        Raises:
            PageError: If this page does not open it.
            CheckpointError: If it cannot be loaded.
        """
        loaded = self.extractor(model).loaded
        encoder = loaded.encoder_config
        return ModelFacts(
            loaded.info.name,
            loaded.info.revision,
            sum(weight.numel() for weight in loaded.model.parameters()),
            str(encoder.model_type),
            int(encoder.num_hidden_layers),
            int(encoder.hidden_size),
            loaded.model.model_config.max_width,
            getattr(encoder, "max_position_embeddings", None),
        )

    def _load(self, name: str) -> GLiNER2:
        from gliner2_core import GLiNER2
        from gliner2_core.modeling.precision import checked_precision

        loaded = GLiNER2.from_pretrained(self.source(name), precision=checked_precision(self._precision))
        if name not in self._trained:
            return loaded
        # Answers name the model as people do, not the folder where it lies.
        return GLiNER2(replace(loaded.loaded, info=CheckpointInfo(name)), precision=loaded.precision)

    def _known(self, name: str) -> GLiNER2 | None:
        with self._lock:
            if name in self._loaded:
                self._loaded.move_to_end(name)
            return self._loaded.get(name)
