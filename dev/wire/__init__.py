"""What the stand-ins are made of: a server on loopback, a clock that can be set, webhooks that are tried again."""

from dev.wire.clock import Clock
from dev.wire.control import Refused
from dev.wire.messages import Handler, Reply, Request, Route, answer
from dev.wire.outbox import Outbox
from dev.wire.stand_in import StandIn

__all__ = ["Clock", "Handler", "Outbox", "Refused", "Reply", "Request", "Route", "StandIn", "answer"]
