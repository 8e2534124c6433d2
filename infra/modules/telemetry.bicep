param token string
param location string
param tags object

@description('Who may send telemetry, and by which role.')
param principalId string
param role string

@description('Gigabytes a day, after which nothing more is taken in: a flood of errors must not become a bill.')
param dailyQuota int = 1

var retention = 30

// What Application Insights writes is kept for 90 days, whatever the workspace says, until its tables say otherwise:
// https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure
var tables = [
  'AppAvailabilityResults'
  'AppBrowserTimings'
  'AppDependencies'
  'AppEvents'
  'AppExceptions'
  'AppMetrics'
  'AppPageViews'
  'AppPerformanceCounters'
  'AppRequests'
  'AppSystemEvents'
  'AppTraces'
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2022-10-01' = {
  name: 'log-${token}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retention
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
      immediatePurgeDataOn30Days: true
    }
    workspaceCapping: { dailyQuotaGb: dailyQuota }
  }
}

// One after the other: the workspace refuses a change while it is busy with another.
@batchSize(1)
resource table 'Microsoft.OperationalInsights/workspaces/tables@2022-10-01' = [for tableName in tables: {
  parent: workspace
  name: tableName
  properties: {
    retentionInDays: retention
    totalRetentionInDays: retention
  }
}]

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${token}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableIpMasking: false
    DisableLocalAuth: true
    IngestionMode: 'LogAnalytics'
    RetentionInDays: retention
    WorkspaceResourceId: workspace.id
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, principalId, role)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}

output connectionString string = insights.properties.ConnectionString
