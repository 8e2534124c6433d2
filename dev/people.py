"""Whom the commands can name: people of the stand-ins' world as the app's own operations know them."""

from dev.entra import cast
from dev.entra.people import CONTOSO
from dev.trouble import Trouble
from shared.domain.people import Person
from shared.operations.assign_seat import Assignee

_WORLD = cast.demo()
ORGANISATION = _WORLD.tenants[CONTOSO].name


def _assignee(id_: str) -> Assignee:
    user = _WORLD.users[id_]
    return Assignee(Person(user.tenant, user.id), user.name, user.addresses)


ALICE = _assignee(cast.ALICE)
BOB = _assignee(cast.BOB)
CAROL = _assignee(cast.CAROL)
DAVE = _assignee(cast.DAVE)
ERIN = _assignee(cast.ERIN)
FRANK = _assignee(cast.FRANK)
MALLORY = _assignee(cast.MALLORY)

PEOPLE = (ALICE, BOB, CAROL, DAVE, ERIN, FRANK, MALLORY)


def first_name(person: Assignee) -> str:
    return person.name.partition(" ")[0]


def find(text: str) -> Assignee:
    """Whom a first name, a whole name or an address means. Raises Trouble."""
    wanted = text.strip().casefold()
    for person in PEOPLE:
        if wanted in {first_name(person).casefold(), person.name.casefold(), *person.addresses}:
            return person
    names = ", ".join(first_name(person) for person in PEOPLE)
    raise Trouble(f"Nobody here is called {text}: there are {names}.")


def address_of(text: str) -> str:
    """An address as it is, or that of a person here. Raises Trouble."""
    return text if "@" in text else find(text).addresses[0]
