import { basicAuthorization } from '../basic-authorization.ts'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Billfold } from '@billfold/core'
import { type ScriptedFace, scriptedSelfie } from '@billfold/core/biometrics'
import { inMemoryDriver } from '../in-memory-driver.ts'

/** A selfie of somebody, in base64. */
export function createSelfie(person: string, face: Omit<ScriptedFace, 'person'> = {}): string {
  return Buffer.from(scriptedSelfie({ person, ...face })).toString('base64')
}

/** The frames that a challenge asks for, by one person. */
export function createFrames(person: string, steps: readonly string[]): string[] {
  return [...steps.map((pose) => createSelfie(person, { pose })), createSelfie(person)]
}

/** A user with the PIN 4711, unless another, or none, is wanted. */
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

/** A device that holds a P-256 key. */
export interface TestDevice {
  readonly publicKey: string
  /** Its key, and its signature over a text. */
  readonly sign: (text: string) => { publicKey: string; signature: string }
  /** What it shows for a step of a session, called with an envelope key. */
  readonly signStep: (
    step: string,
    subject: string,
    callerPublicKey: string,
  ) => { publicKey: string; signature: string }
}

/** A new device. */
export function createDevice(): TestDevice {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicKey = pointOf(pair.publicKey)
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

function pointOf(key: KeyObject): string {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  return Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]).toString('base64')
}
