import { parseArgs } from 'node:util'
import { type Billfold, type EventType, isEventType, type WaitingDelivery, type WebhookEndpoint } from '@billfold/core'
import { type Command, type Terminal, UsageError } from './command.ts'
import { required, understood } from './parse-arguments.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'

const text = { type: 'string' } as const
const options = {
  ...billfoldOptions,
  url: text,
  event: { type: 'string', multiple: true },
  description: text,
} as const

const usage = `billfold webhook create --url URL [--event TYPE ...] [--description TEXT]
billfold webhook list
billfold webhook rotate ID
billfold webhook ping | disable | enable | delete ID
billfold webhook waiting | retry ID

Endpoints that events are sent to, by the processes of the host. The secret is shown when an endpoint is made, or when it is
rotated, and never again; after a rotation requests are signed with both for 24 hours.

  --url URL           https, of a public address
  --event TYPE        user.created, payment.completed, ...; default: all
  --description TEXT  for people

  ping      sends a webhook.pinged to it
  disable   sends nothing more to it; what is on its way waits
  waiting   what has not arrived yet, and why
  retry     makes that due at once
${billfoldUsage}`

type Values = ReturnType<typeof parse>['values']

/** What is done to an endpoint, and what is printed then. */
const acts: Readonly<Record<string, (billfold: Billfold, id: string, tenant?: string) => Promise<string>>> = {
  rotate: async ({ webhooks }, id, tenant) => `secret ${(await webhooks.rotateSecret(id, tenant)).secret}\n`,
  ping: async ({ webhooks }, id, tenant) => `webhook-id ${(await webhooks.ping(id, tenant)).eventId}\n`,
  disable: async ({ webhooks }, id, tenant) => said(webhooks.disable(id, tenant), `Disabled ${id}`),
  enable: async ({ webhooks }, id, tenant) => said(webhooks.enable(id, tenant), `Enabled ${id}`),
  delete: async ({ webhooks }, id, tenant) => said(webhooks.delete(id, tenant), `Deleted ${id}`),
  retry: async ({ webhooks }, id, tenant) => said(webhooks.retry(id, tenant), `Due now: all that waits for ${id}`),
  waiting: async ({ webhooks }, id, tenant) => (await webhooks.waiting(id, tenant)).map(waitingLine).join(''),
}

/** `billfold webhook`: makes, shows and ends endpoints of webhooks. */
export const webhookCommand: Command = {
  name: 'webhook',
  summary: 'make, list, rotate, test and end endpoints of webhooks',
  usage,
  async run(args, terminal) {
    const { values, positionals } = parse(args)
    const [verb = '', id] = positionals
    if (verb === 'create') return create(values, terminal)
    if (verb === 'list') {
      const all = await withBillfold(values, terminal, (billfold) => billfold.webhooks.list(values.tenant))
      return terminal.print(all.map(line).join(''))
    }
    const act = Object.hasOwn(acts, verb) ? acts[verb] : undefined
    if (act === undefined) throw new UsageError(`Say what to do: create, list, ${Object.keys(acts).join(', ')}`)
    const endpoint = required(id, `which endpoint: billfold webhook ${verb} ID`)
    return terminal.print(await withBillfold(values, terminal, (billfold) => act(billfold, endpoint, values.tenant)))
  },
}

async function create(values: Values, terminal: Terminal): Promise<void> {
  const url = required(values.url, 'where to: --url URL')
  const { event, description } = values
  const input = {
    url,
    ...(event !== undefined && { events: event.map(typeNamed) }),
    ...(description !== undefined && { description }),
  }
  const made = await withBillfold(values, terminal, (billfold) => billfold.webhooks.create(input))
  terminal.print(`id     ${made.id}\nsecret ${made.secret}\n`)
}

function typeNamed(type: string): EventType {
  if (!isEventType(type)) throw new UsageError(`There is no event ${JSON.stringify(type)}`)
  return type
}

async function said(act: Promise<void>, words: string): Promise<string> {
  await act
  return `${words}\n`
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

function parse(args: readonly string[]) {
  return understood(() => parseArgs({ args: [...args], options, allowPositionals: true }))
}
