"""A stand-in for Paddle Billing as a whole: its API, its script, its webhooks, and one world behind them."""

from dev.paddle_api.stand_in import Paddle

__all__ = ["Paddle"]
