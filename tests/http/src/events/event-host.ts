import { type Billfold, createBillfold, localKeyring, newKey, createPasswordHasher } from '@billfold/core'
import { scriptedVerifier } from '@billfold/core/biometrics'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { publicUrl } from '../authentication/login-flow.ts'
import { basicAuthorization } from '../basic-authorization.ts'
import { callCustody, type CustodyReply } from '../custody/custody-host.ts'
import { publicUrl as didsUrl } from '../dids/did-host.ts'
import { template } from '../onboarding/onboarding-host.ts'
import { type ScriptedChain, scriptedChain } from './scripted-chain.ts'
import { createRecordingStorage, type RecordingStorage } from './recording-storage.ts'

/** An instance with all features of its APIs. */
export interface EventHost {
  readonly billfold: Billfold
  readonly storage: RecordingStorage
  readonly chain: ScriptedChain
  /** A Basic `Authorization` header with all scopes. */
  readonly authorization: string
  readonly advanceClock: (milliseconds: number) => void
  /** Calls the custody API and returns the result; throws for an error status. */
  readonly callCustody: (
    method: string,
    path: string,
    json?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<CustodyReply['result']>
}

const allowed = async () => ({ allowed: true, retryAfterSeconds: 1 })

/** Creates an instance. */
export async function createEventHost(): Promise<EventHost> {
  const storage = createRecordingStorage()
  const chain = scriptedChain()
  let offset = 0
  const billfold = createBillfold({
    storage,
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
    }),
    issuer: didsUrl,
    rateLimiter: { consume: allowed, peek: allowed },
    now: () => Date.now() + offset,
    authentication: {
      publicUrl,
      verifier: scriptedVerifier(),
      assessRisk: () => 'allow',
      page: { relyingParty: { privacyNotice: { url: 'https://shop.example/privacy', version: '2026-03' } } },
    },
    onboarding: { templates: [template] },
    custody: { chainClients: { ETHEREUM: chain.client }, transferSources: { ETHEREUM: chain.transfers } },
    payments: { externalReceivers: 'invite', contactVerification: 'host', openingGrant: '0.25' },
  })
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'suite', scopes: ['*'] })
  const authorization = basicAuthorization(keyId, keySecret)
  return {
    billfold,
    storage,
    chain,
    authorization,
    advanceClock: (milliseconds) => {
      offset += milliseconds
    },
    callCustody: async (method, path, json, headers) => {
      const { status, result, codes } = await callCustody(
        inMemoryDriver(billfold.custody),
        authorization,
        method,
        path,
        json,
        headers,
      )
      if (status >= 300) throw new Error(`${method} ${path} answered ${status} ${codes.join()}`)
      return result
    },
  }
}

/** Prepares an operation that emits an event, and returns the operation. */
export type EventTrigger = (setup: EventHost) => Promise<() => Promise<unknown>>
