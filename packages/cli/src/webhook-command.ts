import { type Billfold, type EventType, isEventType, type PendingDelivery, type WebhookEndpoint } from '@billfold/core'
import { UsageError } from './command.ts'
import { type CommandOutput, createCommandGroup, type Subcommand } from './command-group.ts'
import { requireArgument } from './parse-arguments.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'

const text = { type: 'string' } as const
const options = {
  ...billfoldOptions,
  url: text,
  event: { type: 'string', multiple: true },
  description: text,
} as const

const usage = `billfold webhook create --url URL|- [--event TYPE ...] [--description TEXT]
billfold webhook list
billfold webhook rotate ID
billfold webhook ping | disable | enable | delete ID
billfold webhook pending | retry ID

Manages webhook endpoints. The host delivers the events. A secret is printed only once, when the endpoint is created or its
secret is rotated. After a rotation, requests are signed with both secrets for 24 hours.

  ping      queues a test event, webhook.pinged
  disable   stops deliveries; queued deliveries are suspended
  pending   lists deliveries that were not delivered yet, with the reason
  retry     makes all pending deliveries due now

  --url URL           an https URL with a public address; - reads it from standard input, for a URL that contains a secret
  --event TYPE        an event type: user.created, payment.completed, ...; default: all
  --description TEXT  a description for people
${billfoldUsage}`

/** `billfold webhook`: creates, lists and manages webhook endpoints. */
export const webhookCommand = createCommandGroup({
  name: 'webhook',
  summary: 'create, list, rotate, test and delete webhook endpoints',
  usage,
  options,
  subcommands: {
    create: async (values, _, terminal) => {
      const argument = requireArgument(values.url, '--url URL, or --url - to read it from standard input')
      const url = argument === '-' ? (await terminal.readInput()).trim() : argument
      const { event, description } = values
      const input = {
        url,
        ...(event !== undefined && { events: event.map(parseEventType) }),
        ...(description !== undefined && { description }),
      }
      const data = await withBillfold(values, terminal, (billfold) => billfold.webhooks.create(input))
      return { text: `id     ${data.id}\nsecret ${data.secret}\n`, data }
    },
    list: async (values, _, terminal) => {
      const data = await withBillfold(values, terminal, (billfold) => billfold.webhooks.list(values.tenant))
      return { text: data.map(formatEndpoint).join(''), data }
    },
    rotate: endpointSubcommand(async ({ webhooks }, id, tenant) => {
      const data = await webhooks.rotateSecret(id, tenant)
      return { text: `secret ${data.secret}\n`, data }
    }),
    ping: endpointSubcommand(async ({ webhooks }, id, tenant) => {
      const data = await webhooks.ping(id, tenant)
      return { text: `webhook-id ${data.eventId}\n`, data }
    }),
    disable: endpointSubcommand(({ webhooks }, id, tenant) => confirm(webhooks.disable(id, tenant), 'Disabled', id)),
    enable: endpointSubcommand(({ webhooks }, id, tenant) => confirm(webhooks.enable(id, tenant), 'Enabled', id)),
    delete: endpointSubcommand(({ webhooks }, id, tenant) => confirm(webhooks.delete(id, tenant), 'Deleted', id)),
    pending: endpointSubcommand(async ({ webhooks }, id, tenant) => {
      const data = await webhooks.pendingDeliveries(id, tenant)
      return { text: data.map(formatPending).join(''), data }
    }),
    retry: endpointSubcommand(({ webhooks }, id, tenant) =>
      confirm(webhooks.retry(id, tenant), 'Retrying deliveries to', id),
    ),
  },
})

/** Creates a subcommand that works on one endpoint. */
function endpointSubcommand(
  work: (billfold: Billfold, id: string, tenant?: string) => Promise<CommandOutput>,
): Subcommand<typeof options> {
  return (values, [id], terminal) => {
    const endpoint = requireArgument(id, 'ID of the endpoint')
    return withBillfold(values, terminal, (billfold) => work(billfold, endpoint, values.tenant))
  }
}

async function confirm(work: Promise<void>, verb: string, id: string): Promise<CommandOutput> {
  await work
  return { text: `${verb} ${id}\n`, data: { id } }
}

function parseEventType(type: string): EventType {
  if (!isEventType(type)) throw new UsageError(`Unknown event type: ${JSON.stringify(type)}`)
  return type
}

function formatEndpoint({ id, url, events, disabled, failures, description = '' }: WebhookEndpoint): string {
  const state =
    disabled === undefined ? (failures === 0 ? 'ok' : `failing (${failures})`) : `disabled (${disabled.reason})`
  return `${id}  ${state}  ${url}  ${events === undefined ? 'all' : events.join(',')}  ${description}`.trimEnd() + '\n'
}

function formatPending({ eventId, type, attempts, nextTryAt, failure = '' }: PendingDelivery): string {
  const next = nextTryAt === undefined ? 'gave up' : `next ${new Date(nextTryAt).toISOString()}`
  return `${eventId}  ${type}  attempts ${attempts}  ${next}  ${failure}`.trimEnd() + '\n'
}
