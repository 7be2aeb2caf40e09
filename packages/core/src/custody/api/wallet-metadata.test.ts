import type { CustodyServices } from '../services.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import { type CustodyCall, custodyCaller, type CustodyReply } from '../../test-fixtures/custody-caller.ts'
import { testServices } from '../../test-fixtures/services.ts'

const pincode = '4711'

let services: CustodyServices
let call: CustodyCall
let userId: string

beforeEach(async () => {
  services = testServices()
  call = await custodyCaller(services)
  userId = (await call('createUser', { body: { signingMethod: { type: 'PIN', value: pincode } } })).result.id
})

describe('PATCH /api/wallets/:walletId/metadata', () => {
  const change = (walletId: string, body: object, operation = 'updateWalletMetadata'): Promise<CustodyReply> =>
    call(operation, { params: { walletId }, body })
  const newWallet = async (secretType = 'ETHEREUM'): Promise<string> =>
    (await call('createWallet', { body: { secretType, userId, pincode } })).result.id
  const primaries = async (): Promise<readonly string[]> => {
    const listed: readonly { id: string; primary: boolean }[] = (await call('listWallets')).result
    return listed.filter(({ primary }) => primary).map(({ id }) => id)
  }

  it('updates the description and leaves absent fields unchanged', async () => {
    const walletId = await newWallet()
    expect((await change(walletId, { description: 'savings' })).result).toMatchObject({ description: 'savings' })
    expect((await change(walletId, {})).result).toMatchObject({
      description: 'savings',
      archived: false,
      primary: false,
    })
    expect((await change(walletId, { description: null })).result).not.toHaveProperty('description')
  })

  it('archives a wallet, which then cannot sign and is not listed, and unarchives it', async () => {
    const walletId = await newWallet()
    expect((await change(walletId, { archived: true }, 'updateWallet')).result).toMatchObject({ archived: true })
    const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data: 'hello' }
    expect((await call('createSignature', { body: { pincode, signatureRequest } })).codes).toEqual(['wallet.archived'])
    expect((await call('listWallets')).result).toEqual([])
    expect((await change(walletId, { archived: false })).result).toMatchObject({ archived: false })
    expect((await call('createSignature', { body: { pincode, signatureRequest } })).status).toBe(200)
  })

  it('allows one primary wallet per owner and chain', async () => {
    const [one, two, solana] = [await newWallet(), await newWallet(), await newWallet('SOLANA')]
    for (const walletId of [one, solana, two])
      expect((await change(walletId, { primary: true })).result.primary).toBe(true)
    expect(new Set(await primaries())).toEqual(new Set([two, solana]))
    await change(two, { primary: false })
    expect(await primaries()).toEqual([solana])
  })

  it('leaves one primary wallet after concurrent updates', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => newWallet()))
    const outcomes = await Promise.all(ids.map((walletId) => change(walletId, { primary: true })))
    expect(outcomes.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
    expect(await primaries()).toHaveLength(1)
  })

  it('loses no concurrent update', async () => {
    const walletId = await newWallet()
    await Promise.all([
      change(walletId, { description: 'a' }),
      change(walletId, { archived: true }),
      change(walletId, { primary: false }),
    ])
    const { result } = await call('getWallet', { params: { walletId } })
    expect(result).toMatchObject({ description: 'a', archived: true, primary: false })
  })

  it('rejects an archived primary wallet and wallets of other tenants', async () => {
    const walletId = await newWallet()
    await change(walletId, { primary: true })
    expect((await change(walletId, { archived: true })).result).toMatchObject({ archived: true, primary: false })
    expect((await change(walletId, { primary: true })).codes).toEqual(['wallet.archived'])
    expect((await change(walletId, { archived: 'yes' })).codes).toEqual(['archived'])
    call = await custodyCaller(services, 'other')
    expect(await change(walletId, { description: 'theirs' })).toMatchObject({
      status: 404,
      codes: ['wallet.not-found'],
    })
  })
})
