"""A stand-in for Paddle Billing: subscriptions that live in a file, and signed events about them."""
