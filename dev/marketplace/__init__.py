"""A stand-in for Microsoft's commercial marketplace: the SaaS fulfillment API, version 2, and its webhook."""

from dev.marketplace.records import Operation, Person, Subscription
from dev.marketplace.stand_in import Marketplace

__all__ = ["Marketplace", "Operation", "Person", "Subscription"]
