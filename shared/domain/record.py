"""What every stored row has, and what must be said of each of its fields."""

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict

from shared.domain.fields import Text
from shared.domain.held import CLOCKWORK, OURS
from shared.domain.inventory import Held, Keep


class Record(BaseModel):
    """A row. Storage gives each inserted row its two random ids; unknown fields are refused on write."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    record_id: Annotated[Text, replace(CLOCKWORK, keep=Keep.ROW)] = ""
    operation: Annotated[Text, replace(OURS, keep=Keep.ROW)] = ""

    erasure_is_repeated: ClassVar[bool] = False

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """Derive, from the fields' own annotations, whether a restored backup must lose such a row again.

        What only says that something is due comes back due, and goes again by itself; so does a checkout's
        reference, which comes back with the note that ends it.
        """
        held = held_fields(cls).values()
        goes_by_itself = {Keep.DUE_DAY, Keep.REFERENCE}
        cls.erasure_is_repeated = any(h.is_about_a_person and h.keep not in goes_by_itself for h in held)


def held_fields(record: type[Record]) -> dict[str, Held]:
    """Every field of a record with what is said of it. A field without annotation raises StopIteration."""
    return {
        name: next(note for note in field.metadata if isinstance(note, Held))
        for name, field in record.model_fields.items()
    }
