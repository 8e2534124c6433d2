"""The stand-in's own records, kept in a file so that a story goes on from one command to the next."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ValidationError

from dev.paddle.subscription import Subscription
from dev.trouble import Trouble


class Books(BaseModel):
    """Every subscription by its id, in the order of purchase; ``seeded`` once the demo organisation is complete."""

    seeded: bool = False
    subscriptions: dict[str, Subscription] = {}

    @classmethod
    def load(cls, path: Path) -> Self:
        """The books as they were saved, or empty ones. Raises Trouble."""
        if not path.exists():
            return cls()
        try:
            return cls.model_validate_json(path.read_text())
        except ValidationError:
            raise Trouble(f"{path.name} in .dev cannot be read: drop the local data with make dev-reset.") from None

    def save(self, path: Path) -> None:
        """Whole or not at all."""
        made = path.with_suffix(".new")
        made.write_text(self.model_dump_json(indent=2))
        made.replace(path)

    def find(self, id: str | None) -> Subscription:  # noqa: A002 - what Paddle calls it
        """The subscription of that id; without one, the organisation's: its first that still lives, else its last.

        Raises Trouble.
        """
        if id is not None:
            found = self.subscriptions.get(id)
            if found is None:
                raise Trouble(f"There is no subscription {id}: list them with the command subscriptions.")
            return found
        of_organisation = [known for known in self.subscriptions.values() if known.buyer == "organisation"]
        if not of_organisation:
            raise Trouble("There is no subscription yet: make one with the command purchase.")
        return next((known for known in of_organisation if known.status != "canceled"), of_organisation[-1])
