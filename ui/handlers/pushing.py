"""A trained model to the hub: its card, and the upload with the visitor's own token."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ui.hub_errors import is_unreachable
from ui.messages import PageError
from ui.run_scores import Score, scores_of

if TYPE_CHECKING:
    from storage.runs import Run


def card_of(run: Run) -> str:
    """Return the model card of a run's checkpoint, as the README.md of its folder; no text of a record stands in it."""
    from huggingface_hub import ModelCardData

    from gliner2_core.predictions import EMBEDDED_NAME

    is_embedded, is_folder = run.base == EMBEDDED_NAME, Path(run.base).is_dir()
    base = Path(run.base).name if is_folder else run.base
    data = ModelCardData(
        library_name="gliner2",
        tags=["gliner2", "named-entity-recognition", "text-classification", "information-extraction"],
        license="apache-2.0" if is_embedded else None,
        base_model=base if base.count("/") == 1 else None,
    )
    counts, settings = run.config.get("records", {}), run.config.get("settings", {})
    parts = [
        f"---\n{data.to_yaml()}\n---",
        f"# {run.name}",
        f"A GLiNER2 model, fine-tuned from `{base}` on {counts.get('train', 0)} corrected records; "
        f"{counts.get('dev', 0)} more said when to stop, {counts.get('test', 0)} were held out.",
        "## How good it is\n\n" + _scores(run),
        "## How it was trained\n\n" + "\n".join(f"- {name}: {value}" for name, value in sorted(settings.items())),
        "## How to use it\n\n```python\nfrom gliner2_core import GLiNER2\n\n"
        'model = GLiNER2.from_pretrained("this repository")\n```\n\nThe `gliner2` package loads it, too.',
    ]
    return "\n\n".join(parts) + "\n"


def with_card(run: Run) -> Path:
    """Write the card into the folder of a run's checkpoint; returns the folder.

    Raises:
        PageError: If the run has no checkpoint.
    """
    if not run.artifact or not Path(run.artifact).is_dir():
        raise PageError(f"“{run.name}” has no model yet.")
    folder = Path(run.artifact)
    (folder / "README.md").write_text(card_of(run), encoding="utf-8")
    return folder


def push_run(run: Run, repo: str, token: str, *, is_private: bool) -> str:
    """Upload a run's checkpoint with its card; returns the repository's address.

    Args:
        run: One that is done.
        repo: `owner/name`; made where missing.
        token: The visitor's own: never one that the server has.
        is_private: Of a repository that is made.

    Raises:
        PageError: If there is no checkpoint, a value is missing or wrong, or the hub refuses or cannot be reached.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    repo, token = (repo or "").strip(), (token or "").strip()
    if repo.count("/") != 1:
        raise PageError(f"The repository must be written owner/name, got “{repo}”.")
    if not token:
        raise PageError("Give an access token of yours that may write; it is used once and not kept.")
    folder = with_card(run)
    try:
        api = HfApi(token=token)
        made = api.create_repo(repo, private=is_private, exist_ok=True)
        api.upload_folder(repo_id=repo, folder_path=folder, commit_message=f"{run.name}, trained in GLiNER2 Workbench")
    except HFValidationError as error:
        raise PageError(f"The hub takes no such name: {error}") from error
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else "no answer"
        reason = {401: "the token is not valid", 403: "the token may not write there"}.get(status, str(error))
        raise PageError(f"The hub refused it ({status}): {reason}. Nothing is lost here.") from error
    except Exception as error:
        if is_unreachable(error):
            raise PageError(
                "The hub cannot be reached from this machine. Download the model and push it from another one."
            ) from error
        raise
    return str(made)


def _scores(run: Run) -> str:
    if not run.metrics:
        return "Not measured."
    lines = ["| | true or records | before | after |", "| --- | ---: | ---: | ---: |"]
    for group in scores_of(run.metrics):
        name = group.whole.name
        head = f"**{name}** ({group.metric})" if group.metric else f"everyday {name}, to tell what it forgot"
        lines += [_line(head, group.whole), *(_line(one.name, one) for one in group.labels)]
    warnings = "".join(f"\n\n{words.capitalize()}." for words in run.metrics["warnings"])
    return "Records that it never learned from, in percent:\n\n" + "\n".join(lines) + warnings


def _line(name: str, score: Score) -> str:
    cell = name.replace("|", "\\|").replace("\n", " ")
    return f"| {cell} | {score.number} | {100 * score.before:.1f} | {100 * score.after:.1f} |"
