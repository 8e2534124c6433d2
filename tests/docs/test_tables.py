"""The tables of the pages are those of the code."""

import re

from shared.settings import SETTING_NAMES
from support.describe_data import describe_data
from tests.docs.codes import statuses
from tests.docs.pages import read, rows
from tests.infra.test_settings import SECRETS


def test_the_page_of_what_is_held_is_written_from_the_records() -> None:
    assert read("docs/data.md") == describe_data()


def test_the_page_of_errors_has_every_code_with_its_status() -> None:
    listed = [(code.strip("`"), int(status)) for code, status, _ in rows(read("docs/errors.md"))]

    assert sorted(listed) == sorted(statuses().items())


def test_the_operators_page_has_every_setting_once() -> None:
    listed = [setting for setting, *_ in settings()]

    assert sorted(listed) == sorted(SETTING_NAMES)


def test_the_operators_page_says_which_settings_are_secret() -> None:
    local_secrets = {"TABLES_CONNECTION", "LEDGER_CONNECTION"}

    assert {name for name, _, secret in settings() if secret == "yes"} == SECRETS | local_secrets


def test_the_operators_page_has_every_timer_with_its_schedule() -> None:
    listed = {name.strip("`"): when.strip("`") for name, when, _ in _table("Timers")}
    declared = dict(
        re.findall(r'function_name\("(\w+)"\)\s+@functions\.timer_trigger\("\w+", schedule="([^"]+)"', timers())
    )

    assert listed == declared


def settings() -> list[tuple[str, str, str]]:
    return [(name.strip("`"), what, secret) for name, what, secret in _table("Settings")]


def timers() -> str:
    return read("functions/purge.py") + read("functions/reconcile.py")


def _table(section: str) -> list[list[str]]:
    text = read("docs/operating.md")
    [body] = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return [*rows(body)]
