import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { credentialType } from '../../issuer/types/credential-type.ts'
import { claimsOf } from '../../issuer/types/dataset-source.ts'
import { ada, identity } from '../../test-fixtures/issuer-host.ts'
import {
  createWalletHost,
  createWalletPki,
  type HolderReply,
  type WalletHost,
  type WalletPki,
  type WalletUser,
} from '../../test-fixtures/wallet-host.ts'
import type { WalletHttp } from '../wallet-http.ts'

let pki: WalletPki

beforeAll(async () => {
  pki = await createWalletPki()
})

const idOf = ({ body }: HolderReply) => z.string().parse(body['id'])

async function accept(host: WalletHost, user: WalletUser, uri: string): Promise<HolderReply> {
  const id = idOf(await host.call(user, 'POST', '/offers', { offer: uri }))
  return host.call(user, 'POST', `/offers/${id}/accept`, {}, user.method)
}

describe('credentials that come later', () => {
  test('are all received if the network fails after the first of them', async () => {
    let sourced: { level: string } | 'later' = 'later'
    let failsAfter = Infinity
    const wrapHttp = (send: WalletHttp): WalletHttp => {
      return async (request) => {
        if (request.url.endsWith('/deferred_credential') && failsAfter-- <= 0) throw new Error('the network fails')
        return send(request)
      }
    }
    const late = credentialType({
      id: 'late',
      claims: z.object({ level: z.string() }),
      sdJwt: { vct: 'urn:example:late:1' },
      mdoc: { docType: 'com.example.late.1', elements: ({ level }) => ({ 'com.example.late.1': { level } }) },
      from: claimsOf(() => sourced, { mayDefer: true }),
    })
    let now = Date.now()
    const host = await createWalletHost(pki, { types: [late], now: () => now, wrapHttp })
    const user = await host.createUser()
    const { uri } = await host.billfold.credentials.issuer.offer(late, { subject: { userId: user.userId } })
    expect(await accept(host, user, uri)).toMatchObject({ status: 200, body: { credentials: [], pending: true } })
    sourced = { level: 'gold' }
    failsAfter = 1
    now += 4000_000
    await host.billfold.maintain()
    expect(await host.billfold.credentials.holder.list(user.userId)).toHaveLength(1)
    failsAfter = Infinity
    now += 4000_000
    await host.billfold.maintain()
    expect(await host.billfold.credentials.holder.list(user.userId)).toHaveLength(2)
  })
})

describe('a batch of an issuer that rotates refresh tokens', () => {
  test('is renewed after a renewal that failed', async () => {
    let isDown = false
    let original: string | undefined
    let current = ''
    let rotations = 0
    const wrapHttp = (send: WalletHttp): WalletHttp => {
      return async (request) => {
        if (isDown && request.url.endsWith('/credential')) throw new Error('the network fails')
        const form = new URLSearchParams(request.url.endsWith('/token') ? request.body : '')
        const presented = form.get('refresh_token')
        if (presented === null) {
          const reply = await send(request)
          if (form.size > 0)
            original = current = z.object({ refresh_token: z.string() }).parse(JSON.parse(reply.body)).refresh_token
          return reply
        }
        if (presented !== current) return { status: 400, headers: {}, body: '{"error":"invalid_grant"}' }
        form.set('refresh_token', original ?? '')
        const reply = await send({ ...request, body: form.toString() })
        current = `rotated-${++rotations}`
        return { ...reply, body: JSON.stringify({ ...JSON.parse(reply.body), refresh_token: current }) }
      }
    }
    let now = Date.now()
    const host = await createWalletHost(pki, { wrapHttp, now: () => now })
    const user = await host.createUser()
    const { holder, issuer, verifier } = host.billfold.credentials
    expect((await accept(host, user, (await issuer.offer(identity, { claims: ada })).uri)).status).toBe(200)
    const left = async () =>
      (await holder.list(user.userId)).find(({ format }) => format === 'dc+sd-jwt')?.instancesLeft
    const present = async () => {
      const { uri } = await verifier.request({ query: 'identity', flow: 'same-device', session: 's' })
      const { id, options } = shownRequest.parse((await host.call(user, 'POST', '/requests', { uri })).body)
      const [option] = options
      const choice = { [option?.query ?? '']: option?.candidates[0]?.credential ?? '' }
      const agreed = await host.call(user, 'POST', `/requests/${id}/consent`, { choice })
      const consent = z.string().parse(agreed.body['consent'])
      const presented = await host.call(user, 'POST', `/requests/${id}/present`, { choice, consent }, user.method)
      expect(presented.status).toBe(200)
    }
    isDown = true
    await present()
    expect([await left(), rotations]).toEqual([2, 1])
    isDown = false
    now += 3 * 60_000
    await present()
    expect([await left(), rotations]).toEqual([4, 2])
  })
})

const shownRequest = z.object({
  id: z.string(),
  options: z.array(z.object({ query: z.string(), candidates: z.array(z.object({ credential: z.string() })) })),
})
