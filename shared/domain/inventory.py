"""The closed lists that every stored field is described with; what is published about data is made from them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Category(StrEnum):
    """What kind of data a field is."""

    IDENTIFIER = "identifiers of a person"
    CONTACT = "name and e-mail address"
    PURCHASE = "purchase"
    USAGE = "last use by day"
    CHOICE = "choices a person or their administrator made"
    REQUEST = "that a right was used"
    BOOKKEEPING = "bookkeeping that names nobody"


class Purpose(StrEnum):
    """Why a field is held."""

    LICENSE = "to give a license to whom it belongs"
    ACCOUNT = "to administer the account"
    BILLING = "to match payments with purchases"
    ORDER_OF_SURPLUS = "to tell the vendor of use, and to order surplus seats"
    ERASURE = "to delete what is due"
    EXACTLY_ONCE = "to handle each event once and in order"
    ACCOUNTABILITY = "to show that the law was kept"


class Basis(StrEnum):
    """The legal basis (GDPR Article 6)."""

    CONTRACT = "performance of a contract, Article 6(1)(b)"
    LEGAL_DUTY = "legal obligation, Article 6(1)(c)"
    LEGITIMATE_INTEREST = "legitimate interest, Article 6(1)(f)"


class Source(StrEnum):
    """Where a field comes from."""

    MICROSOFT_365 = "Microsoft 365 sign-in or directory"
    MARKETPLACE = "the marketplace of the purchase"
    ADD_IN = "the add-in's question for a license"
    ADMINISTRATOR = "an administrator of the organisation"
    SERVER = "made by the server"


class Recipient(StrEnum):
    """Who sees a field besides the person it is about."""

    NOBODY = "nobody"
    VENDOR = "the vendor"
    ADMINISTRATORS = "the vendor and the organisation's administrators"


class Keep(StrEnum):
    """Until when a field is kept."""

    ACCOUNT = "the account closes; 12 months after both the last live subscription and the last sign-in"
    SIGN_IN_ONLY = "the account closes; 7 days if nothing was bought or assigned"
    CONSENT = (
        "the account closes; 90 days without use; at once when Microsoft refuses it or the person signs out everywhere"
    )
    REQUEST = "12 months after the answer"
    CONTACT = "the buyer's account closes, at the latest with the subscription"
    SUBSCRIPTION = (
        "12 months after the subscription's end, sooner when the owner's account closes; "
        "unclaimed: 90 days after its end; never confirmed: 30 days"
    )
    ROW = "the row goes"
    SEAT = "the seat is released; 30 days after the subscription's end"
    REFERENCE = "7 days"
    RECEIPT = "30 days"
    DUE_DAY = "the day on which it was looked at"
    OPERATION = "the server is operated; it names nobody"


@dataclass(frozen=True, slots=True)
class Held:
    """What must be said of a field before it may be stored."""

    category: Category
    purpose: Purpose
    basis: Basis
    source: Source
    recipients: Recipient
    keep: Keep
    exported: bool

    @property
    def is_about_a_person(self) -> bool:
        """Whether deleting it is an erasure that a restored backup must repeat."""
        return self.category is not Category.BOOKKEEPING


@dataclass(frozen=True, slots=True)
class Past:
    """A category of which something was stored and no longer is; it stays published for twelve months."""

    category: Category
    purpose: Purpose
    recipients: Recipient
    ended_on: date


PAST: tuple[Past, ...] = ()
