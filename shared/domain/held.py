"""What is said of the stored fields of each kind: why, from where, for whom and how long."""

from dataclasses import replace

from shared.domain.inventory import Basis, Category, Held, Keep, Purpose, Recipient, Source

OURS = Held(
    Category.BOOKKEEPING,
    Purpose.EXACTLY_ONCE,
    Basis.LEGITIMATE_INTEREST,
    Source.SERVER,
    Recipient.NOBODY,
    Keep.SUBSCRIPTION,
    exported=False,
)
CLOCKWORK = replace(OURS, purpose=Purpose.ERASURE, basis=Basis.LEGAL_DUTY)
PURCHASE = Held(
    Category.PURCHASE,
    Purpose.LICENSE,
    Basis.CONTRACT,
    Source.MARKETPLACE,
    Recipient.ADMINISTRATORS,
    Keep.SUBSCRIPTION,
    exported=True,
)
PAYMENT = replace(PURCHASE, purpose=Purpose.BILLING, recipients=Recipient.VENDOR)
CONTACT = replace(PAYMENT, category=Category.CONTACT, keep=Keep.CONTACT)
OWNER = replace(PURCHASE, category=Category.IDENTIFIER, source=Source.SERVER, recipients=Recipient.VENDOR)
SEAT_IDENTIFIER = Held(
    Category.IDENTIFIER,
    Purpose.LICENSE,
    Basis.CONTRACT,
    Source.MICROSOFT_365,
    Recipient.ADMINISTRATORS,
    Keep.SEAT,
    exported=True,
)
SEAT_CONTACT = replace(SEAT_IDENTIFIER, category=Category.CONTACT)
SEAT_CHOICE = replace(SEAT_IDENTIFIER, category=Category.CHOICE, source=Source.ADMINISTRATOR)
SEAT_HINT = replace(SEAT_IDENTIFIER, source=Source.SERVER, recipients=Recipient.NOBODY)
ACCOUNT_IDENTIFIER = replace(SEAT_IDENTIFIER, purpose=Purpose.ACCOUNT, recipients=Recipient.VENDOR, keep=Keep.ACCOUNT)
ACCOUNT_CONTACT = replace(ACCOUNT_IDENTIFIER, category=Category.CONTACT)
ACCOUNT_LINK = replace(ACCOUNT_IDENTIFIER, source=Source.SERVER)
REQUEST = Held(
    Category.REQUEST,
    Purpose.ACCOUNTABILITY,
    Basis.LEGAL_DUTY,
    Source.SERVER,
    Recipient.VENDOR,
    Keep.REQUEST,
    exported=True,
)
LAST_USE = Held(
    Category.USAGE,
    Purpose.ORDER_OF_SURPLUS,
    Basis.LEGITIMATE_INTEREST,
    Source.ADD_IN,
    Recipient.VENDOR,
    Keep.SEAT,
    exported=True,
)
