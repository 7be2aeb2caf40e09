import { Address } from '@scure/btc-signer'
import { addr } from 'micro-eth-signer'
import { decodeBase58, decodeBase58check } from './base58.ts'
import { bitcoinChains } from './bitcoin.ts'
import { evmChains } from './evm.ts'

/** Returns true if a text is an address of a chain, with its checksum if it has one. */
type AddressCheck = (text: string) => boolean

const isEvmAddress: AddressCheck = (text) => /^0x[0-9a-fA-F]{40}$/.test(text) && addr.isValid(text)

const checks: ReadonlyMap<string, AddressCheck> = new Map([
  ...evmChains.map(({ secretType }): [string, AddressCheck] => [secretType, isEvmAddress]),
  ...bitcoinChains.map(({ secretType, network }): [string, AddressCheck] => [
    secretType,
    (text) => succeeds(() => Address(network).decode(text)),
  ]),
  ['AETERNITY', (text) => text.startsWith('ak_') && decodeBase58check(text.slice(3))?.length === 32],
  ['SOLANA', (text) => decodeBase58(text)?.length === 32],
  ['TRON', isTronAddress],
])

/** Characters of the longest address of any chain. */
const maxLength = 128

/**
 * Returns true if a text is an address of a chain: with its checksum, prefix and length. On a chain that the host has added, addresses
 * that start with `0x` are checked like those of Ethereum, and others are only bounded.
 */
export function isAddressOf(secretType: string, text: string): boolean {
  if (text.length > maxLength) return false
  const check = checks.get(secretType)
  if (check !== undefined) return check(text)
  return text.startsWith('0x') ? isEvmAddress(text) : /^[!-~]+$/.test(text)
}

/** 0x41 and 20 bytes. */
function isTronAddress(text: string): boolean {
  const bytes = decodeBase58check(text)
  return bytes?.length === 21 && bytes[0] === 0x41
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}
