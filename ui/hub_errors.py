"""What a hub's refusals mean."""

from __future__ import annotations


def is_unreachable(error: Exception) -> bool:
    """Tell whether the hub was not reached at all."""
    from huggingface_hub.errors import OfflineModeIsEnabled

    # huggingface_hub raises the errors of its HTTP library, whose name has changed between its versions.
    return isinstance(error, (OSError, OfflineModeIsEnabled)) or type(error).__module__.startswith("httpx")
