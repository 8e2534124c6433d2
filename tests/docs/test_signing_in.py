"""What operators are told of the app that people sign in to is what the code asks for."""

from pathlib import Path

from shared.domain.roles import ADMINISTRATORS
from shared.identity.sign_in import _SCOPES

TOLD = (Path(__file__).parents[2] / "docs" / "operating.md").read_text("utf-8").partition("## Signing in")[2]


def test_operators_are_told_which_roles_give_seats() -> None:
    [line] = [line for line in TOLD.splitlines() if line.startswith("Who may give seats")]
    roles = line.partition("of these roles at sign-in: ")[2].removesuffix(" Administrator.").replace(" or ", ", ")

    assert {f"{role} Administrator" for role in roles.split(", ")} == {*ADMINISTRATORS.values()}


def test_operators_are_told_which_permissions_are_asked_for() -> None:
    assert all(f"\n`{scope}` " in TOLD for scope in _SCOPES.values())
