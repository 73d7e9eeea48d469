"""Command line and environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from gliner2_core.modeling.precision import PRECISIONS as core_precisions
from ui.command_line import read_settings
from ui.services import Services
from ui.settings import PRECISIONS, Settings


def test_defaults_leave_address_and_model_open() -> None:
    assert read_settings([], {}) == Settings(open_models=True)


def test_command_line_wins_over_the_environment() -> None:
    found = read_settings(["--host", "0.0.0.0", "--port", "80", "--model", "m"], {"WORKBENCH_MODEL": "other"})
    assert (found.host, found.port, found.models) == ("0.0.0.0", 80, ("m",))


def test_environment_names_the_model() -> None:
    assert read_settings([], {"WORKBENCH_MODEL": "folder"}).models == ("folder",)


def test_wrong_port_ends_with_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_settings(["--port", "x"], {})
    assert "argument --port: 'x' is no port: give a number from 1 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "environment", "is_open"),
    [
        ([], {}, True),
        (["--host", "127.0.0.1"], {}, True),
        (["--host", "0.0.0.0"], {}, False),
        ([], {"GRADIO_SERVER_NAME": "0.0.0.0"}, False),
        ([], {"SPACE_ID": "owner/space"}, False),
        (["--host", "0.0.0.0", "--open-models"], {}, True),
        (["--no-open-models"], {}, False),
    ],
)
def test_visitors_open_any_model_only_where_nobody_else_reaches_the_page(
    arguments: list[str], environment: dict[str, str], is_open: bool
) -> None:
    assert read_settings(arguments, environment).open_models is is_open


def test_models_may_be_named_more_than_once() -> None:
    found = read_settings(["--model", "a", "--model", "b", "--mcp"], {"WORKBENCH_MODEL": "c"})
    assert (found.models, found.mcp) == (("a", "b"), True)


def test_runs_lie_beside_the_database(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite3"
    kept = Settings(database=str(path))
    assert kept.runs_folder() == tmp_path / "runs"
    assert not kept.has_store()
    path.touch()
    assert kept.has_store()
    assert not Settings(database=str(path), can_store=False).has_store()
    server = Settings(database="postgresql+psycopg://me@host/name")
    assert server.has_store()
    assert server.runs_folder() == Settings().runs_folder()


def test_limits_come_from_the_command_line_and_the_environment(capsys: pytest.CaptureFixture[str]) -> None:
    found = read_settings(["--max-rows", "3", "--queue-size", "1"], {"WORKBENCH_MAX_ROWS": "9", "WORKBENCH_MAX_LABELS": "7"})
    assert (found.max_rows, found.queue_size, found.max_labels, found.max_fields) == (3, 1, 7, Settings().max_fields)
    for arguments, environment, words in (
        (["--max-fields", "0"], {}, "argument --max-fields: '0' is no limit: give a whole number from 1 on"),
        ([], {"WORKBENCH_MAX_TASKS": "many"}, "WORKBENCH_MAX_TASKS: 'many' is no limit: give a whole number from 1 on"),
    ):
        with pytest.raises(SystemExit):
            read_settings(arguments, environment)
        assert words in capsys.readouterr().err


def test_the_precision_is_the_option_else_the_environments() -> None:
    assert read_settings([], {}).precision == "float32"
    assert read_settings([], {"WORKBENCH_PRECISION": "int8"}).precision == "int8"
    assert read_settings(["--precision", "bfloat16"], {"WORKBENCH_PRECISION": "int8"}).precision == "bfloat16"
    assert core_precisions == PRECISIONS


def test_an_unknown_precision_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_settings([], {"WORKBENCH_PRECISION": "half"})
    assert "WORKBENCH_PRECISION: 'half' is unknown; allowed are float32, bfloat16, int8" in capsys.readouterr().err


def test_the_page_loads_its_models_in_the_precision() -> None:
    assert Services(Settings(precision="int8")).models.extractor(None).precision == "int8"


def test_a_password_comes_from_a_file_or_the_environment_and_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("from the file\n")
    assert read_settings(["--password-file", str(file)], {"WORKBENCH_PASSWORD": "from outside"}).password == "from the file"
    settings = read_settings(["--host", "0.0.0.0"], {"WORKBENCH_PASSWORD": "from outside"})
    assert settings.password == "from outside"
    assert settings.can_store
    assert not settings.is_alone
    assert "from outside" not in repr(settings)


@pytest.mark.parametrize("words", ["", "short"])
def test_a_short_password_is_refused(words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "password").write_text(words)
    for arguments, environment in (
        ([], {"WORKBENCH_PASSWORD": words}),
        (["--password-file", str(tmp_path / "password")], {}),
    ):
        with pytest.raises(SystemExit):
            read_settings(arguments, environment)
        assert "at least 8 are needed" in capsys.readouterr().err


def test_a_password_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_settings(["--password-file", str(tmp_path / "none")], {})
    assert "none: cannot be read" in capsys.readouterr().err


SPACE = {
    "SYSTEM": "spaces", "SPACE_ID": "boss/workbench", "SPACE_AUTHOR_NAME": "Boss", "OAUTH_CLIENT_ID": "a",
    "OAUTH_CLIENT_SECRET": "b", "OAUTH_SCOPES": "openid profile", "OPENID_PROVIDER_URL": "c",
}  # fmt: skip


def test_a_space_with_sign_in_stores_what_belongs_to_accounts() -> None:
    found = read_settings([], SPACE)
    assert (found.has_accounts, found.can_store, found.is_alone, found.admins) == (True, True, False, ("boss",))
    assert (found.is_behind_proxy, found.has_json_log) == (True, True)
    assert read_settings([], {**SPACE, "WORKBENCH_ADMINS": " Ann, bob,"}).admins == ("ann", "bob")


def test_a_password_takes_the_place_of_accounts() -> None:
    found = read_settings([], {**SPACE, "WORKBENCH_PASSWORD": "long enough"})
    assert (found.has_accounts, found.can_store, found.password) == (False, True, "long enough")


@pytest.mark.parametrize("name", ["SYSTEM", "OAUTH_CLIENT_ID"])
def test_without_sign_in_a_space_stores_nothing(name: str) -> None:
    found = read_settings([], {key: value for key, value in SPACE.items() if key != name})
    assert (found.has_accounts, found.can_store) == (False, False)


def test_half_a_sign_in_ends_with_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_settings([], {**SPACE, "OAUTH_SCOPES": "", "OPENID_PROVIDER_URL": ""})
    assert "OAUTH_CLIENT_ID is set, but OAUTH_SCOPES, OPENID_PROVIDER_URL are not" in capsys.readouterr().err


def test_the_logs_form_is_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    assert not read_settings([], {}).has_json_log
    assert read_settings([], {"WORKBENCH_LOG": "json"}).has_json_log
    assert not read_settings([], {**SPACE, "WORKBENCH_LOG": "text"}).has_json_log
    with pytest.raises(SystemExit):
        read_settings([], {"WORKBENCH_LOG": "xml"})
    assert "WORKBENCH_LOG: 'xml' is unknown; allowed are json, text" in capsys.readouterr().err
