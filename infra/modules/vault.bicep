param name string
param location string
param tags object

@description('Once on, it stays on, and the name stays taken until a deleted vault is past its days.')
param purgeProtection bool

@description('The app reads secrets.')
param readerId string
param readerRole string

@description('The operator, where one is named, writes them.')
param operatorId string
param operatorRole string

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: { family: 'A', name: 'standard' }
    tenantId: subscription().tenantId
    enableRbacAuthorization: true
    // Azure accepts true or nothing here, never false.
    enablePurgeProtection: purgeProtection ? true : null
    enableSoftDelete: true
    softDeleteRetentionInDays: 14
  }
}

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, readerId, readerRole)
  properties: {
    principalId: readerId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', readerRole)
  }
}

resource operator 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (operatorId != '') {
  scope: vault
  name: guid(vault.id, operatorId, operatorRole)
  properties: {
    principalId: operatorId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', operatorRole)
  }
}

output name string = vault.name
