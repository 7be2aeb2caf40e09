import { describe, expect, it } from 'vitest'
import { knownChains } from '../wallets/chains/index.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'
import { toCustodyWalletBody } from './response-bodies.ts'

const wallet: CustodyWalletRow = {
  id: 'w',
  tenant: 'default',
  ownerId: 'u',
  userId: 'u',
  secretType: 'ETHEREUM',
  address: '0x0',
  identifier: null,
  description: null,
  primary: false,
  userOrigin: 'custody',
  derivationPath: null,
  accountType: null,
  publicKey: new Uint8Array(65),
  generation: 1,
  sealedKey: new Uint8Array(73),
  createdAt: 0,
  archivedAt: null,
}

describe('toCustodyWalletBody', () => {
  it('includes the balance in whole units and the exact balance in minor units', () => {
    expect(toCustodyWalletBody(knownChains(), wallet, 1_500_000_000_000_000_000n)['balance']).toMatchObject({
      available: true,
      balance: 1.5,
      rawBalance: '1500000000000000000',
      symbol: 'ETH',
      decimals: 18,
    })
  })

  it('reports a missing balance as not available, without amounts that typed clients would read as zero', () => {
    expect(toCustodyWalletBody(knownChains(), wallet)['balance']).toEqual({
      available: false,
      secretType: 'ETHEREUM',
      symbol: 'ETH',
      gasSymbol: 'ETH',
      decimals: 18,
    })
  })

  it('formats a wallet of a chain that is no longer enabled', () => {
    const shown = toCustodyWalletBody(new Map(), wallet)
    expect(shown).toMatchObject({ id: 'w', secretType: 'ETHEREUM', balance: { available: false, symbol: 'ETHEREUM' } })
  })

  it('never includes a key', () => {
    expect(Object.keys(toCustodyWalletBody(knownChains(), wallet))).not.toEqual(expect.arrayContaining(['sealedKey']))
  })
})
