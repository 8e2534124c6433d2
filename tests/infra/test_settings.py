"""A deployment replaces every setting of the app, so the template and the app must name the same ones."""

import re

from shared.settings import SETTING_NAMES
from tests.infra.bicep import TEMPLATES, given_to, resource, source, variable

# A connection string carries a shared key, which no account here accepts; and there is no stand-in to trust.
LOCAL_ONLY = {"TABLES_CONNECTION", "LEDGER_CONNECTION", "EXTRA_CA_FILE"}
# Where the identity's tokens come from: https://learn.microsoft.com/azure/app-service/overview-managed-identity
SET_BY_THE_PLATFORM = {"IDENTITY_ENDPOINT", "IDENTITY_HEADER"}
# Which of the site's identities to be; no setting of the app's own, since locally there is none.
IDENTITY = {"AZURE_CLIENT_ID"}

# One of these, or neither: the vault may lack them.
OPTIONAL_SECRETS = {
    f"{app}_{name}": way
    for app in ("ENTRA", "MARKETPLACE")
    for name, way in (("CLIENT_SECRET", "secret"), ("CERTIFICATE", "certificate"))
}
SECRETS = {
    "LICENSE_SIGNING_KEYS",
    "IDENTITY_HASH_KEYS",
    "SESSION_KEYS",
    "TOKEN_ENCRYPTION_KEYS",
    "PADDLE_WEBHOOK_SECRETS",
    "PADDLE_API_KEY",
    *OPTIONAL_SECRETS,
}

# https://learn.microsoft.com/azure/azure-functions/functions-app-settings
REFUSED_BY_FLEX_CONSUMPTION = {
    "ENABLE_ORYX_BUILD",
    "FUNCTIONS_EXTENSION_VERSION",
    "FUNCTIONS_WORKER_RUNTIME",
    "SCM_DO_BUILD_DURING_DEPLOYMENT",
    "TZ",
    "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
    "WEBSITE_CONTENTSHARE",
    "WEBSITE_RUN_FROM_PACKAGE",
    "WEBSITE_TIME_ZONE",
}

settings = given_to("app")["settings"]
platform = variable("modules/app.bicep", "platform")


def test_the_template_sets_what_the_app_reads_and_nothing_else() -> None:
    assert settings.keys() == (SETTING_NAMES - LOCAL_ONLY - SET_BY_THE_PLATFORM) | IDENTITY


def test_what_is_only_for_a_developers_machine_is_still_a_setting() -> None:
    assert LOCAL_ONLY <= SETTING_NAMES


def test_secrets_are_references_into_the_vault_and_nothing_else_is() -> None:
    calls = {name: value["function"] for name, value in settings.items() if "function" in value}
    referenced = {
        name: call["parameters"]["arg_2" if call["type"] == "secret" else "arg_3"]
        for name, call in calls.items()
        if call["type"] in {"secret", "secretIf"}
    }

    # A secret's name in a vault cannot hold an underscore.
    assert referenced == {name: name.replace("_", "-") for name in SECRETS}


def test_a_secret_that_need_not_be_there_is_referred_to_only_where_it_was_chosen() -> None:
    chosen = {
        name: re.search(
            rf"{name}: secretIf\(choices.{name.split('_')[0]}_CREDENTIAL == '(\w+)', ", source("main.bicep")
        )
        for name, value in settings.items()
        if value.get("function", {}).get("type") == "secretIf"
    }

    assert {name: found and found[1] for name, found in chosen.items()} == OPTIONAL_SECRETS


def test_the_worker_has_a_thread_for_each_request_that_an_instance_takes() -> None:
    concurrency = resource("modules/app.bicep", "site")["properties"]["functionAppConfig"]["scaleAndConcurrency"]

    assert int(platform["PYTHON_THREADPOOL_THREAD_COUNT"]) == concurrency["triggers"]["http"]["perInstanceConcurrency"]


def test_references_are_resolved_by_the_identity_that_may_read_the_vault() -> None:
    site = resource("modules/app.bicep", "site")

    assert site["properties"]["keyVaultReferenceIdentity"] == "identityId"
    assert site["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {"'${identityId}'": {}}}


def test_the_host_signs_in_with_the_identity_and_has_threads() -> None:
    assert platform == {
        "AzureWebJobsStorage__credential": "managedidentity",
        "AzureWebJobsStorage__clientId": "clientId",
        "AzureWebJobsStorage__blobServiceUri": "blobEndpoint",
        "APPLICATIONINSIGHTS_CONNECTION_STRING": "telemetryConnection",
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "ClientId=${clientId};Authorization=AAD",
        "PYTHON_THREADPOOL_THREAD_COUNT": "16",
    }


def test_nothing_is_set_that_flex_consumption_refuses() -> None:
    assert REFUSED_BY_FLEX_CONSUMPTION.isdisjoint(settings.keys() | platform.keys())
    assert [template for template in TEMPLATES if "linuxFxVersion" in source(template)] == []
