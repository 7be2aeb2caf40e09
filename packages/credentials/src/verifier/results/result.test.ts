import { describe, expect, test } from 'vitest'
import { fetchRequest, issuePidMdoc, presentMdoc, respond } from '../../test-fixtures/test-wallet.ts'
import { outcomeOf, prepareVerifiers, presentPid } from '../../test-fixtures/verifiers.ts'

const verifiers = prepareVerifiers()

function responseCodeOf(body: Readonly<Record<string, unknown>>): string {
  return new URL(String(body['redirect_uri'])).searchParams.get('response_code') ?? ''
}

describe('a result on the same device', () => {
  test('is given with the response code, once', async () => {
    const host = await verifiers.start()
    const { created, reply } = await presentPid(verifiers, host)
    const { transaction } = created
    const notFound = 'presentation-request.not-found'
    expect(reply.body['redirect_uri']).toMatch(/^https:\/\/shop\.example\/done\?x=1&response_code=[\w-]{43}$/)
    expect(await outcomeOf(host.verifier.result({ transaction }))).toBe(notFound)
    expect(await outcomeOf(host.verifier.result({ transaction, responseCode: 'other' }))).toBe(notFound)
    const responseCode = responseCodeOf(reply.body)
    expect(await host.verifier.result({ transaction, responseCode })).toMatchObject({ status: 'verified' })
    expect(await outcomeOf(host.verifier.result({ transaction, responseCode }))).toBe(notFound)
  })

  test('asked for many times at once is given once', async () => {
    const host = await verifiers.start()
    const { created, reply } = await presentPid(verifiers, host)
    const input = { transaction: created.transaction, responseCode: responseCodeOf(reply.body) }
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => outcomeOf(host.verifier.result(input))))
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1)
  })

  test('is given to the session that it was made for, and to no other', async () => {
    const host = await verifiers.start()
    const { created, reply } = await presentPid(verifiers, host, 'session-1')
    const input = { transaction: created.transaction, responseCode: responseCodeOf(reply.body) }
    expect(await outcomeOf(host.verifier.result(input))).toBe('presentation-request.not-found')
    expect(await outcomeOf(host.verifier.result({ ...input, session: 'session-2' }))).toBe(
      'presentation-request.not-found',
    )
    expect(await outcomeOf(host.verifier.result({ ...input, session: 'session-1' }))).toBe('done')
  })
})

describe('a result on another device', () => {
  test('is given again for ten minutes, and then is gone', async () => {
    let now = Date.now()
    const host = await verifiers.start({ now: () => now })
    const created = await host.verifier.request({ query: 'pid', flow: 'cross-device' })
    const request = await fetchRequest(created.uri ?? '')
    const { body } = await respond(request, {
      'pid-2': [await presentMdoc(request, await issuePidMdoc(verifiers.pki.issuer))],
    })
    expect(body).toEqual({})
    const result = await host.verifier.result(created)
    expect(result.status).toBe('verified')
    now += 9 * 60_000
    expect(await host.verifier.result(created)).toEqual(result)
    now += 60_000
    expect(await host.verifier.result(created)).toEqual({ status: 'expired' })
  })
})
