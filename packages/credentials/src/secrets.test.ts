import { inspect } from 'node:util'
import type { BillfoldEvent, Logger } from '@billfold/core'
import { findInRows, Secrets } from '@billfold/http-tests'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ada, identity } from './test-fixtures/issuer-host.ts'
import { createWalletHost, createWalletPki, type WalletHost, type WalletUser } from './test-fixtures/wallet-host.ts'

const secrets = new Secrets()
const lines: string[] = []
const events: BillfoldEvent[] = []
let host: WalletHost

const note =
  (level: string): Logger['info'] =>
  (fields, message) =>
    lines.push(`${level} ${message} ${inspect(fields, { depth: 20, showHidden: true, maxStringLength: null })}`)

const claims = { ...ada, given_name: 'Given-mark-zq60', family_name: 'Family-mark-zq61' }
const requestSchema = z.object({
  id: z.string(),
  options: z.array(z.object({ query: z.string(), candidates: z.array(z.object({ credential: z.string() })) })),
})

/** The values of a field in forms and JSON that the wallet sent. */
function sentValues(name: string): readonly string[] {
  return host.sent.flatMap(({ body = '' }) => new URLSearchParams(body).getAll(name))
}

async function receive(user: WalletUser, post: (path: string, json: object) => Promise<Record<string, unknown>>) {
  const offer = await host.billfold.credentials.issuer.offer(identity, {
    claims,
    txCode: { length: 8, inputMode: 'text' },
    subject: { userId: user.userId },
  })
  secrets.add('a transaction code', offer.txCode)
  const { id } = await post('/offers', { offer: offer.uri })
  await post(`/offers/${String(id)}/accept`, { txCode: offer.txCode })
  secrets.add('the code of an offer', sentValues('pre-authorized_code')[0])
  const tokens = host.sent.flatMap(
    ({ headers }) => /^(?:DPoP|Bearer) (.+)$/.exec(headers['authorization'] ?? '')?.[1] ?? [],
  )
  secrets.add('an access token', tokens[0])
  const proof = host.sent.map(({ body = '' }) => /"jwt":\["([\w.-]+)"/.exec(body)?.[1]).find((jwt) => jwt !== undefined)
  const { nonce } = z
    .object({ nonce: z.string() })
    .parse(JSON.parse(Buffer.from(proof?.split('.')[1] ?? '', 'base64url').toString()))
  secrets.add('the nonce of an issuer', nonce)
}

async function present(post: (path: string, json: object) => Promise<Record<string, unknown>>) {
  const { verifier } = host.billfold.credentials
  const { transaction, uri } = await verifier.request({
    query: 'identity',
    flow: 'same-device',
    session: 'session-mark-zq62',
  })
  secrets.add('the session of a request', 'session-mark-zq62')
  secrets.add('the transaction of a request', transaction)
  const shown = requestSchema.parse(await post('/requests', { uri }))
  // Of the formats that can answer, one.
  const [option] = shown.options
  const choice = { [option?.query ?? '']: option?.candidates[0]?.credential ?? '' }
  const { consent } = await post(`/requests/${shown.id}/consent`, { choice })
  const presented = await post(`/requests/${shown.id}/present`, { choice, consent })
  const redirect = new URL(z.string().parse(presented['redirectUri']))
  const responseCode = secrets.add('a response code', redirect.searchParams.get('response_code'))
  secrets.add('a response', sentValues('response')[0])
  const result = await verifier.result({ transaction, responseCode, session: 'session-mark-zq62' })
  expect(result).toMatchObject({ status: 'verified', attributes: { given_name: claims.given_name } })
}

beforeAll(async () => {
  const logger = { error: note('error'), warn: note('warn'), info: note('info') }
  host = await createWalletHost(await createWalletPki(), {
    sinks: { logger, events: { handle: (event) => void events.push(event) } },
  })
  const user = await host.createUser()
  secrets.add('a first name', claims.given_name)
  secrets.add('a last name', claims.family_name)
  const post = async (path: string, json: object) => {
    const { status, body } = await host.call(user, 'POST', path, json, user.method)
    if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
    return body
  }
  await receive(user, post)
  await present(post)
})

describe('a secret of issuer, holder and verifier', () => {
  const findInDump = async (): Promise<readonly string[]> => {
    const found: string[] = []
    for (const table of host.billfold.tables)
      found.push(...findInRows(secrets, table.name, await host.storage.find(table)))
    return found
  }

  test('is in no row, before and after events were delivered', async () => {
    expect(secrets.names).toHaveLength(10)
    expect(await findInDump()).toEqual([])
    await host.billfold.deliver()
    expect(await findInDump()).toEqual([])
  })

  test('is in no event, audit record or line of the log', async () => {
    await host.billfold.deliver()
    const { records } = await host.billfold.audit.search({ limit: 200 })
    expect(events.length).toBeGreaterThan(3)
    expect(records.length).toBeGreaterThan(3)
    expect(secrets.findIn(JSON.stringify([events, records, lines]))).toEqual([])
  })
})
