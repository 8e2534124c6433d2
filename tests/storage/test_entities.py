"""Records become entities strictly and come back tolerantly, within the limits that Azurite does not enforce."""

import logging
from datetime import date
from typing import Annotated, Any

import pytest
from pydantic import ValidationError, create_model

from shared.domain.held import OURS
from shared.domain.records import RECORDS, Record, Seat, Subscription, Transaction
from shared.ports import NotStorable, Row
from shared.storage import keys
from shared.storage.entities import keys_of, to_entity, to_merge, to_record
from tests.storage.records import AT, SEAT_KEY, SUBSCRIPTION, full

HEADER = keys.subscription(SUBSCRIPTION)
SEAT = keys.seat(SUBSCRIPTION, SEAT_KEY)
# One character, two UTF-16 units.
ASTRAL = "𝔹"


def _wide() -> type[Record]:
    about = Annotated[str, OURS]
    texts: dict[str, Any] = {f"text_{number}": (about, "") for number in range(17)}
    return create_model("Wide", __base__=Record, **texts)


Wide: Any = _wide()


def seat(**changed: Any) -> Seat:  # noqa: ANN401 - whatever a field may be given
    _, record = full(Seat)
    assert isinstance(record, Seat)
    return record.model_copy(update=changed)


def row_named(partition: str = "p", key: str = "k") -> Row[Subscription]:
    return Row("subscriptions", partition, key, Subscription)


@pytest.mark.parametrize("model", RECORDS)
def test_a_full_record_reads_as_it_was_written(model: type[Record]) -> None:
    row, record = full(model)

    assert to_record(row, to_entity(row, record)) == record


@pytest.mark.parametrize("model", RECORDS)
def test_only_texts_numbers_and_truths_are_stored(model: type[Record]) -> None:
    assert {type(value) for value in to_entity(*full(model)).values()} <= {str, int, bool}


@pytest.mark.parametrize("model", RECORDS)
def test_a_field_that_is_not_declared_cannot_be_written(model: type[Record]) -> None:
    row, record = full(model)

    with pytest.raises(ValidationError, match="shoe_size"):
        to_entity(row, record.model_copy(update={"shoe_size": "42"}))
    with pytest.raises(ValidationError, match="shoe_size"):
        to_merge(row, record, record.model_copy(update={"shoe_size": "42"}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": "3"},
        {"quantity": 3.0},
        {"quantity": True},
        {"quantity": None},
        {"disputed": 1},
        {"disputed": "true"},
        {"plan": 7},
        {"plan": None},
        {"status": "unheard of"},
        {"paid_through": "tomorrow"},
        {"paid_through": date(2026, 3, 2)},
    ],
)
def test_a_value_of_another_type_cannot_be_written(wrong: dict[str, object]) -> None:
    header = Subscription()

    with pytest.raises(ValidationError):
        to_entity(HEADER, header.model_copy(update=wrong))
    with pytest.raises(ValidationError):
        to_merge(HEADER, header, header.model_copy(update=wrong))


def test_what_is_wrong_with_a_stored_value_is_told_without_it() -> None:
    entity = {**to_entity(SEAT, seat()), "assigned_on": "bob@contoso.example"}

    with pytest.raises(ValidationError) as raised:
        to_record(SEAT, entity)

    assert "assigned_on" in str(raised.value)
    assert "bob@contoso.example" not in str(raised.value)


def test_a_property_of_a_newer_version_is_ignored_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    entity = to_entity(SEAT, seat())

    with caplog.at_level(logging.WARNING):
        read = to_record(SEAT, {**entity, "colour": "mauve", "size": "large"})

    assert read == seat()
    assert caplog.messages == ["table subscriptions: 2 unknown fields"]
    assert "mauve" not in caplog.text


def test_nothing_is_counted_where_nothing_is_unknown(caplog: pytest.LogCaptureFixture) -> None:
    to_record(SEAT, to_entity(SEAT, seat()))
    bare = to_record(keys.people("k1.hash"), to_entity(SEAT, seat(record_id="random")))

    assert bare == Record(record_id="random")
    assert not caplog.records


@pytest.mark.parametrize("model", RECORDS)
def test_a_field_that_an_older_version_did_not_write_has_its_default(model: type[Record]) -> None:
    row, record = full(model)
    optional = {name: field for name, field in model.model_fields.items() if not field.is_required()}
    entity = {name: value for name, value in to_entity(row, record).items() if name not in optional}

    read = to_record(row, entity)

    assert {name: getattr(read, name) for name in optional} == {
        name: field.get_default(call_default_factory=True) for name, field in optional.items()
    }


def test_a_merge_holds_the_changed_fields_and_the_keys_alone() -> None:
    header = Subscription(plan="team", quantity=3, paid_through=AT)

    merge = to_merge(HEADER, header, header.model_copy(update={"quantity": 4, "paid_through": None}))

    assert merge == {
        "PartitionKey": SUBSCRIPTION,
        "RowKey": "subscription",
        "quantity": 4,
        "paid_through": "",
    }


@pytest.mark.parametrize("character", ["/", "\\", "#", "?", "\0", "\t", "\n", "\x1f", "\x7f", "\x9f", "\ud800"])
def test_a_key_with_a_character_that_storage_refuses_is_not_storable(character: str) -> None:
    for row in row_named(partition=f"a{character}b"), row_named(key=character):
        with pytest.raises(NotStorable):
            keys_of(row)


@pytest.mark.parametrize("text", ["a" * 513, ASTRAL * 257])
def test_a_key_beyond_one_kibibyte_is_not_storable(text: str) -> None:
    for row in row_named(partition=text), row_named(key=text):
        with pytest.raises(NotStorable):
            keys_of(row)


@pytest.mark.parametrize("text", ["a" * 512, ASTRAL * 256])
def test_a_key_of_one_kibibyte_is_storable(text: str) -> None:
    assert keys_of(row_named(text, text)) == {"PartitionKey": text, "RowKey": text}


def test_a_refused_key_is_not_told() -> None:
    with pytest.raises(NotStorable) as raised:
        keys_of(row_named(key="bob@contoso.example?"))

    assert "bob" not in str(raised.value)


def texts_of(units: int, character: str = "a") -> tuple[str, ...]:
    """Addresses that are one property of so many UTF-16 units: JSON writes each with four characters around it."""
    width = 508
    rows, rest = divmod(units, width + 4)
    return (character * width,) * (rows - 1) + (character * (width + rest),)


def test_a_text_of_the_longest_size_is_storable() -> None:
    addresses = texts_of(32 * 1024)

    assert len(str(to_entity(SEAT, seat(addresses=addresses))["addresses"])) == 32 * 1024


def test_a_text_beyond_the_longest_size_is_not_storable() -> None:
    addresses = texts_of(32 * 1024)

    with pytest.raises(NotStorable, match="addresses"):
        to_entity(SEAT, seat(addresses=(*addresses[:-1], addresses[-1] + "a")))


def test_an_astral_character_counts_twice() -> None:
    row = Row("subscriptions", "p", "k", Wide)

    assert to_entity(row, Wide(text_0=ASTRAL * 16384))["text_0"] == ASTRAL * 16384
    with pytest.raises(NotStorable, match="text_0"):
        to_entity(row, Wide(text_0=ASTRAL * 16384 + "a"))


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1])
def test_a_number_beyond_32_bits_is_not_storable(number: int) -> None:
    header = Subscription(quantity=number)

    with pytest.raises(NotStorable, match="quantity"):
        to_entity(HEADER, header)
    with pytest.raises(NotStorable, match="quantity"):
        to_merge(HEADER, Subscription(), header)


def test_the_largest_number_of_32_bits_is_storable() -> None:
    assert to_entity(HEADER, Subscription(quantity=2**31 - 1))["quantity"] == 2**31 - 1


def test_an_entity_beyond_one_mebibyte_is_not_storable() -> None:
    row = Row("subscriptions", "p", "k", Wide)
    longest = {name: "a" * 32 * 1024 for name in Wide.model_fields if name.startswith("text")}

    with pytest.raises(NotStorable, match="too large"):
        to_entity(row, Wide(**longest))


def test_many_refunds_of_one_transaction_reach_the_limit_and_not_storage() -> None:
    row, record = full(Transaction)
    assert isinstance(record, Transaction)
    adjustments = {f"adj_{number:026d}": record.adjustments["adj_1"] for number in range(400)}

    with pytest.raises(NotStorable, match="adjustments"):
        to_entity(row, record.model_copy(update={"adjustments": adjustments}))
