import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../audit/record.ts'
import { auditRecords } from '../audit/table.ts'
import { addMethod, replaceMethod } from '../credentials/methods.ts'
import { ownerCloses } from '../credentials/owner-writes.ts'
import { type OpenedMethod, unlock } from '../credentials/unlock.ts'
import { events } from '../events/table.ts'
import type { Services } from '../services.ts'
import { codeOf } from '../test-fixtures/code-of.ts'
import { interrupted } from '../test-fixtures/interrupted.ts'
import { testServices } from '../test-fixtures/services.ts'
import { archiveUser } from '../users/change.ts'
import { createUser } from '../users/create.ts'
import { archiveUserWallets, changeWallet } from './change.ts'
import { chainOf, knownChains } from './chains/index.ts'
import { createUserWallet } from './create.ts'
import { exportKey, type ExportRequest } from './export.ts'
import type { WalletRow } from './sealing.ts'
import { signWith } from './sign.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const ethereum = chainOf(knownChains(), 'ETHEREUM')
const refusals = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const
const code = 'emergency-code-of-somebody'

let services: Services
let userId: string
let pinId: string
let codeId: string
let wallet: WalletRow
let byPin: OpenedMethod

const unlockMethod = (id: string, value: string): Promise<OpenedMethod> =>
  unlock(services, actor, userId, { id }, value, refusals)

beforeEach(async () => {
  services = testServices()
  const { user, methods } = await createUser(services, {}, actor, { signingMethod: { type: 'PIN', value: '4711' } })
  userId = user.id
  pinId = methods[0]?.id ?? ''
  byPin = await unlockMethod(pinId, '4711')
  const owner = { tenant: 'default', ownerId: userId, ownerKind: 'user' as const }
  codeId = (await addMethod(services, {}, actor, owner, { type: 'EMERGENCY_CODE', value: code }, byPin)).row.id
  wallet = await createUserWallet(services, actor, userId, ethereum, {}, byPin)
})

/** Services whose storage runs another operation just before the audit record is committed. */
const withConcurrent = (act: () => Promise<unknown>): Services => ({
  ...services,
  storage: interrupted(services.storage, auditRecords.name, act),
})
const sign = (by: Services): Promise<unknown> =>
  signWith(by, actor, wallet, ethereum, { type: 'MESSAGE', data: 'hello' }, byPin)
const exported = (by: Services, request: ExportRequest = { type: 'PRIVATE_KEY' }): Promise<unknown> =>
  exportKey(by, actor, wallet, ethereum, request, byPin)

const archived = (): Promise<unknown> => changeWallet(services, actor, wallet.id, { archived: true })
const userDeleted = (): Promise<unknown> =>
  archiveUser(services, actor, userId, [ownerCloses(userId, 1), archiveUserWallets(userId, 1)])
const methodReplaced = async (): Promise<unknown> => {
  const owner = { tenant: 'default', ownerId: userId, ownerKind: 'user' as const }
  return replaceMethod(services, {}, actor, owner, pinId, '4712', await unlockMethod(codeId, code))
}

describe.each([
  { operation: 'signing', act: 'wallet.signed', useKey: sign },
  { operation: 'exporting a private key', act: 'wallet.exported', useKey: exported },
])('$operation', ({ act, useKey }) => {
  it.each([
    { when: 'the wallet is archived', change: archived, expectedCode: 'wallet.archived' },
    { when: 'the user is deleted', change: userDeleted, expectedCode: 'wallet.archived' },
    { when: 'the method is replaced', change: methodReplaced, expectedCode: 'signing-method.invalid' },
  ])('is rejected if $when before the audit record is committed', async ({ change, expectedCode }) => {
    expect(await codeOf(useKey(withConcurrent(change)))).toBe(expectedCode)
    // The next request gets the same error.
    expect(await codeOf(useKey(services))).toBe(expectedCode)
    expect(await services.storage.find(auditRecords, { where: { act } })).toEqual([])
    expect(await services.storage.find(events, { where: { type: act } })).toEqual([])
  })

  it('succeeds if the wallet was archived and unarchived in the meantime', async () => {
    const backAgain = async (): Promise<unknown> => {
      await archived()
      return changeWallet(services, actor, wallet.id, { archived: false })
    }
    expect(await codeOf(useKey(withConcurrent(backAgain)))).toBe('done')
    expect(await services.storage.find(auditRecords, { where: { act } })).toHaveLength(1)
  })
})

it('rejects a keystore export if the wallet is archived while the export is queued', async () => {
  const request = { type: 'KEYSTORE', password: 'a password' } as const
  expect(await codeOf(exported(withConcurrent(archived), request))).toBe('wallet.archived')
})
