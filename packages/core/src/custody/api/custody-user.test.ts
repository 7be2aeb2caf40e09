import { beforeEach, describe, expect, test } from 'vitest'
import { custodyApi } from './index.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, insert } from '../../kernel/storage/index.ts'
import { signingMethods } from '../../identity/signing-methods/tables.ts'
import { users } from '../../identity/users/table.ts'
import { type CustodyCall, custodyCaller } from '../../test-fixtures/custody-caller.ts'
import { testServices } from '../../test-fixtures/services.ts'
import type { CustodyServices } from '../services.ts'
import { transactions } from '../transactions/tables.ts'

const tenant = 'default'
const pin = { type: 'PIN', value: '471100' }
const transfer = { type: 'TRANSFER', secretType: 'ETHEREUM', to: `0x${'11'.repeat(20)}`, value: '1' }

let services: CustodyServices
let custody: CustodyCall
let everybody: CustodyCall
/** A user who came by a wallet login, one who registered for payments, and one of a module of the host. */
let others: readonly string[]

beforeEach(async () => {
  services = testServices()
  custody = await custodyCaller(services)
  everybody = await custodyCaller(services, tenant, {}, ['custody', 'custody:all-users'])
  const rows = ['wallet', 'registration', 'loyalty'].map((origin) => {
    return { id: newId(), tenant, reference: 'r', origin, createdAt: 0, archivedAt: null }
  })
  await services.storage.commit(batch(...rows.map((row) => insert(users, row))))
  others = rows.map(({ id }) => id)
})

describe('a key with the scope custody', () => {
  test('lists the users that the custody API created, and nobody else', async () => {
    const { result: own } = await custody('createUser', { body: { reference: 'r' } })
    const { result: listed } = await custody('listUsers')
    expect(listed.map(({ id }: { id: string }) => id)).toEqual([own.id])
    expect((await everybody('listUsers')).result).toHaveLength(4)
  })

  // From the route table, so that a further route cannot be forgotten.
  const lists = custodyApi(testServices(), tenant).routes.filter(
    ({ id, path }) => id.startsWith('list') && /^\/api\/(?:users|wallets|transactions|signatures)$/.test(path),
  )
  test.each(lists.map(({ id }) => id))('gets totals of what it sees: %s', async (id) => {
    for (const call of [custody, everybody]) await call('createUser', { body: { reference: 'own' } })
    for (const userId of [...others, undefined, undefined]) {
      if (userId !== undefined) await everybody('createSigningMethod', { params: { userId }, body: pin })
      const body = { secretType: 'ETHEREUM', pincode: pin.value, ...(userId !== undefined && { userId }) }
      const { result: wallet } = await everybody('createWallet', { body })
      const request = { walletId: wallet.id, secretType: 'ETHEREUM', status: 'READY' }
      await everybody('buildSignature', { body: { ...request, type: 'MESSAGE', data: 'x' } })
      await everybody('createTransaction', { body: { ...request, type: 'TRANSFER', to: transfer.to, value: 1 } })
    }
    for (const [call, total] of [
      [custody, 2],
      [everybody, 5],
    ] as const) {
      const { result, pagination } = await call(id, { query: 'page=1&size=1' })
      expect([result.length, pagination.numberOfElements, pagination.numberOfPages]).toEqual([1, total, total])
      const beyond = await call(id, { query: 'page=9&size=1' })
      expect([beyond.result, beyond.pagination.numberOfElements]).toEqual([[], total])
    }
  })

  // From the route table, so that a further route cannot be forgotten.
  const routes = custodyApi(testServices(), tenant).routes.filter(({ path }) => path.includes(':userId'))
  test.each(routes.map(({ id }) => id))('cannot act on users of other APIs: %s', async (id) => {
    for (const userId of others) {
      const params = { userId, signingMethodId: newId(), checkId: newId() }
      const route = routes.find((candidate) => candidate.id === id)
      const body = {
        reference: 'taken over',
        ...pin,
        device: { publicKey: 'a', signature: 'b' },
        request: { method: 'POST', target: '/', body: '' },
        selfie: 'AAAA',
      }
      const unknown = await custody(id, { params: { ...params, userId: newId() }, ...(route?.body && { body }) })
      expect(await custody(id, { params, ...(route?.body && { body }) })).toEqual(unknown)
    }
    expect(await services.storage.find(signingMethods)).toEqual([])
    const rows = await services.storage.find(users)
    expect(rows.every(({ archivedAt, reference }) => archivedAt === null && reference === 'r')).toBe(true)
  })

  test.each(['createWallet', 'importWallet'])('names no user of another API in a body: %s', async (id) => {
    for (const userId of others) {
      await everybody('createSigningMethod', { params: { userId }, body: pin })
      const body = {
        secretType: 'ETHEREUM',
        importWalletType: 'ETHEREUM_PRIVATE_KEY',
        privateKey: `0x${'11'.repeat(32)}`,
        pincode: pin.value,
      }
      const unknown = await custody(id, { body: { ...body, userId: newId() } })
      expect(await custody(id, { body: { ...body, userId } })).toEqual(unknown)
    }
  })
})

describe('the wallets of users of other APIs', () => {
  test('are not listed, shown or archived by a key with the scope custody', async () => {
    const { result: own } = await custody('createWallet', { body: { secretType: 'ETHEREUM', pincode: pin.value } })
    const [userId] = others
    await everybody('createSigningMethod', { params: { userId: userId ?? '' }, body: pin })
    const body = { secretType: 'ETHEREUM', userId, pincode: pin.value }
    const { result: wallet } = await everybody('createWallet', { body })
    const ids = ({ result }: { result: { id: string }[] }) => result.map(({ id }) => id)
    expect(ids(await custody('listWallets'))).toEqual([own.id])
    expect(ids(await everybody('listWallets'))).toEqual([wallet.id, own.id])
    const unknown = await custody('getWallet', { params: { walletId: newId() } })
    expect(await custody('getWallet', { params: { walletId: wallet.id } })).toEqual(unknown)
    for (const id of ['updateWallet', 'updateWalletMetadata'])
      expect(await custody(id, { params: { walletId: wallet.id }, body: { archived: true } })).toEqual(unknown)
    expect((await everybody('getWallet', { params: { walletId: wallet.id } })).result.archived).toBe(false)
  })

  async function walletOfAnother(): Promise<string> {
    const [userId = ''] = others
    await everybody('createSigningMethod', { params: { userId }, body: pin })
    const body = { secretType: 'ETHEREUM', userId, pincode: pin.value }
    return (await everybody('createWallet', { body })).result.id
  }

  // From the route table, so that a further route cannot be forgotten. An export takes a signing method of the user.
  const routes = custodyApi(testServices(), tenant).routes.filter(
    ({ id, path }) => path.includes(':walletId') && id !== 'exportWallet',
  )
  test.each(routes.map(({ id }) => id))('are unknown to a key with the scope custody: %s', async (id) => {
    const walletId = await walletOfAnother()
    const route = routes.find((candidate) => candidate.id === id)
    const body = { archived: true, userId: newId(), pincode: pin.value }
    const call = (wallet: string) => {
      const params = { walletId: wallet, tokenAddress: `0x${'11'.repeat(20)}` }
      return custody(id, { params, ...(route?.body && { body }) })
    }
    expect(await call(walletId)).toEqual(await call(newId()))
  })

  test.each([
    ['verifySignature', (walletId: string) => ({ secretType: 'ETHEREUM', data: 'x', signature: '0x', walletId })],
    ['buildTransaction', (walletId: string) => ({ transactionRequest: { ...transfer, walletId } })],
  ])('cannot be named in a body by a key with the scope custody: %s', async (id, body) => {
    const walletId = await walletOfAnother()
    expect(await custody(id, { body: body(walletId) })).toEqual(await custody(id, { body: body(newId()) }))
  })

  test('have transactions that a key with the scope custody does not list', async () => {
    const { result: own } = await custody('createWallet', { body: { secretType: 'ETHEREUM', pincode: pin.value } })
    const sent = [own.id, await walletOfAnother()].map((walletId, nonce) => {
      const chain = { secretType: 'ETHEREUM', network: 'eip155:1', address: `0x${'11'.repeat(20)}`, hash: `0x${nonce}` }
      const nothing = {
        rawCancellation: null,
        entryPoint: null,
        bundleHash: null,
        failureCode: null,
        idempotencyKey: null,
        expiry: null,
        nextCheckAt: null,
      }
      const state = { type: 'TRANSFER', state: 'sent', contentHash: 'hash', raw: Uint8Array.of(1), createdAt: 0 }
      return {
        id: newId(),
        tenant,
        walletId,
        userOrigin: walletId === own.id ? 'none' : 'onboarding',
        nonce,
        ...chain,
        ...state,
        ...nothing,
      }
    })
    await services.storage.commit(batch(...sent.map((row) => insert(transactions, row))))
    const wallets = async (call: CustodyCall): Promise<readonly string[]> => {
      const { result } = await call('listTransactions')
      return result.map(({ transactionRequest }: { transactionRequest: { walletId: string } }) => {
        return transactionRequest.walletId
      })
    }
    expect(await wallets(custody)).toEqual([own.id])
    expect(await wallets(everybody)).toHaveLength(2)
  })
})

describe('a key with the scopes custody and custody:all-users', () => {
  test('gives a user of another API a PIN and a wallet, and deletes the user with that PIN', async () => {
    for (const userId of others) {
      const { result: method } = await everybody('createSigningMethod', { params: { userId }, body: pin })
      const body = { secretType: 'ETHEREUM', userId, pincode: pin.value }
      expect((await everybody('createWallet', { body })).result.userId).toBe(userId)
      expect((await everybody('deleteUser', { params: { userId }, method: `${method.id}:${pin.value}` })).status).toBe(
        200,
      )
    }
  })

  test('needs the scope custody too', async () => {
    const alone = await custodyCaller(services, tenant, {}, ['custody:all-users'])
    expect((await alone('listUsers')).status).toBe(403)
  })
})
