"""What a loaded model does with LoRA adapters: the public methods, which GLiNER2 has."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from typing import Any

from gliner2_core import adapters
from gliner2_core.checkpoint import locate
from gliner2_core.checks import reject_unknown
from gliner2_core.modeling.model import Gliner2Model
from gliner2_core.predictions import CheckpointInfo

HUB_OPTIONS = ("revision", "token", "cache_dir", "force_download", "local_files_only", "proxies")


class Adaptable(ABC):
    """Puts adapters on its model, takes them off, merges and saves them."""

    @property
    @abstractmethod
    def model(self) -> Gliner2Model:
        """The torch module."""

    @property
    @abstractmethod
    def checkpoint(self) -> CheckpointInfo:
        """Which checkpoint the model is."""

    def load_adapter(self, name: str | os.PathLike[str], *, subfolder: str = "", **hub_options: Any) -> None:
        """Put a LoRA adapter on the model, in place of one that is there; the model itself is not loaded again.

        Args:
            name: A folder, or a hub id (`owner/name`); peft's files, or the older ones of the reference package.
            subfolder: Where it lies inside the folder or repository.
            **hub_options: As of `from_pretrained`.

        Raises:
            CheckpointError: If there is no usable adapter, or it belongs to another model; the model stays as it was.
            InputTypeError: If an option is unknown.
        """
        reject_unknown(hub_options, HUB_OPTIONS, "load_adapter")
        folder, _ = locate(name, subfolder=subfolder, marker=adapters.CONFIG, **hub_options)
        adapter = adapters.read_adapter(folder)
        adapters.check_fit(self.model, adapter)
        adapters.detach(self.model)
        adapters.attach(self.model, adapter)

    def unload_adapter(self) -> None:
        """Take the adapter off; the model answers exactly as without it. Nothing happens where there is none."""
        adapters.detach(self.model)

    def merge_lora(self) -> None:
        """Add the adapter to the model's weights for good: as fast as without it, and saved with the model."""
        adapters.merge(self.model)

    def save_adapter(self, folder: str | os.PathLike[str]) -> None:
        """Write the adapter alone, in peft's format.

        Raises:
            CheckpointError: If the model has none.
        """
        adapters.save_adapter(self.model, folder, self.checkpoint.name)

    @property
    def has_adapter(self) -> bool:
        """Whether an adapter is on the model."""
        return adapters.has_adapter(self.model)
