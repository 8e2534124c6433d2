"""What visitors do to find a colleague, and colleagues whom nobody finds."""

from dev.entra.people import CONTOSO
from shared.domain.people import Person
from shared.operations.assign_seat import Assignee
from tests.browser.visitors import Visitor


def find(visitor: Visitor, text: str, name: str, address: str) -> None:
    """Type, and choose from what is found; there is another Bob Bee."""
    page = visitor.page
    visitor.write(page.get_by_role("combobox"), text)
    option = page.get_by_role("option").filter(has_text=f"{name} {address}")
    option.wait_for()
    if visitor.way != "keyboard":
        option.click()
        return
    for _ in range(page.get_by_role("option").count()):
        page.keyboard.press("ArrowDown")
        if option.get_attribute("aria-selected") == "true":
            break
    page.keyboard.press("Enter")


def consent(visitor: Visitor) -> None:
    """To the directory being read, from wherever the page says so."""
    visitor.press(visitor.link("Allow it at Microsoft").locator("visible=true"))
    visitor.press(visitor.button("Accept"))


def stranger(number: int) -> Assignee:
    """Somebody of whom the directory knows nothing."""
    person = Person(CONTOSO, f"c0110000-0000-4000-8000-{number:012d}")
    return Assignee(person, f"Colleague {number}", (f"colleague{number}@contoso.example",))
