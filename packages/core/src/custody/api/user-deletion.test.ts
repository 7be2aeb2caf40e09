import type { CustodyServices } from '../services.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import { addFirstMethod } from '../../identity/signing-methods/methods.ts'
import type { TrackedStorage } from '../../platform/idempotency/index.ts'
import { batch, update } from '../../kernel/storage/index.ts'
import { type CustodyCall, custodyCaller } from '../../test-fixtures/custody-caller.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { signingMethods } from '../../identity/signing-methods/tables.ts'
import { users } from '../../identity/users/table.ts'

const pin = '4711'

let services: CustodyServices
let call: CustodyCall
let beforeArchiving: () => Promise<unknown>

/** Runs another operation just before the commit that archives a user. */
function interrupted(storage: TrackedStorage): TrackedStorage {
  return {
    ...storage,
    commit: async (writes) => {
      const archives = writes.writes.some(
        (write) => write.kind === 'update' && 'archivedAt' in write.set && write.table === users,
      )
      const archive = beforeArchiving
      if (archives) beforeArchiving = async () => {}
      if (archives) await archive()
      return storage.commit(writes)
    },
  }
}

beforeEach(async () => {
  beforeArchiving = async () => {}
  const plain = testServices()
  services = { ...plain, storage: interrupted(plain.storage) }
  call = await custodyCaller(services)
})

describe('DELETE /api/users/:userId', () => {
  it('rejects a signing method that is replaced before the commit', async () => {
    const { result: user } = await call('createUser', { body: { signingMethod: { type: 'PIN', value: pin } } })
    const [method] = user.signingMethods
    beforeArchiving = () =>
      services.storage.commit(batch(update(signingMethods, { where: { id: method.id }, add: { version: 1 } })))
    const params = { userId: user.id }
    const refused = await call('deleteUser', { params, method: `${method.id}:${pin}` })
    expect(refused).toMatchObject({ status: 409, codes: ['storage.conflict'] })
    expect(await call('getUser', { params })).toMatchObject({ status: 200 })
  })

  it('needs no signing method if the user has none, even if one is created before the commit', async () => {
    const { result: user } = await call('createUser', { body: {} })
    const params = { userId: user.id }
    beforeArchiving = () => call('createSigningMethod', { params, body: { type: 'PIN', value: pin } })
    expect(await call('deleteUser', { params })).toMatchObject({ status: 409, codes: ['storage.conflict'] })
    expect(await call('getUser', { params })).toMatchObject({ status: 200 })
    expect(await call('deleteUser', { params })).toMatchObject({ status: 403, codes: ['signing-method.required'] })
  })

  it('archives the wallets permanently', async () => {
    const { result: user } = await call('createUser', { body: { signingMethod: { type: 'PIN', value: pin } } })
    const [method] = user.signingMethods
    const body = { secretType: 'ETHEREUM', userId: user.id, pincode: pin }
    const { result: wallet } = await call('createWallet', { body })
    const change = (changed: object) => call('updateWalletMetadata', { params: { walletId: wallet.id }, body: changed })
    // A wallet that is unarchived just before the user is deleted is archived with the user.
    expect((await change({ archived: true })).status).toBe(200)
    beforeArchiving = () => change({ archived: false })
    const deletion = () => call('deleteUser', { params: { userId: user.id }, method: `${method.id}:${pin}` })
    if ((await deletion()).status !== 200) expect((await deletion()).status).toBe(200)
    expect(await change({ archived: false })).toMatchObject({ status: 400, codes: ['wallet.archived'] })
    expect(await change({ description: 'after deletion' })).toMatchObject({ status: 200, result: { archived: true } })
  })

  it('rejects a first signing method for a deleted user', async () => {
    const { result: user } = await call('createUser', { body: {} })
    expect(await call('deleteUser', { params: { userId: user.id } })).toMatchObject({ status: 200 })
    const owner = { tenant: 'default', ownerId: user.id, ownerKind: 'user' as const }
    const first = addFirstMethod(services, {}, { tenant: 'default', id: 'test' }, owner, { type: 'PIN', value: pin })
    await expect(first).rejects.toMatchObject({ code: 'signing-method.exists' })
  })
})
