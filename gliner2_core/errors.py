"""Every error that this package raises on purpose.

Gliner2Error
├── InputError(ValueError)         text, label, option or threshold that cannot be used
│   └── InputTypeError(TypeError)  … because its type is wrong
├── SchemaError(ValueError)        schema or field spec that says nothing usable
├── CheckpointError(ValueError)    folder or file that is no usable checkpoint
│   └── ArchitectureError          … because this package does not run its architecture (yet)
├── WindowError(ValueError)        schema or text does not fit into the model's window
├── ValidatorTimeout(TimeoutError) a regular expression ran longer than it may
├── ShapeError(ValueError)         tensors whose shapes do not fit together
├── TrainingError(RuntimeError)    a run that cannot go on
└── DataError(ValueError)          training or evaluation data that cannot be used; carries file and line
"""

from __future__ import annotations


class Gliner2Error(Exception):
    """Root of all errors of this package."""


class InputError(Gliner2Error, ValueError):
    """A text, label, option or threshold cannot be used."""


class InputTypeError(InputError, TypeError):
    """A text, label, option or threshold has the wrong type."""


class SchemaError(Gliner2Error, ValueError):
    """A schema or field spec cannot be understood."""


class CheckpointError(Gliner2Error, ValueError):
    """A folder or file is not a usable checkpoint."""


class ArchitectureError(CheckpointError):
    """The checkpoint belongs to an architecture that is not supported."""


class WindowError(Gliner2Error, ValueError):
    """The schema leaves too little room for text in the model's window."""


class ValidatorTimeout(Gliner2Error, TimeoutError):
    """A user's regular expression ran longer than it may."""


class ShapeError(Gliner2Error, ValueError):
    """Tensors do not fit together."""


class TrainingError(Gliner2Error, RuntimeError):
    """A training run cannot go on."""


class DataError(Gliner2Error, ValueError):
    """Training or evaluation data cannot be used; the message names file and line."""
