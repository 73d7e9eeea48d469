"""From a result on the page into the store of corrections."""

from __future__ import annotations

from gliner2_core import Prediction, Schema
from ui import render
from ui.mapping import to_checkpoint, to_output
from ui.messages import PageError
from ui.services import Services

PROJECT = "default"


def send_to_corrections(services: Services, prediction: Prediction | None, schema: Schema | None, source: str) -> str:
    """Store a result, to be corrected later; writes a document, a schema and a prediction.

    Args:
        services: The store.
        prediction: The last result of the visitor on a tab.
        schema: What was asked.
        source: Name of the tab.

    Returns:
        Where it is now.

    Raises:
        PageError: If there is no result yet, or this page stores nothing.
        StorageError: If it cannot be stored.
    """
    if prediction is None or schema is None:
        raise PageError("Run first: the result is what is sent.")
    store = services.store()
    output = to_output(prediction)
    added = store.add_prediction(
        PROJECT, prediction.text, schema.to_dict(), output, to_checkpoint(prediction), source=source
    )
    n_values = len(output.entities) + len(output.structures) + len(output.relations) + len(output.classifications)
    known = "" if added.is_new else ", which was there already"
    return (
        f"Stored as record {added.record_id} of project “{PROJECT}”{known}, with "
        f"{render.counted(n_values, 'finding', 'findings')} and the schema. It now holds "
        f"{render.counted(store.counts(PROJECT).records, 'record', 'records')}."
    )
