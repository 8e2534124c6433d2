"""Who there is to play with: a small organisation's people, and a stranger."""

from dev.trouble import Trouble
from shared.domain.people import Person
from shared.operations.assign_seat import Assignee

ORGANISATION = "Contoso"
_TENANT = "c0470500-0000-4000-8000-000000000000"
_STRANGERS_TENANT = "e7110000-0000-4000-8000-000000000000"


def _person(number: int, name: str, *addresses: str, tenant: str = _TENANT) -> Assignee:
    return Assignee(Person(tenant, f"{number:08d}-0000-4000-8000-000000000000"), name, addresses)


ALICE = _person(1, "Alice Admin", "alice@contoso.example")
BOB = _person(2, "Bob Bee", "bob@contoso.example", "b.bee@contoso.example")
CAROL = _person(3, "Carol Sea", "carol@contoso.example")
DAVE = _person(4, "Dave Dee", "dave@contoso.example")
ERIN = _person(5, "Erin Eve", "erin@contoso.example")
FRANK = _person(6, "Frank Eff", "frank@contoso.example")
MALLORY = _person(7, "Mallory", "mallory@evil.example", tenant=_STRANGERS_TENANT)

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
