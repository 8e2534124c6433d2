"""What the stand-in's own API answers of its books, as the server reads it back."""

from datetime import timedelta
from pathlib import Path

import pytest

from dev.paddle import api, stories
from dev.paddle.books import Books
from dev.paddle.subscription import buy
from dev.trouble import Trouble
from shared.domain.purchases import Adjustment, Payment, PaymentsRead, Snapshot
from shared.marketplaces.paddle.api import PaddleApi
from shared.marketplaces.paddle.events import Catalogue
from shared.marketplaces.paddle.reading import read_subscription
from shared.web import Web
from tests.dev.serving import free_port
from tests.world import NOON, PRICE

CATALOGUE = Catalogue({PRICE: "team"}, ("team",), live=False)


def test_a_subscription_is_read_back_with_its_payments_refunds_and_contact(tmp_path: Path) -> None:
    bought = buy("organisation", None, PRICE, "team", 3, NOON)
    stories.purchase(bought, NOON)
    stories.refund(bought, NOON + timedelta(hours=1))
    path, port = tmp_path / "paddle.json", free_port()
    Books(subscriptions={bought.id: bought}).save(path)
    url = f"http://localhost:{port}"
    asked = PaddleApi(Web(frozenset({url})), url, "pdl_sdbx_apikey_x")

    with api.serving(path, port):
        told = [event.told for event in read_subscription(asked, CATALOGUE, f"paddle.{bought.id}")]
        unknown = read_subscription(asked, CATALOGUE, "paddle.sub_unknown")
        contact = asked.contact(bought.payments[0].id)

    assert [type(each) for each in told] == [Snapshot, Payment, Adjustment, PaymentsRead]
    assert unknown == []
    assert contact is not None
    assert contact.email == "billing@contoso.example"


def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path) -> None:
    port = free_port()
    with api.serving(tmp_path / "a", port), pytest.raises(Trouble, match="PADDLE_API_URL"), api.serving(tmp_path, port):
        pass
