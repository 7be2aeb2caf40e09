import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../audit/record.ts'
import { facePeople } from '../biometrics/face-tables.ts'
import { localKeyring, newKey, turnsByKey } from '../crypto/index.ts'
import { devices } from '../devices/table.ts'
import type { Services } from '../services.ts'
import { batch, insert, remove, update } from '../storage/index.ts'
import { codeOf } from '../test-fixtures/code-of.ts'
import { interruptedRead } from '../test-fixtures/interrupted.ts'
import { testServices } from '../test-fixtures/services.ts'
import { createUser } from '../users/create.ts'
import { forgetFaceChecks } from './begin-face-check.ts'
import { faceChecks } from './face-check-table.ts'
import { addMethod, type Owner, replaceMethod } from './methods.ts'
import { credentials } from './tables.ts'
import { attemptBack, countAttempt, currentSecret, type OpenedMethod, unlock } from './unlock.ts'
import { type AskedRequest, type FaceCheckRow, sealRequest } from './use-face-check.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const refusals = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const
const face = { device: 'd'.repeat(43), person: 'the person' }
const secret = 'what-the-device-keeps'
/** SHA-256 of nothing. */
const bodySha256 = '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'
const request: AskedRequest = { method: 'POST', target: '/api/signatures', body: new Uint8Array() }

const keys = { k1: newKey(), k2: newKey() }

let services: Services
let owner: Owner
let pinId: string
let methodId: string

beforeEach(async () => {
  services = { ...testServices(), keyring: localKeyring({ keys, currentKeyId: 'k1' }) }
  const { user, methods } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: '4711' } })
  owner = { tenant: 'default', ownerId: user.id, ownerKind: 'user' }
  pinId = methods[0]?.id ?? ''
  const made = await addMethod(services, {}, actor, owner, { type: 'BIOMETRIC', value: secret, face }, await byPin())
  methodId = made.row.id
  const createdAt = services.now()
  const { tenant, ownerId: userId } = owner
  const sealedLabel = new Uint8Array()
  await services.storage.commit(
    batch(
      insert(devices, { id: 'device', tenant, userId, thumbprint: face.device, sealedLabel, trustedAt: createdAt }),
      insert(facePeople, {
        id: face.person,
        tenant,
        community: 'default',
        userId,
        version: 1,
        templates: 1,
        createdAt,
      }),
    ),
  )
})

const byPin = (): Promise<OpenedMethod> => unlock(services, actor, owner.ownerId, { id: pinId }, '4711', refusals)
const open = (value: string, asked: AskedRequest | undefined = request): Promise<OpenedMethod> =>
  unlock(services, actor, owner.ownerId, { id: methodId }, value, refusals, asked)

/** A check that was passed for the request. */
async function passed(change: Partial<FaceCheckRow> = {}, methodVersion = 1): Promise<FaceCheckRow> {
  const row = {
    id: crypto.randomUUID(),
    tenant: owner.tenant,
    ownerId: owner.ownerId,
    methodId,
    methodVersion,
    sealedLiveness: null,
    expiresAt: services.now() + 60_000,
  }
  const sealedRequest = await sealRequest(services, row, { ...request, bodySha256 })
  const kept = { ...row, sealedRequest, ...change }
  await services.storage.commit(batch(insert(faceChecks, kept)))
  return kept
}

it('opens what its owner has, with the secret and a check that was passed', async () => {
  const method = await open(`${(await passed()).id}.${secret}`)
  expect((await currentSecret(services, method)).secret.bytes).toHaveLength(32)
})

it('opens nothing in-process, where there is no request that a check could be for', async () => {
  const { id } = await passed()
  expect(await codeOf(unlock(services, actor, owner.ownerId, { id: methodId }, `${id}.${secret}`, refusals))).toBe(
    'signing-method.invalid',
  )
})

it('stays behind its face when it gets a new value, and when the keyring gets a new key', async () => {
  await replaceMethod(services, {}, actor, owner, methodId, 'what-it-keeps-from-now', await byPin())
  expect(await codeOf(open('what-it-keeps-from-now'))).toBe('signing-method.invalid')
  const value = 'what-it-keeps-from-now'
  expect(await codeOf(open(`${(await passed()).id}.${value}`))).toBe('signing-method.invalid')
  expect(await codeOf(open(`${(await passed({}, 2)).id}.${value}`))).toBe('done')
  services = { ...services, keyring: localKeyring({ keys, currentKeyId: 'k2' }) }
  for (let round = 0; round < 2; round++)
    expect(await codeOf(open(`${(await passed({}, 2)).id}.${value}`))).toBe('done')
  const [row] = await services.storage.find(credentials, { where: { id: methodId } })
  expect(row).toMatchObject({ pepperKeyId: 'k2', ...face })
  expect(await codeOf(open(value))).toBe('signing-method.invalid')
})

it('keeps the face that is put on it while it gets a new value, wherever in that it comes', async () => {
  const authority = await byPin()
  for (const whichRead of [2, 3, 4]) {
    const { row } = await addMethod(services, {}, actor, owner, { type: 'BIOMETRIC', value: secret }, authority)
    // Another process: it does not wait for what this one does for the owner.
    const other = { ...services, ownerTurns: turnsByKey(1000) }
    const putFaceOn = (): Promise<unknown> =>
      replaceMethod(other, {}, actor, owner, row.id, 'what-the-other-keeps', authority, face)
    const storage = interruptedRead(services.storage, credentials.name, putFaceOn, whichRead)
    const replacing = replaceMethod(
      { ...services, storage },
      {},
      actor,
      owner,
      row.id,
      'what-this-one-keeps',
      authority,
    )
    expect([whichRead, await codeOf(replacing)]).toEqual([whichRead, 'storage.refused'])
    const [kept] = await services.storage.find(credentials, { where: { id: row.id } })
    expect(kept).toMatchObject({ ...face, version: 2 })
  }
})

describe('somebody who can write to the database and knows the secret', () => {
  it('cannot take the face away from the method', async () => {
    const where = { id: methodId }
    await services.storage.commit(batch(update(credentials, { where, set: { device: null, person: null } })))
    expect(await codeOf(open(secret))).toBe('signing-method.invalid')
  })

  it('cannot put a device or a face of their own in its place', async () => {
    const { id } = await passed()
    const mine = { device: 'm'.repeat(43), person: 'mallory' }
    await services.storage.commit(
      batch(
        update(credentials, { where: { id: methodId }, set: mine }),
        update(devices, { where: { id: 'device' }, set: { thumbprint: mine.device } }),
        remove(facePeople, { where: { id: face.person } }),
      ),
    )
    expect(await codeOf(open(`${id}.${secret}`))).toBe('signing-method.invalid')
  })

  it('cannot make a check, nor give one more time, nor another method', async () => {
    const forged = [
      await passed({ sealedRequest: new Uint8Array(100) }),
      await passed({ expiresAt: services.now() + 600_000 }),
      await passed({ id: crypto.randomUUID() }),
    ]
    for (const { id } of forged) expect(await codeOf(open(`${id}.${secret}`))).toBe('signing-method.invalid')
  })
})

it('is not opened by a check that has expired, which is forgotten', async () => {
  const { id, expiresAt } = await passed()
  services = { ...services, now: () => expiresAt }
  expect(await codeOf(open(`${id}.${secret}`))).toBe('signing-method.invalid')
  await forgetFaceChecks(services.storage, expiresAt)
  expect(await services.storage.find(faceChecks)).toEqual([])
})

it('is refused like any wrong value for what can be no check at all', async () => {
  for (const value of [
    '.',
    '..',
    `${'-'.repeat(36)}.${secret}`,
    `${'é'.repeat(36)}.${secret}`,
    '',
    `${'x'.repeat(36)}.`,
  ])
    expect(await codeOf(open(value))).toBe('signing-method.invalid')
})

describe('an attempt that is given back', () => {
  it('takes no other with it, and brings back the lock that had been served', async () => {
    let now = services.now()
    services = { ...services, temporaryLock: { wrongInARow: 3, seconds: 60 }, now: () => now }
    for (let count = 0; count < 3; count++) expect(await codeOf(open('wrong'))).toBe('signing-method.invalid')
    expect(await codeOf(open('wrong'))).toBe('signing-method.locked')
    now += 60_000
    const counted = await countAttempt(services, actor, owner.ownerId, { id: methodId }, 'attempt')
    if (typeof counted === 'string') throw new Error(counted)
    await services.storage.commit(batch(...attemptBack(counted, 'attempt')))
    const [row] = await services.storage.find(credentials, { where: { id: methodId } })
    expect(row).toMatchObject({ remainingAttempts: 7, incorrectAttempts: 3, lockedUntil: now })
    expect(await codeOf(open(`${(await passed()).id}.${secret}`))).toBe('done')
  })
})
