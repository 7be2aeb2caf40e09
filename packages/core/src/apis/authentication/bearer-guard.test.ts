import { beforeEach, describe, expect, test } from 'vitest'
import { clientEnvelope, newKeyPair } from '../../client/index.ts'
import { systemEnvelopes } from '../../envelope/index.ts'
import type { IncomingRequest } from '../../http/index.ts'
import type { Services } from '../../services.ts'
import { codeOf } from '../../test-fixtures/code-of.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { tokenIssuer } from '../../tokens/index.ts'
import { authenticationGuards, type Guards } from './guards.ts'
import { issueStepToken, type StepToken } from './step-token.ts'

describe('the bearer guard', () => {
  let services: Services
  let guards: Guards
  const pair = newKeyPair()
  let encrypt: (text: string) => Promise<string>
  let mine: Omit<StepToken, 'seconds'>

  beforeEach(async () => {
    services = testServices()
    const channels = systemEnvelopes(services, 'secp256k1')
    guards = authenticationGuards({ services, envelopes: channels, tenantOf: () => 'default', allowedTimeSpan: 60 })
    const system = await channels('default')
    encrypt = (await clientEnvelope(pair, system.publicKey)).encrypt
    const { caller } = system.with(pair.publicKey)
    mine = { tenant: 'default', userId: 'user-1', sessionId: 'session-1', deviceId: 'device-1', caller }
  })

  const admit = async (authorization: string | undefined, headers: Record<string, string> = {}) => {
    const requestId = JSON.stringify({ appid: 'a', uuid: 'u', ts: Date.now() / 1000 })
    const request: IncomingRequest = {
      method: 'POST',
      path: '/verify_pin',
      mount: '',
      params: {},
      query: '',
      headers: { publickey: pair.publicKey, requestid: await encrypt(requestId), authorization, ...headers },
      ip: '192.0.2.1',
      body: { kind: 'none' },
      signal: new AbortController().signal,
    }
    return guards.bearer.admit(request)
  }

  test('admits a plain or encrypted token, with and without the Bearer scheme', async () => {
    const token = await issueStepToken(services, { ...mine, seconds: 60 })
    const forms = [`Bearer ${token}`, `bearer ${token}`, token, await encrypt(token), await encrypt(`Bearer ${token}`)]
    for (const form of [...forms, `Bearer ${await encrypt(token)}`]) {
      const caller = await admit(form)
      expect(caller).toMatchObject({ kind: 'user', id: 'user-1', tenant: 'default' })
      expect(caller).toMatchObject({ token: { claims: { session: 'session-1', device: 'device-1' } } })
    }
  })

  test('rejects a token of another key, tenant, type or audience, or an expired one', async () => {
    const other = newKeyPair()
    const system = await systemEnvelopes(services, 'secp256k1')('default')
    for (const wrong of [{ caller: system.with(other.publicKey).caller }, { tenant: 'other' }]) {
      const token = await issueStepToken(services, { ...mine, ...wrong, seconds: 60 })
      expect(await codeOf(admit(`Bearer ${token}`))).toBe('caller.unauthenticated')
    }
    const old = tokenIssuer({ keyring: services.keyring, issuer: 'test', now: () => Date.now() - 120_000 })
    const expired = await issueStepToken({ ...services, tokens: old }, { ...mine, seconds: 60 })
    expect(await codeOf(admit(`Bearer ${expired}`))).toBe('caller.unauthenticated')
    const claims = { session: 's', device: 'd', key: mine.caller }
    const request = { tenant: 'default', subject: 'u', seconds: 60, claims }
    for (const wrong of [
      { type: 'service+jwt', audience: 'authentication' },
      { type: 'authentication-step+jwt', audience: 'custody' },
    ])
      expect(await codeOf(admit(`Bearer ${await services.tokens.issue({ ...request, ...wrong })}`))).toBe(
        'caller.unauthenticated',
      )
  })

  test('rejects a missing or malformed token and a mismatched public key', async () => {
    expect(await codeOf(admit(undefined))).toBe('caller.unauthenticated')
    expect(await codeOf(admit('Bearer a.b.c'))).toBe('caller.unauthenticated')
    expect(await codeOf(admit('Bearer QUJD'))).toBe('envelope.invalid')
    expect(await codeOf(admit('Basic QUJD'))).toBe('envelope.invalid')
    const token = await issueStepToken(services, { ...mine, seconds: 60 })
    expect(await codeOf(admit(`Bearer ${token}`, { publickey: newKeyPair().publicKey }))).toBe('envelope.invalid')
  })
})
