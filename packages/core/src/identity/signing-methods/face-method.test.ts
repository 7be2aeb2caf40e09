import type { CustodyServices } from '../../custody/services.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { facePeople } from '../biometrics/face-tables.ts'
import { localKeyring, newKey, keyedMutex } from '../../kernel/crypto/index.ts'
import { devices } from '../devices/table.ts'
import { batch, insert, remove, update } from '../../kernel/storage/index.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { interruptRead } from '../../test-fixtures/interrupted-storage.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createUser } from '../users/create.ts'
import { purgeExpiredFaceChecks } from './start-face-check.ts'
import { faceChecks } from './face-check-table.ts'
import { addMethod, type MethodOwner, replaceMethod } from './methods.ts'
import { signingMethods } from './tables.ts'
import { consumeMethodAttempt, refundAttemptWrites } from './attempt-counter.ts'
import { authorizeMethod } from './authorize-method.ts'
import { type AuthorizedMethod, loadMasterSecret } from './authorized-method.ts'
import { type RequestToAuthorize, type FaceCheckRow, sealRequestDigest } from './consume-face-check.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const failureCodes = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const
const face = { device: 'd'.repeat(43), person: 'the person' }
const secret = 'secret-of-the-device'
/** SHA-256 of the empty string. */
const bodySha256 = '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'
const request: RequestToAuthorize = { method: 'POST', target: '/api/signatures', body: new Uint8Array() }

const keys = { k1: newKey(), k2: newKey() }

let services: CustodyServices
let owner: MethodOwner
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

const byPin = (): Promise<AuthorizedMethod> =>
  authorizeMethod(services, actor, owner.ownerId, { id: pinId }, '4711', failureCodes)
const authorize = (value: string, requested: RequestToAuthorize | undefined = request): Promise<AuthorizedMethod> =>
  authorizeMethod(services, actor, owner.ownerId, { id: methodId }, value, failureCodes, requested)

/** Stores a face check that was completed for the request. */
async function storePassedCheck(change: Partial<FaceCheckRow> = {}, methodVersion = 1): Promise<FaceCheckRow> {
  const row = {
    id: crypto.randomUUID(),
    tenant: owner.tenant,
    ownerId: owner.ownerId,
    methodId,
    methodVersion,
    sealedLiveness: null,
    expiresAt: services.now() + 60_000,
  }
  const sealedRequest = await sealRequestDigest(services, row, { ...request, bodySha256 })
  const stored = { ...row, sealedRequest, ...change }
  await services.storage.commit(batch(insert(faceChecks, stored)))
  return stored
}

it('authorizes with the secret and a completed face check', async () => {
  const method = await authorize(`${(await storePassedCheck()).id}.${secret}`)
  expect((await loadMasterSecret(services, method)).secret.bytes).toHaveLength(32)
})

it('rejects a face-bound method without a request', async () => {
  const { id } = await storePassedCheck()
  expect(
    await outcomeCode(
      authorizeMethod(services, actor, owner.ownerId, { id: methodId }, `${id}.${secret}`, failureCodes),
    ),
  ).toBe('signing-method.invalid')
})

it('still requires a face check after the value is replaced and after the keyring is rotated', async () => {
  await replaceMethod(services, {}, actor, owner, methodId, 'replaced-secret-value', await byPin())
  expect(await outcomeCode(authorize('replaced-secret-value'))).toBe('signing-method.invalid')
  const value = 'replaced-secret-value'
  expect(await outcomeCode(authorize(`${(await storePassedCheck()).id}.${value}`))).toBe('signing-method.invalid')
  expect(await outcomeCode(authorize(`${(await storePassedCheck({}, 2)).id}.${value}`))).toBe('done')
  services = { ...services, keyring: localKeyring({ keys, currentKeyId: 'k2' }) }
  for (let round = 0; round < 2; round++)
    expect(await outcomeCode(authorize(`${(await storePassedCheck({}, 2)).id}.${value}`))).toBe('done')
  const [row] = await services.storage.find(signingMethods, { where: { id: methodId } })
  expect(row).toMatchObject({ pepperKeyId: 'k2', ...face })
  expect(await outcomeCode(authorize(value))).toBe('signing-method.invalid')
})

it('fails with a conflict when another process changes the face binding during a replacement', async () => {
  const authorizedBy = await byPin()
  for (const whichRead of [2, 3, 4]) {
    const { row } = await addMethod(services, {}, actor, owner, { type: 'BIOMETRIC', value: secret }, authorizedBy)
    // Another process does not share the owner's mutex.
    const other = { ...services, ownerMutex: keyedMutex(1000) }
    const bindFace = (): Promise<unknown> =>
      replaceMethod(other, {}, actor, owner, row.id, 'secret-of-the-other-process', authorizedBy, { face })
    const storage = interruptRead(services.storage, signingMethods.name, bindFace, whichRead)
    const replacing = replaceMethod(
      { ...services, storage },
      {},
      actor,
      owner,
      row.id,
      'secret-of-this-process',
      authorizedBy,
    )
    expect([whichRead, await outcomeCode(replacing)]).toEqual([whichRead, 'storage.conflict'])
    const [stored] = await services.storage.find(signingMethods, { where: { id: row.id } })
    expect(stored).toMatchObject({ ...face, version: 2 })
  }
})

describe('an attacker with write access to the database and the secret', () => {
  it('cannot remove the face binding', async () => {
    const where = { id: methodId }
    await services.storage.commit(batch(update(signingMethods, { where, set: { device: null, person: null } })))
    expect(await outcomeCode(authorize(secret))).toBe('signing-method.invalid')
  })

  it('cannot replace the device or the person of the face binding', async () => {
    const { id } = await storePassedCheck()
    const mine = { device: 'm'.repeat(43), person: 'mallory' }
    await services.storage.commit(
      batch(
        update(signingMethods, { where: { id: methodId }, set: mine }),
        update(devices, { where: { id: 'device' }, set: { thumbprint: mine.device } }),
        remove(facePeople, { where: { id: face.person } }),
      ),
    )
    expect(await outcomeCode(authorize(`${id}.${secret}`))).toBe('signing-method.invalid')
  })

  it('cannot forge a face check, extend its expiry or copy it to another id', async () => {
    const forged = [
      await storePassedCheck({ sealedRequest: new Uint8Array(100) }),
      await storePassedCheck({ expiresAt: services.now() + 600_000 }),
      await storePassedCheck({ id: crypto.randomUUID() }),
    ]
    for (const { id } of forged) expect(await outcomeCode(authorize(`${id}.${secret}`))).toBe('signing-method.invalid')
  })
})

it('rejects an expired face check and purges it', async () => {
  const { id, expiresAt } = await storePassedCheck()
  services = { ...services, now: () => expiresAt }
  expect(await outcomeCode(authorize(`${id}.${secret}`))).toBe('signing-method.invalid')
  await purgeExpiredFaceChecks(services.storage, expiresAt)
  expect(await services.storage.find(faceChecks)).toEqual([])
})

it('rejects malformed values with the code of a wrong value', async () => {
  for (const value of [
    '.',
    '..',
    `${'-'.repeat(36)}.${secret}`,
    `${'é'.repeat(36)}.${secret}`,
    '',
    `${'x'.repeat(36)}.`,
  ])
    expect(await outcomeCode(authorize(value))).toBe('signing-method.invalid')
})

describe('refunding an attempt', () => {
  it('refunds only that attempt and restores the expired lockout', async () => {
    let now = services.now()
    services = { ...services, lockout: { maxFailures: 3, durationSeconds: 60 }, now: () => now }
    for (let count = 0; count < 3; count++) expect(await outcomeCode(authorize('wrong'))).toBe('signing-method.invalid')
    expect(await outcomeCode(authorize('wrong'))).toBe('signing-method.locked')
    now += 60_000
    const counted = await consumeMethodAttempt(services, actor, owner.ownerId, { id: methodId }, 'attempt')
    if (typeof counted === 'string') throw new Error(counted)
    await services.storage.commit(batch(...refundAttemptWrites(counted, 'attempt')))
    const [row] = await services.storage.find(signingMethods, { where: { id: methodId } })
    expect(row).toMatchObject({ remainingAttempts: 7, incorrectAttempts: 3, lockedUntil: now })
    expect(await outcomeCode(authorize(`${(await storePassedCheck()).id}.${secret}`))).toBe('done')
  })
})
