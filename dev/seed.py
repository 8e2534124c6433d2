"""The demo organisation: Alice bought five seats a month ago, by signed events like any purchase, and gave out two."""

from dev.desk import Desk
from dev.people import BOB, CAROL
from dev.playing import buy_for_demo
from dev.seats import assign_to


def seed(desk: Desk) -> None:
    """Make it once, where Paddle is played here. Raises Trouble, Refusal."""
    if desk.place.seeded.exists() or "paddle" not in desk.vendors:
        return
    buy_for_demo(desk)
    for person in (BOB, CAROL):
        assign_to(desk, person)
    desk.place.seeded.touch()
