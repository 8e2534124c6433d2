"""The demo organisation: Alice bought five seats a month ago, by signed events like any purchase, and gave out two."""

from dev.desk import Desk
from dev.paddle.commands import buy_for_demo
from dev.people import BOB, CAROL
from dev.seats import assign_to


def seed(desk: Desk) -> None:
    """Make it once; what an interrupted start left half made is not gone on with. Raises Trouble, Refusal."""
    if desk.books.seeded:
        return
    desk.books.subscriptions.clear()
    bought = buy_for_demo(desk)
    for person in (BOB, CAROL):
        assign_to(desk, person, bought.id)
    desk.books.seeded = True
    desk.books.save(desk.place.paddle)
