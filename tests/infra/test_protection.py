"""What the promises ask of the platform: least privilege, no shared keys, nothing kept longer than said."""

from typing import Any

import pytest

from shared.storage.keys import LEDGER_TABLES, TABLES
from tests.infra.bicep import TEMPLATES, given_to, member, resource, source, variable

# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
ROLES = {
    "keyVaultSecretsOfficer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "keyVaultSecretsUser": "4633458b-17de-408a-b874-0445c86b69e6",
    "monitoringMetricsPublisher": "3913510d-42f4-4e42-8a64-420c390055eb",
    "storageBlobDataOwner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "storageTableDataContributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
}


def test_the_roles_are_the_built_in_ones_by_name() -> None:
    assert variable("main.bicep", "roles") == ROLES


@pytest.mark.parametrize(
    ("module", "parameter", "role"),
    [
        ("host", "role", "storageBlobDataOwner"),
        ("records", "role", "storageTableDataContributor"),
        ("ledger", "role", "storageTableDataContributor"),
        ("telemetry", "role", "monitoringMetricsPublisher"),
        ("vault", "readerRole", "keyVaultSecretsUser"),
        ("vault", "operatorRole", "keyVaultSecretsOfficer"),
    ],
)
def test_each_role_is_the_least_that_does(module: str, parameter: str, role: str) -> None:
    assert member(given_to(module)[parameter]) == role


@pytest.mark.parametrize(
    ("template", "assignment", "scope"),
    [
        ("modules/storage.bicep", "assignment", "account"),
        ("modules/telemetry.bicep", "assignment", "insights"),
        ("modules/vault.bicep", "reader", "vault"),
        ("modules/vault.bicep", "operator", "vault"),
    ],
)
def test_a_role_reaches_one_resource(template: str, assignment: str, scope: str) -> None:
    assert resource(template, assignment)["scope"] == scope


def test_no_role_is_assigned_elsewhere() -> None:
    assigned = sum(source(template).count("Microsoft.Authorization/roleAssignments@") for template in TEMPLATES)

    assert assigned == 4


def test_storage_takes_no_keys_no_strangers_and_no_old_tls() -> None:
    assert resource("modules/storage.bicep", "account")["properties"] == {
        "allowBlobPublicAccess": False,
        "allowCrossTenantReplication": False,
        "allowSharedKeyAccess": False,
        "defaultToOAuthAuthentication": True,
        "minimumTlsVersion": "TLS1_2",
        "supportsHttpsTrafficOnly": True,
    }


@pytest.mark.parametrize("key", ["listKeys", "listAccountSas", "listServiceSas", "AccountKey", "SharedAccessSignature"])
def test_no_template_asks_for_a_shared_key(key: str) -> None:
    assert [template for template in TEMPLATES if key in source(template)] == []


@pytest.mark.parametrize(("account", "tables"), [("host", set()), ("records", TABLES), ("ledger", LEDGER_TABLES)])
def test_each_account_has_its_own_tables(account: str, tables: set[str]) -> None:
    made = given_to(account).get("tables", [])

    assert sorted(made) == sorted(tables)


def test_no_account_is_copied_to_another_region() -> None:
    assert {given_to(account)["sku"] for account in ("host", "records", "ledger")} == {
        "Standard_LRS",
        "Standard_ZRS",
    }


def test_what_is_deleted_from_storage_is_not_kept_aside() -> None:
    assert resource("modules/storage.bicep", "blobService")["properties"] == {
        "containerDeleteRetentionPolicy": {"enabled": False},
        "deleteRetentionPolicy": {"enabled": False},
        "isVersioningEnabled": False,
    }


def test_logs_are_kept_for_thirty_days() -> None:
    template = "modules/telemetry.bicep"
    kept: list[dict[str, Any]] = [resource(template, name)["properties"] for name in ("workspace", "table")]

    assert variable(template, "retention") == 30
    assert [properties["retentionInDays"] for properties in kept] == ["retention", "retention"]
    assert kept[0]["features"]["immediatePurgeDataOn30Days"] is True
    assert kept[1]["totalRetentionInDays"] == "retention"
    assert resource(template, "insights")["properties"]["RetentionInDays"] == "retention"


def test_telemetry_masks_addresses_and_takes_no_keys() -> None:
    insights = resource("modules/telemetry.bicep", "insights")["properties"]
    workspace = resource("modules/telemetry.bicep", "workspace")["properties"]

    assert insights["DisableIpMasking"] is False
    assert insights["DisableLocalAuth"] is True
    assert workspace["features"]["disableLocalAuth"] is True


def test_a_deleted_secret_can_be_recovered_for_less_than_thirty_days() -> None:
    vault = resource("modules/vault.bicep", "vault")["properties"]

    assert vault["enableRbacAuthorization"] is True
    assert vault["enableSoftDelete"] is True
    assert vault["softDeleteRetentionInDays"] < 30


def test_the_site_speaks_only_https_and_has_no_passwords() -> None:
    site = resource("modules/app.bicep", "site")["properties"]

    assert site["httpsOnly"] is True
    assert site["siteConfig"] == {"ftpsState": "Disabled", "minTlsVersion": "1.2", "scmMinTlsVersion": "1.2"}
    assert resource("modules/app.bicep", "passwords")["properties"] == {"allow": False}


def test_one_instance_answers_many_requests_at_a_time() -> None:
    scale = resource("modules/app.bicep", "site")["properties"]["functionAppConfig"]["scaleAndConcurrency"]

    assert scale["triggers"] == {"http": {"perInstanceConcurrency": 16}}
    assert scale["instanceMemoryMB"] == 2048
