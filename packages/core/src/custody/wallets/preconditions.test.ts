import type { CustodyServices } from '../services.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { auditRecords } from '../../platform/audit/tables.ts'
import { addMethod, replaceMethod } from '../../identity/signing-methods/methods.ts'
import { closeOwnerWrites } from '../../identity/signing-methods/owner.ts'
import { authorizeMethod } from '../../identity/signing-methods/authorize-method.ts'
import type { AuthorizedMethod } from '../../identity/signing-methods/authorized-method.ts'
import { events } from '../../platform/events/table.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { interruptCommit } from '../../test-fixtures/interrupted-storage.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { archiveUser } from '../../identity/users/update.ts'
import { createUser } from '../../identity/users/create.ts'
import { archiveUserWallets, updateWallet } from './update.ts'
import { getChain, knownChains } from './chains/index.ts'
import { createUserWallet } from './create.ts'
import { exportWalletKey, type KeyExportRequest } from './export.ts'
import type { CustodyWalletRow } from './sealing.ts'
import { signWithWallet } from './sign.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const ethereum = getChain(knownChains(), 'ETHEREUM')
const refusals = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const
const code = 'w2v7yertaad21lhudqghzwcg4'

let services: CustodyServices
let userId: string
let pinId: string
let codeId: string
let wallet: CustodyWalletRow
let byPin: AuthorizedMethod

const unlockMethod = (id: string, value: string): Promise<AuthorizedMethod> =>
  authorizeMethod(services, actor, userId, { id }, value, refusals)

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

/** CustodyServices whose storage runs another operation just before the audit record is committed. */
const withConcurrent = (operation: () => Promise<unknown>): CustodyServices => ({
  ...services,
  storage: interruptCommit(services.storage, auditRecords.name, operation),
})
const sign = (by: CustodyServices): Promise<unknown> =>
  signWithWallet(by, actor, wallet, ethereum, { type: 'MESSAGE', data: 'hello' }, byPin)
const exported = (by: CustodyServices, request: KeyExportRequest = { type: 'PRIVATE_KEY' }): Promise<unknown> =>
  exportWalletKey(by, actor, wallet, ethereum, request, byPin)

const archived = (): Promise<unknown> => updateWallet(services, actor, wallet.id, { archived: true })
const userDeleted = (): Promise<unknown> =>
  archiveUser(services, actor, userId, [...closeOwnerWrites(userId, 1), archiveUserWallets(userId, 1)])
const methodReplaced = async (): Promise<unknown> => {
  const owner = { tenant: 'default', ownerId: userId, ownerKind: 'user' as const }
  return replaceMethod(services, {}, actor, owner, pinId, '4712', await unlockMethod(codeId, code))
}

describe.each([
  { operation: 'signing', action: 'wallet.signed', useKey: sign },
  { operation: 'exporting a private key', action: 'wallet.exported', useKey: exported },
])('$operation', ({ action, useKey }) => {
  it.each([
    { when: 'the wallet is archived', change: archived, expectedCode: 'wallet.archived' },
    { when: 'the user is deleted', change: userDeleted, expectedCode: 'wallet.archived' },
    { when: 'the method is replaced', change: methodReplaced, expectedCode: 'signing-method.invalid' },
  ])('is rejected if $when before the audit record is committed', async ({ change, expectedCode }) => {
    expect(await outcomeCode(useKey(withConcurrent(change)))).toBe(expectedCode)
    // The next request gets the same error.
    expect(await outcomeCode(useKey(services))).toBe(expectedCode)
    expect(await services.storage.find(auditRecords, { where: { action } })).toEqual([])
    expect(await services.storage.find(events, { where: { type: action } })).toEqual([])
  })

  it('succeeds if the wallet was archived and unarchived in the meantime', async () => {
    const backAgain = async (): Promise<unknown> => {
      await archived()
      return updateWallet(services, actor, wallet.id, { archived: false })
    }
    expect(await outcomeCode(useKey(withConcurrent(backAgain)))).toBe('done')
    expect(await services.storage.find(auditRecords, { where: { action } })).toHaveLength(1)
  })
})

it('rejects a keystore export if the wallet is archived while the export is queued', async () => {
  const request = { type: 'KEYSTORE', password: 'a password' } as const
  expect(await outcomeCode(exported(withConcurrent(archived), request))).toBe('wallet.archived')
})
