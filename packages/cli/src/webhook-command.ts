import { type Billfold, type EventType, isEventType, type WaitingDelivery, type WebhookEndpoint } from '@billfold/core'
import { UsageError } from './command.ts'
import { type Answer, nounCommand, type Verb } from './noun-command.ts'
import { required } from './parse-arguments.ts'
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
billfold webhook waiting | retry ID

Endpoints that events are sent to, by the processes of the host. The secret is shown when an endpoint is made, or when it is
rotated, and never again; after a rotation requests are signed with both for 24 hours.

  --url URL           https, of a public address; - reads it from standard input, for one that has a secret in it
  --event TYPE        user.created, payment.completed, ...; default: all
  --description TEXT  for people

  ping      sends a webhook.pinged to it
  disable   sends nothing more to it; what is on its way waits
  waiting   what has not arrived yet, and why
  retry     makes that due at once
${billfoldUsage}`

/** `billfold webhook`: makes, shows and ends endpoints of webhooks. */
export const webhookCommand = nounCommand({
  name: 'webhook',
  summary: 'make, list, rotate, test and end endpoints of webhooks',
  usage,
  options,
  verbs: {
    create: async (values, _, terminal) => {
      const asked = required(values.url, 'where to: --url URL, or --url - to read it from standard input')
      const url = asked === '-' ? (await terminal.readInput()).trim() : asked
      const { event, description } = values
      const input = {
        url,
        ...(event !== undefined && { events: event.map(typeNamed) }),
        ...(description !== undefined && { description }),
      }
      const data = await withBillfold(values, terminal, (billfold) => billfold.webhooks.create(input))
      return { text: `id     ${data.id}\nsecret ${data.secret}\n`, data }
    },
    list: async (values, _, terminal) => {
      const data = await withBillfold(values, terminal, (billfold) => billfold.webhooks.list(values.tenant))
      return { text: data.map(line).join(''), data }
    },
    rotate: onEndpoint(async ({ webhooks }, id, tenant) => {
      const data = await webhooks.rotateSecret(id, tenant)
      return { text: `secret ${data.secret}\n`, data }
    }),
    ping: onEndpoint(async ({ webhooks }, id, tenant) => {
      const data = await webhooks.ping(id, tenant)
      return { text: `webhook-id ${data.eventId}\n`, data }
    }),
    disable: onEndpoint(({ webhooks }, id, tenant) => said(webhooks.disable(id, tenant), 'Disabled', id)),
    enable: onEndpoint(({ webhooks }, id, tenant) => said(webhooks.enable(id, tenant), 'Enabled', id)),
    delete: onEndpoint(({ webhooks }, id, tenant) => said(webhooks.delete(id, tenant), 'Deleted', id)),
    waiting: onEndpoint(async ({ webhooks }, id, tenant) => {
      const data = await webhooks.waiting(id, tenant)
      return { text: data.map(waitingLine).join(''), data }
    }),
    retry: onEndpoint(({ webhooks }, id, tenant) =>
      said(webhooks.retry(id, tenant), 'Due now: all that waits for', id),
    ),
  },
})

/** A verb that does something with the endpoint that is named. */
function onEndpoint(act: (billfold: Billfold, id: string, tenant?: string) => Promise<Answer>): Verb<typeof options> {
  return (values, [id], terminal) => {
    const endpoint = required(id, 'which endpoint: its ID')
    return withBillfold(values, terminal, (billfold) => act(billfold, endpoint, values.tenant))
  }
}

async function said(act: Promise<void>, what: string, id: string): Promise<Answer> {
  await act
  return { text: `${what} ${id}\n`, data: { id } }
}

function typeNamed(type: string): EventType {
  if (!isEventType(type)) throw new UsageError(`There is no event ${JSON.stringify(type)}`)
  return type
}

function line({ id, url, events, disabled, failures, description = '' }: WebhookEndpoint): string {
  const state =
    disabled === undefined ? (failures === 0 ? 'good' : `failing (${failures})`) : `off (${disabled.because})`
  return `${id}  ${state}  ${url}  ${events === undefined ? 'all' : events.join(',')}  ${description}`.trimEnd() + '\n'
}

function waitingLine({ eventId, type, attempts, nextTryAt, failure = '' }: WaitingDelivery): string {
  const next = nextTryAt === undefined ? 'given up' : `next ${new Date(nextTryAt).toISOString()}`
  return `${eventId}  ${type}  attempts ${attempts}  ${next}  ${failure}`.trimEnd() + '\n'
}
