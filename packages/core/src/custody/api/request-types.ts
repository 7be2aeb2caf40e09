import type { TransactionRequest } from '../transactions/formats/transaction-request.ts'

/** The names of transactions on EVM chains by what they do, after the name of the chain. */
const evmNames: Readonly<Record<TransactionRequest['type'], string>> = {
  TRANSFER: 'TRANSACTION',
  GAS_TRANSFER: 'TRANSACTION',
  TOKEN_TRANSFER: 'ERC20_TRANSACTION',
  NFT_TRANSFER: 'ERC721_TRANSACTION',
  CONTRACT_EXECUTION: 'CONTRACT_EXECUTION',
  // The enumeration has no name for these.
  BATCH: 'CONTRACT_EXECUTION',
  DELEGATION: 'CONTRACT_EXECUTION',
}

const solanaNames: Readonly<Record<TransactionRequest['type'], string>> = {
  TRANSFER: 'TRANSFER',
  GAS_TRANSFER: 'TRANSFER',
  TOKEN_TRANSFER: 'TOKEN_TRANSFER',
  NFT_TRANSFER: 'NFT_TRANSFER',
  CONTRACT_EXECUTION: 'PROGRAM_EXECUTION',
  BATCH: 'PROGRAM_EXECUTION',
  DELEGATION: 'PROGRAM_EXECUTION',
}

const renamed: ReadonlyMap<string, string> = new Map([
  ['ETHEREUM_TRANSACTION', 'ETH_TRANSACTION'],
  ['BSC_ERC20_TRANSACTION', 'BSC_BEP20_TRANSACTION'],
  ['AETERNITY_TRANSACTION', 'AE_TRANSACTION'],
  ['BITCOIN_TRANSACTION', 'BTC_TRANSACTION'],
  ['LITECOIN_TRANSACTION', 'LTC_TRANSACTION'],
])

/** Returns the name of a transaction in the vendor's enumeration of chains and types: `MATIC_ERC20_TRANSACTION`. */
export function toTransactionRequestType(secretType: string, type: string): string {
  const names: Readonly<Record<string, string>> = secretType === 'SOLANA' ? solanaNames : evmNames
  const name = `${secretType}_${Object.hasOwn(names, type) ? names[type] : type}`
  return renamed.get(name) ?? name
}

/** Returns the name of a request for a signature in the vendor's enumeration: `ETHEREUM_RAW` for messages too, `MATIC_EIP712`. */
export function toSignatureRequestType(secretType: string, type: string): string {
  return type === 'EIP712' ? `${secretType}_EIP712` : `${secretType}_RAW`
}
