"""Labels in the styles that people type."""

from __future__ import annotations

import random

from gliner2_core.training.label_styles import restyled

RECORD = {
    "text": "Ann",
    "entities": [{"label": "job title", "start": 0, "end": 3, "text": "Ann"}],
    "entity_labels": ["job title", "start date"],
    "label_descriptions": {"job title": "what someone does"},
    "classifications": [{"task": "main topic", "labels": ["open war", "free trade"], "true": ["open war"]}],
    "structures": [
        {"name": "new job", "fields": {"full name": "Ann"}, "spans": {"full name": [[0, 3]]}, "schema": ["full name"]},
        {"name": "works for", "fields": {"subject": "Ann"}, "spans": {"subject": [[0, 3]]}, "schema": ["subject", "object"]},
    ],
}


def test_all_labels_of_a_record_change_together() -> None:
    seen = set()
    for seed in range(60):
        changed = restyled(RECORD, random.Random(seed))
        label = changed["entities"][0]["label"]
        seen.add(label)
        assert changed["text"] == "Ann"
        assert changed["entity_labels"][0] == label
        assert list(changed["label_descriptions"]) == [label]
        assert changed["classifications"][0]["true"] == changed["classifications"][0]["labels"][:1]
        structure, relation = changed["structures"]
        assert structure["schema"] == list(structure["fields"]) == list(structure["spans"])
        assert relation["schema"] == ["subject", "object"]
    assert seen == {"Job Title", "Job title", "JOB TITLE", "job_title", "job-title", "jobTitle", "JobTitle"}


def test_the_record_itself_stays() -> None:
    restyled(RECORD, random.Random(1))
    assert RECORD["entity_labels"] == ["job title", "start date"]
