import { webhookErrors } from '../../kernel/error-codes/platform.ts'
import { defineModule, type ModuleContext } from '../module.ts'
import { createWebhooksApi } from './api.ts'
import { sealedEndpoints } from './endpoint.ts'
import { webhookEvents } from './events.ts'
import type { WebhookOptions } from './options.ts'
import { webhookEndpoints } from './table.ts'

const webhookAuditActions = {
  'webhook.created': 'A webhook endpoint was created',
  'webhook.secret-rotated': 'The secret of a webhook endpoint was rotated',
  'webhook.disabled': 'A webhook endpoint was disabled, manually or after failures',
  'webhook.enabled': 'A webhook endpoint was enabled',
  'webhook.deleted': 'A webhook endpoint was deleted',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type WebhookAuditActions = typeof webhookAuditActions

declare module '../audit/actions.ts' {
  interface ModuleAuditActions extends WebhookAuditActions {}
}

/** Dependencies of the webhooks module besides the services. */
export interface WebhooksModuleContext extends ModuleContext {
  readonly webhooks: WebhookOptions
}

/** Webhook endpoints. */
export const webhooksModule = defineModule({
  name: 'webhooks',
  tables: [webhookEndpoints],
  sealedColumns: sealedEndpoints,
  auditActions: webhookAuditActions,
  events: webhookEvents,
  errors: webhookErrors,
  create: ({ services, host, webhooks }: WebhooksModuleContext) => ({
    functions: createWebhooksApi(services, webhooks, host),
  }),
})
