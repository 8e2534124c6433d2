"""Buyers as Paddle shows them: what nobody but Paddle should keep.

https://developer.paddle.com/api-reference/customers/overview
"""

from dev.paddle_api.entities import Entity


def customer(id: str, email: str, name: str | None, at: str) -> Entity:  # noqa: A002
    return {
        "id": id,
        "email": email,
        "name": name,
        "status": "active",
        "locale": "de",
        "marketing_consent": False,
        "custom_data": None,
        "import_meta": None,
        "created_at": at,
        "updated_at": at,
    }


def address(id: str, customer_id: str, at: str) -> Entity:  # noqa: A002
    return {
        "id": id,
        "customer_id": customer_id,
        "description": None,
        "first_line": "Musterstraße 1",
        "second_line": None,
        "city": "Köln",
        "postal_code": "50667",
        "region": None,
        "country_code": "DE",
        "status": "active",
        "custom_data": None,
        "import_meta": None,
        "created_at": at,
        "updated_at": at,
    }


def business(id: str, customer_id: str, name: str, email: str, at: str) -> Entity:  # noqa: A002
    return {
        "id": id,
        "customer_id": customer_id,
        "name": name,
        "company_number": "HRB 12345",
        "tax_identifier": "DE123456789",
        "status": "active",
        "contacts": [{"name": "Alice Admin", "email": email}],
        "custom_data": None,
        "import_meta": None,
        "created_at": at,
        "updated_at": at,
    }
