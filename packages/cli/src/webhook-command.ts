import { type Billfold, type EventType, isEventType, type PendingDelivery, type WebhookEndpoint } from '@billfold/core'
import { UsageError } from './command.ts'
import { type CommandOutput, createCommandGroup, defineSubcommand, type Subcommand } from './command-group.ts'
import { formatTable, formatTime } from './format-table.ts'
import { requireArgument } from './parse-arguments.ts'
import { billfoldOptions, withBillfold } from './with-billfold.ts'

/** `billfold webhook`: creates, lists and manages webhook endpoints. */
export const webhookCommand = createCommandGroup({
  name: 'webhook',
  summary: 'create, list, rotate, test and delete webhook endpoints',
  details:
    'The host delivers the events. A secret is printed only once, when the endpoint is created or its secret is rotated.',
  subcommands: {
    create: defineSubcommand({
      summary: 'create an endpoint, and print its secret',
      options: {
        url: {
          type: 'string',
          value: 'URL',
          help: 'an https URL with a public address; - reads it from standard input, for a URL that contains a secret',
        },
        event: {
          type: 'string',
          multiple: true,
          value: 'TYPE',
          help: 'an event type: user.created, payment.completed, ...; can be repeated; default: all',
        },
        description: { type: 'string', value: 'TEXT', help: 'a description for people' },
        ...billfoldOptions,
      },
      run: async (values, _, terminal) => {
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
    }),
    list: defineSubcommand({
      summary: 'list the endpoints',
      options: billfoldOptions,
      run: async (values, _, terminal) => {
        const data = await withBillfold(values, terminal, (billfold) => billfold.webhooks.list(values.tenant))
        return { text: formatTable(data, endpointColumns, 'No webhook endpoints'), data }
      },
    }),
    rotate: endpointSubcommand(
      'create a new secret; for 24 hours, requests are signed with both',
      async ({ webhooks }, id, tenant) => {
        const data = await webhooks.rotateSecret(id, tenant)
        return { text: `secret ${data.secret}\n`, data }
      },
    ),
    ping: endpointSubcommand('queue a test event, webhook.pinged', async ({ webhooks }, id, tenant) => {
      const data = await webhooks.ping(id, tenant)
      return { text: `webhook-id ${data.eventId}\n`, data }
    }),
    disable: endpointSubcommand('stop deliveries; queued ones are suspended', ({ webhooks }, id, tenant) =>
      confirm(webhooks.disable(id, tenant), 'Disabled', id),
    ),
    enable: endpointSubcommand('resume deliveries', ({ webhooks }, id, tenant) =>
      confirm(webhooks.enable(id, tenant), 'Enabled', id),
    ),
    delete: endpointSubcommand('delete an endpoint and its queued deliveries', ({ webhooks }, id, tenant) =>
      confirm(webhooks.delete(id, tenant), 'Deleted', id),
    ),
    pending: endpointSubcommand(
      'list deliveries that were not delivered yet, with the reason',
      async ({ webhooks }, id, tenant) => {
        const data = await webhooks.pendingDeliveries(id, tenant)
        return { text: formatTable(data, pendingColumns, 'No pending deliveries'), data }
      },
    ),
    retry: endpointSubcommand('make all pending deliveries due now', ({ webhooks }, id, tenant) =>
      confirm(webhooks.retry(id, tenant), 'Retrying deliveries to', id),
    ),
  },
})

/** Creates a subcommand that works on one endpoint. */
function endpointSubcommand(
  summary: string,
  work: (billfold: Billfold, id: string, tenant?: string) => Promise<CommandOutput>,
): Subcommand {
  return defineSubcommand({
    arguments: 'ID',
    summary,
    options: billfoldOptions,
    run: (values, [id], terminal) => {
      const endpoint = requireArgument(id, 'ID of the endpoint')
      return withBillfold(values, terminal, (billfold) => work(billfold, endpoint, values.tenant))
    },
  })
}

async function confirm(work: Promise<void>, verb: string, id: string): Promise<CommandOutput> {
  await work
  return { text: `${verb} ${id}\n`, data: { id } }
}

function parseEventType(type: string): EventType {
  if (!isEventType(type)) throw new UsageError(`Unknown event type: ${JSON.stringify(type)}`)
  return type
}

const endpointColumns = [
  { heading: 'ID', cell: ({ id }: WebhookEndpoint) => id },
  { heading: 'STATE', cell: formatState },
  { heading: 'URL', cell: ({ url }: WebhookEndpoint) => url },
  { heading: 'EVENTS', cell: ({ events }: WebhookEndpoint) => events?.join(',') ?? 'all' },
  { heading: 'DESCRIPTION', cell: ({ description = '' }: WebhookEndpoint) => description },
]

const pendingColumns = [
  { heading: 'EVENT', cell: ({ eventId }: PendingDelivery) => eventId },
  { heading: 'TYPE', cell: ({ type }: PendingDelivery) => type },
  { heading: 'ATTEMPTS', cell: ({ attempts }: PendingDelivery) => String(attempts) },
  {
    heading: 'NEXT',
    cell: ({ nextTryAt }: PendingDelivery) => (nextTryAt === undefined ? 'gave up' : formatTime(nextTryAt)),
  },
  { heading: 'FAILURE', cell: ({ failure = '' }: PendingDelivery) => failure },
]

function formatState({ disabled, failures }: WebhookEndpoint): string {
  if (disabled !== undefined) return `disabled (${disabled.reason})`
  return failures === 0 ? 'ok' : `failing (${failures})`
}
