"""Who there is to play with: Contoso with its colleagues and a guest, Mallory's tenant, and Pat, who is in none."""

from dev.entra.colleagues import COLLEAGUES, address
from dev.entra.people import CONSUMERS, CONTOSO, FABRIKAM, MALLORYS, ROLES, Directory, Tenant, User

_FIRST_COLLEAGUE = 101


def _id(number: int) -> str:
    return f"{number:08d}-0000-4000-8000-000000000000"


ALICE, BOB, CAROL, DAVE, ERIN, FRANK, MALLORY = (_id(number) for number in range(1, 8))
# Greta is at home at Fabrikam and a guest of Contoso.
GRETA, GRETA_AS_GUEST, NORA, STEN = (_id(number) for number in range(8, 12))
# As those of personal accounts look.
PAT = "00000000-0000-0000-9a70-000000000001"


def demo() -> Directory:
    """Everybody as they are at first, anew each time."""
    return Directory(_tenants(), [*_contoso(), *_colleagues(), *_others()])


def _tenants() -> list[Tenant]:
    return [
        Tenant(CONTOSO, "Contoso", ("contoso.example", "contoso.onmicrosoft.example")),
        Tenant(FABRIKAM, "Fabrikam", ("fabrikam.example",)),
        Tenant(MALLORYS, "Mallory & Sons", ("evil.example",)),
        Tenant(CONSUMERS, "Personal accounts", ("outlook.example",)),
    ]


def _contoso() -> list[User]:
    return [
        _member(ALICE, "Alice Admin", "alice", roles={"Global Administrator"}),
        _member(BOB, "Bob Bee", "bob", mail="b.bee@contoso.example"),
        _member(CAROL, "Carol Sea", "carol"),
        _member(DAVE, "Dave Dee", "dave"),
        # She may give out licenses, but consent for nobody else.
        _member(ERIN, "Erin Eve", "erin", roles={"License Administrator"}),
        _member(FRANK, "Frank Eff", "frank", roles={"Global Reader"}),
        _member(NORA, "Nora Nomail", "nora", mail=None),
        # An administrator can write anybody's address there, but not verify its domain.
        _member(STEN, "Sten Stray", "sten", mail="director@fabrikam.example"),
        User(
            GRETA_AS_GUEST,
            CONTOSO,
            "Greta Guest",
            "greta_fabrikam.example#EXT#@contoso.onmicrosoft.example",
            "greta@fabrikam.example",
            home=GRETA,
        ),
    ]


def _member(id_: str, name: str, local: str, mail: str | None = "", roles: set[str] | None = None) -> User:
    """``mail`` is the user name unless told otherwise."""
    user_name = f"{local}@contoso.example"
    held = {ROLES[role] for role in roles or ()}
    return User(id_, CONTOSO, name, user_name, user_name if mail == "" else mail, held, in_cast=True)


def _colleagues() -> list[User]:
    return [
        User(_id(number), CONTOSO, name, address(name, number), address(name, number))
        for number, name in enumerate(COLLEAGUES, _FIRST_COLLEAGUE)
    ]


def _others() -> list[User]:
    administrator = {ROLES["Global Administrator"]}
    mallory, greta, pat = "mallory@evil.example", "greta@fabrikam.example", "pat@outlook.example"
    return [
        User(MALLORY, MALLORYS, "Mallory", mallory, mallory, administrator, in_cast=True),
        User(GRETA, FABRIKAM, "Greta Guest", greta, greta, in_cast=True),
        User(PAT, CONSUMERS, "Pat Personal", pat, pat, in_cast=True),
    ]
