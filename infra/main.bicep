targetScope = 'subscription'

@description('Names the deployment (azd environment): one for live, one for the sandbox.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Region of everything. Nothing is replicated out of it.')
param location string

@description('Object id of whoever puts the secrets into the vault; empty: nobody is given that right here.')
param operatorId string = ''

@description('What the vendor decides, by name of the setting. The app takes an empty one as not given.')
param choices object

@description('PLANS: plan to title and features.')
param plans object

@description('PADDLE_PRICES: price id to plan.')
param paddlePrices object

@description('MARKETPLACE_OFFERS: offer and plan to plan. Empty: the marketplace of Microsoft is not used.')
param marketplaceOffers object = {}

@description('From 3.13 on the platform runs the app with azure-functions-runtime, as the tests do.')
@allowed(['3.13', '3.14'])
param pythonVersion string = '3.13'

@description('Instances kept warm for HTTP; each costs money all day.')
@minValue(0)
param alwaysReady int = 0

@description('Where the bill stops growing.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 40

var tags = { 'azd-env-name': environmentName }
var token = uniqueString(subscription().id, environmentName, location)

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var roles = {
  keyVaultSecretsOfficer: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

// https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
func secret(vault string, name string) string => '@Microsoft.KeyVault(VaultName=${vault};SecretName=${name})'

// A reference to what is not in the vault stays unresolved, and the app refuses it.
func secretIf(chosen bool, vault string, name string) string => chosen ? secret(vault, name) : ''

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { name: 'id-${token}', location: location, tags: tags }
}

// Three accounts, so that the role which the Functions host needs on its own reaches no record,
// and a backup of the records that is put back never puts back the ledger of what was erased.
module host 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'host${token}'
    location: location
    tags: tags
    sku: 'Standard_LRS'
    containers: ['deployments']
    principalId: identity.outputs.principalId
    role: roles.storageBlobDataOwner
  }
}

module records 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'records${token}'
    location: location
    tags: tags
    sku: 'Standard_ZRS'
    tables: [
      'subscriptions'
      'accounts'
      'people'
      'organisations'
      'references'
      'transactions'
      'due'
      'requests'
      'state'
    ]
    principalId: identity.outputs.principalId
    role: roles.storageTableDataContributor
  }
}

module ledger 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'ledger${token}'
    location: location
    tags: tags
    sku: 'Standard_ZRS'
    tables: ['ledger']
    principalId: identity.outputs.principalId
    role: roles.storageTableDataContributor
  }
}

module telemetry 'modules/telemetry.bicep' = {
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    role: roles.monitoringMetricsPublisher
  }
}

module vault 'modules/vault.bicep' = {
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    purgeProtection: choices.ENVIRONMENT == 'live'
    readerId: identity.outputs.principalId
    readerRole: roles.keyVaultSecretsUser
    operatorId: operatorId
    operatorRole: roles.keyVaultSecretsOfficer
  }
}

module app 'modules/app.bicep' = {
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    identityId: identity.outputs.id
    clientId: identity.outputs.clientId
    blobEndpoint: host.outputs.blobEndpoint
    telemetryConnection: telemetry.outputs.connectionString
    pythonVersion: pythonVersion
    alwaysReady: alwaysReady
    maximumInstances: maximumInstances
    // A deployment replaces all settings of the app, so all of them stand here: one line each.
    settings: {
      ENVIRONMENT: choices.ENVIRONMENT
      PUBLIC_URL: choices.PUBLIC_URL
      PRODUCT_ID: choices.PRODUCT_ID
      ADDIN_ORIGINS: choices.ADDIN_ORIGINS
      PLANS: string(plans)
      GRACE_DAYS: choices.GRACE_DAYS
      TABLES_ENDPOINT: records.outputs.tableEndpoint
      LEDGER_ENDPOINT: ledger.outputs.tableEndpoint
      AZURE_CLIENT_ID: identity.outputs.clientId
      LICENSE_SIGNING_KEYS: secret(vault.outputs.name, 'LICENSE-SIGNING-KEYS')
      IDENTITY_HASH_KEYS: secret(vault.outputs.name, 'IDENTITY-HASH-KEYS')
      SESSION_KEYS: secret(vault.outputs.name, 'SESSION-KEYS')
      TOKEN_ENCRYPTION_KEYS: secret(vault.outputs.name, 'TOKEN-ENCRYPTION-KEYS')
      PRODUCT_NAME: choices.PRODUCT_NAME
      VENDOR_NAME: choices.VENDOR_NAME
      VENDOR_COUNTRY: choices.VENDOR_COUNTRY
      SUPPORT_URL: choices.SUPPORT_URL
      PRIVACY_POLICY_URL: choices.PRIVACY_POLICY_URL
      CHANGE_LOG_URL: choices.CHANGE_LOG_URL
      DPA_URL: choices.DPA_URL
      HOME_NOTICE: choices.HOME_NOTICE
      FATHOM_SITE_ID: choices.FATHOM_SITE_ID
      FATHOM_SCRIPT_URL: choices.FATHOM_SCRIPT_URL
      ENTRA_AUTHORITY: choices.ENTRA_AUTHORITY
      ENTRA_CLIENT_ID: choices.ENTRA_CLIENT_ID
      ENTRA_CLIENT_SECRET: secretIf(choices.ENTRA_CREDENTIAL == 'secret', vault.outputs.name, 'ENTRA-CLIENT-SECRET')
      ENTRA_CERTIFICATE: secretIf(choices.ENTRA_CREDENTIAL == 'certificate', vault.outputs.name, 'ENTRA-CERTIFICATE')
      ENTRA_MANAGED_IDENTITY_CLIENT_ID: choices.ENTRA_MANAGED_IDENTITY_CLIENT_ID
      GRAPH_URL: choices.GRAPH_URL
      PADDLE_WEBHOOK_SECRETS: secret(vault.outputs.name, 'PADDLE-WEBHOOK-SECRETS')
      PADDLE_API_URL: choices.PADDLE_API_URL
      PADDLE_API_KEY: secret(vault.outputs.name, 'PADDLE-API-KEY')
      PADDLE_CLIENT_TOKEN: choices.PADDLE_CLIENT_TOKEN
      PADDLE_JS_URL: choices.PADDLE_JS_URL
      PADDLE_PRICES: string(paddlePrices)
      // Whole or absent; the app takes an empty one as not given.
      MARKETPLACE_API_URL: choices.MARKETPLACE_API_URL
      MARKETPLACE_AUTHORITY: choices.MARKETPLACE_AUTHORITY
      MARKETPLACE_ISSUERS: choices.MARKETPLACE_ISSUERS
      MARKETPLACE_TENANT_ID: choices.MARKETPLACE_TENANT_ID
      MARKETPLACE_CLIENT_ID: choices.MARKETPLACE_CLIENT_ID
      MARKETPLACE_CLIENT_SECRET: secretIf(choices.MARKETPLACE_CREDENTIAL == 'secret', vault.outputs.name, 'MARKETPLACE-CLIENT-SECRET')
      MARKETPLACE_CERTIFICATE: secretIf(choices.MARKETPLACE_CREDENTIAL == 'certificate', vault.outputs.name, 'MARKETPLACE-CERTIFICATE')
      MARKETPLACE_MANAGED_IDENTITY_CLIENT_ID: choices.MARKETPLACE_MANAGED_IDENTITY_CLIENT_ID
      MARKETPLACE_RESOURCE_ID: choices.MARKETPLACE_RESOURCE_ID
      MARKETPLACE_OFFER_URL: choices.MARKETPLACE_OFFER_URL
      MARKETPLACE_OFFERS: empty(marketplaceOffers) ? '' : string(marketplaceOffers)
      SENTRY_DSN: choices.SENTRY_DSN
    }
  }
}

output APP_NAME string = app.outputs.name
output APP_URL string = app.outputs.url
output RESOURCE_GROUP string = group.name
output VAULT_NAME string = vault.outputs.name
