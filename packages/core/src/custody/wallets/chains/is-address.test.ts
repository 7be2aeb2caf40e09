import { describe, expect, it } from 'vitest'
import { knownChains } from './index.ts'
import { isAddressOf } from './is-address.ts'

describe('isAddressOf', () => {
  it.each([...knownChains().values()])('accepts the addresses of $secretType, and no other chain’s', (chain) => {
    const { address } = chain.generateKey()
    expect(isAddressOf(chain.secretType, address)).toBe(true)
    expect(isAddressOf(chain.secretType, `${address}0`)).toBe(false)
    expect(isAddressOf(chain.secretType, '')).toBe(false)
    for (const other of ['AETERNITY', 'BITCOIN', 'LITECOIN', 'SOLANA', 'TRON'].filter(
      (name) => name !== chain.secretType,
    ))
      expect(isAddressOf(other, address)).toBe(false)
  })

  it.each([
    ['ETHEREUM', '0x52908400098527886E0F7030069857D2E4169Ee7'],
    ['BITCOIN', 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdx'],
    ['TRON', 'TJRabPrwbZy45sbavfcjinPJC18kjpRTv9'],
  ])('refuses an address of %s with a false checksum', (secretType, address) => {
    expect(isAddressOf(secretType, address)).toBe(false)
  })

  it.each(['1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2', '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy'])(
    'accepts the older forms of Bitcoin addresses: %s',
    (address) => {
      expect(isAddressOf('BITCOIN', address)).toBe(true)
    },
  )
})
