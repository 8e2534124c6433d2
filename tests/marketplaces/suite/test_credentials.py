"""What we prove ourselves with to a marketplace is watched alike at all of them."""

from datetime import timedelta

from shared.operations.finding import Finding
from shared.operations.watch_credentials import watch_credentials
from tests.marketplaces.suite.vendors import Vendor, market_of


def found(vendor: Vendor) -> list[Finding]:
    return [finding for finding in watch_credentials(vendor.services) if finding.about.startswith(vendor.name)]


def test_a_credential_is_known_by_its_setting_and_its_end(vendor: Vendor) -> None:
    until = vendor.clock.now + timedelta(days=90)
    setting = vendor.expire(until)

    [credential] = market_of(vendor).credentials()

    assert (credential.setting, credential.expires, credential.unwatched) == (setting, until, "")


def test_it_goes_red_thirty_days_before_a_credential_expires_and_says_which(vendor: Vendor) -> None:
    until = vendor.clock.now + timedelta(days=30, seconds=1)
    setting = vendor.expire(until)
    assert found(vendor) == []

    vendor.clock.advance(seconds=1)
    [red] = found(vendor)

    assert (red.code, red.about, red.is_red) == ("CREDENTIAL_EXPIRES", f"{vendor.name} {setting}", True)
    assert red.detail == f"good until {until:%Y-%m-%dT%H:%M:%S}.000000Z"
    vendor.clock.advance(days=31)
    assert [finding.code for finding in found(vendor)] == ["CREDENTIAL_EXPIRES"]
