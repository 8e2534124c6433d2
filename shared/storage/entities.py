"""Records as the table service's entities and back: strict on write, tolerant on read, within the service's limits."""

import logging
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from shared.domain.records import Record
from shared.ports import NotStorable, Row

R = TypeVar("R", bound=Record)
Entity = dict[str, str | int | bool]

# https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
_KEYS = ("PartitionKey", "RowKey")
_FORBIDDEN_IN_KEYS = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LONGEST_KEY_BYTES = 1024
_LONGEST_TEXT_UNITS = 32 * 1024
_LARGEST_ENTITY_BYTES = 1024 * 1024
_LARGEST_INT32 = 2**31 - 1
_BYTES_BESIDE_A_VALUE = 16

_log = logging.getLogger(__name__)


def keys_of(row: Row[Any]) -> Entity:
    """The two key properties. Raises NotStorable for what the service would refuse (Azurite does not)."""
    for key in (row.partition, row.key):
        if _FORBIDDEN_IN_KEYS.search(key) or len(key.encode("utf-16-le")) > _LONGEST_KEY_BYTES:
            raise NotStorable(f"a key of table {row.table} cannot be stored")
    return dict(zip(_KEYS, (row.partition, row.key), strict=True))


def to_entity(row: Row[R], record: R) -> Entity:
    """A whole record as an entity."""
    return _checked(row, {**keys_of(row), **_properties(record)})


def to_merge(row: Row[R], before: R, after: R) -> Entity:
    """Only the fields in which a record differs from what was read."""
    old, new = _properties(before), _properties(after)
    return _checked(row, {**keys_of(row), **{name: value for name, value in new.items() if value != old[name]}})


def to_record(row: Row[R], entity: Mapping[str, Any]) -> R:
    """An entity as its record. Fields that this version does not know are left alone, and counted in the log.

    Whoever asks for a bare Record wants whatever stands there, and no more of it than its ids.
    """
    known = {name: value for name, value in entity.items() if name in row.model.model_fields}
    unknown = len(entity) - len(known) - len(_KEYS)
    if unknown > 0 and row.model is not Record:
        _log.warning("table %s: %d unknown fields", row.table, unknown)
    return row.model.model_validate(known)


def _properties(record: Record) -> Entity:
    # Validated anew, since a copy with changed fields was not.
    return type(record).model_validate(dict(record), strict=True).model_dump()


def _checked(row: Row[Any], entity: Entity) -> Entity:
    size = 0
    for name, value in entity.items():
        units = len(value.encode("utf-16-le")) // 2 if isinstance(value, str) else 4
        if units > _LONGEST_TEXT_UNITS or (type(value) is int and abs(value) > _LARGEST_INT32):
            raise NotStorable(f"a value of {row.table}.{name} cannot be stored")
        size += 2 * (units + len(name)) + _BYTES_BESIDE_A_VALUE
    if size > _LARGEST_ENTITY_BYTES:
        raise NotStorable(f"an entity of table {row.table} is too large")
    return entity
