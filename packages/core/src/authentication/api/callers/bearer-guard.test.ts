import type { CustodyServices } from '../../../custody/services.ts'
import { beforeEach, describe, expect, test } from 'vitest'
import { createClientSecureChannel, generateClientKeyPair } from '../../../client/index.ts'
import { createSystemChannels } from '../../../platform/secure-channel/index.ts'
import type { IncomingRequest } from '../../../http/index.ts'
import { outcomeCode } from '../../../test-fixtures/outcome-code.ts'
import { testServices } from '../../../test-fixtures/services.ts'
import { createTokenIssuer } from '../../../platform/tokens/index.ts'
import { createAuthenticationGuards, type AuthenticationGuards } from './guards.ts'
import { issueStepToken, type StepTokenInput } from './step-token.ts'

describe('the bearer guard', () => {
  let services: CustodyServices
  let guards: AuthenticationGuards
  const pair = generateClientKeyPair()
  let encrypt: (text: string) => Promise<string>
  let mine: Omit<StepTokenInput, 'ttlSeconds'>

  beforeEach(async () => {
    services = testServices()
    const channels = createSystemChannels(services, 'secp256k1')
    guards = createAuthenticationGuards({
      services,
      channels: channels,
      resolveTenant: () => 'default',
      allowedTimeSpan: 60,
    })
    const system = await channels('default')
    encrypt = (await createClientSecureChannel(pair, system.publicKey)).encrypt
    const { callerKey } = system.channelWith(pair.publicKey)
    mine = { tenant: 'default', userId: 'user-1', sessionId: 'session-1', deviceId: 'device-1', callerKey }
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
    const token = await issueStepToken(services, { ...mine, ttlSeconds: 60 })
    const forms = [`Bearer ${token}`, `bearer ${token}`, token, await encrypt(token), await encrypt(`Bearer ${token}`)]
    for (const form of [...forms, `Bearer ${await encrypt(token)}`]) {
      const caller = await admit(form)
      expect(caller).toMatchObject({ kind: 'user', id: 'user-1', tenant: 'default' })
      expect(caller).toMatchObject({ token: { claims: { session: 'session-1', device: 'device-1' } } })
    }
  })

  test('rejects a token of another key, tenant, type or audience, or an expired one', async () => {
    const other = generateClientKeyPair()
    const system = await createSystemChannels(services, 'secp256k1')('default')
    for (const wrong of [{ callerKey: system.channelWith(other.publicKey).callerKey }, { tenant: 'other' }]) {
      const token = await issueStepToken(services, { ...mine, ...wrong, ttlSeconds: 60 })
      expect(await outcomeCode(admit(`Bearer ${token}`))).toBe('caller.unauthenticated')
    }
    const old = createTokenIssuer({ keyring: services.keyring, issuer: 'test', now: () => Date.now() - 120_000 })
    const expired = await issueStepToken({ ...services, tokens: old }, { ...mine, ttlSeconds: 60 })
    expect(await outcomeCode(admit(`Bearer ${expired}`))).toBe('caller.unauthenticated')
    const claims = { session: 's', device: 'd', key: mine.callerKey }
    const request = { tenant: 'default', subject: 'u', lifetimeSeconds: 60, claims }
    for (const wrong of [
      { type: 'service+jwt', audience: 'authentication' },
      { type: 'authentication-step+jwt', audience: 'custody' },
    ])
      expect(await outcomeCode(admit(`Bearer ${await services.tokens.issue({ ...request, ...wrong })}`))).toBe(
        'caller.unauthenticated',
      )
  })

  test('rejects a missing or malformed token and a mismatched public key', async () => {
    expect(await outcomeCode(admit(undefined))).toBe('caller.unauthenticated')
    expect(await outcomeCode(admit('Bearer a.b.c'))).toBe('caller.unauthenticated')
    expect(await outcomeCode(admit('Bearer QUJD'))).toBe('channel.invalid')
    expect(await outcomeCode(admit('Basic QUJD'))).toBe('channel.invalid')
    const token = await issueStepToken(services, { ...mine, ttlSeconds: 60 })
    expect(await outcomeCode(admit(`Bearer ${token}`, { publickey: generateClientKeyPair().publicKey }))).toBe(
      'channel.invalid',
    )
  })
})
