import { basicAuthorization } from '../basic-authorization.ts'
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Billfold } from '@billfold/core'
import { type ScriptedFace, scriptedSelfie } from '@billfold/core/biometrics'
import { inMemoryDriver } from '../in-memory-driver.ts'

/** Creates a selfie of a person, base64. */
export function createSelfie(person: string, face: Omit<ScriptedFace, 'person'> = {}): string {
  return Buffer.from(scriptedSelfie({ person, ...face })).toString('base64')
}

/** Creates the frames that a liveness challenge asks for, base64. */
export function createFrames(person: string, steps: readonly string[]): string[] {
  return [...steps.map((pose) => createSelfie(person, { pose })), createSelfie(person)]
}

/** Creates a user, by default with the PIN 4711; an empty PIN creates none. */
export async function createUser(
  billfold: Billfold,
  pin: string | undefined = '4711',
  tenant?: string,
): Promise<string> {
  const key = await billfold.serviceKeys.create({
    tag: 'users',
    scopes: ['custody'],
    ...(tenant !== undefined && { tenant }),
  })
  const authorization = basicAuthorization(key.keyId, key.keySecret)
  const json = pin === '' ? {} : { signingMethod: { type: 'PIN', value: pin } }
  const answer = await inMemoryDriver(billfold.custody).request('POST', '/api/users', {
    headers: { authorization },
    json,
  })
  return (answer.json as { result: { id: string } }).result.id
}

/** A device with a P-256 key. */
export interface TestDevice {
  readonly publicKey: string
  /** Signs a text and returns the public key with the signature. */
  readonly sign: (text: string) => { publicKey: string; signature: string }
  /** Signs the proof of a session step, bound to the client's secure channel key. */
  readonly signStep: (
    step: string,
    subject: string,
    callerPublicKey: string,
  ) => { publicKey: string; signature: string }
}

/** Creates a device. */
export function createDevice(): TestDevice {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicKey = toPublicPoint(pair.publicKey)
  const signed: TestDevice['sign'] = (text) => {
    const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const
    return { publicKey, signature: sign('sha256', Buffer.from(text), key).toString('base64') }
  }
  return {
    publicKey,
    sign: signed,
    signStep: (step, subject, callerPublicKey) => {
      const caller = Buffer.from(callerPublicKey, 'base64').toString('base64url', 0, 32)
      return signed(['billfold device 1', step, subject, caller].join('\n'))
    },
  }
}

function toPublicPoint(key: KeyObject): string {
  // Imported again, since Node 20 can hang when it exports a generated key as a JWK.
  const imported = createPublicKey(key.export({ type: 'spki', format: 'pem' }))
  const { x = '', y = '' } = imported.export({ format: 'jwk' })
  return Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]).toString('base64')
}
