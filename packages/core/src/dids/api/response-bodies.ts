import { parsePlannedChange } from '../did-wallets/planned-change.ts'
import type { DidUpdateStepRow } from '../did-wallets/did-update-rows.ts'
import type { DidWalletRow } from '../did-wallets/seal-key.ts'
import type { VaultRow } from '../vaults/seal-entropy.ts'
import { parseStoredConfig } from '../vaults/wallet-config-schema.ts'

/** Converts a DID wallet into its response body. */
export function toDidWalletBody(row: DidWalletRow): Record<string, unknown> {
  return {
    _id: row.id,
    alias: row.alias ?? row.did,
    ...(row.vaultId !== null && { vaultId: row.vaultId }),
    isHDWallet: row.hdIndex !== null,
    ...(row.hdIndex !== null && { index: row.hdIndex }),
    ...publicKeyFields(row),
    ethereumAddress: row.ethereumAddress,
    did: row.did,
    didMethod: row.didMethod,
    created: formatTime(row.createdAt),
    ...(row.userId !== null && { userId: row.userId }),
  }
}

/** Derived keys: compressed, with 0x. Other keys: uncompressed, without 0x, and also in DER for threshold keys. */
function publicKeyFields({ publicKey, vaultId, hdIndex }: DidWalletRow): Record<string, string> {
  if (hdIndex !== null) return { publicKeyHex: `0x${hex(compress(publicKey))}` }
  const publicKeyHex = hex(publicKey)
  return vaultId === null ? { publicKeyHex } : { publicKeyHex, publicKeyDER: spkiPrefix + publicKeyHex }
}

/** The SubjectPublicKeyInfo (RFC 5480) of a secp256k1 key, up to the key. */
const spkiPrefix = '3056301006072a8648ce3d020106052b8104000a034200'

/** Compressed point encoding (SEC 1 section 2.3.3): 2 or 3 by the parity of y, then x. */
function compress(publicKey: Uint8Array): Uint8Array {
  const isOdd = ((publicKey[64] ?? 0) & 1) === 1
  return Buffer.concat([Buffer.of(isOdd ? 3 : 2), publicKey.subarray(1, 33)])
}

/** Converts a step of a DID update into its response body. */
export function toUpdateStepBody(row: DidUpdateStepRow): Record<string, unknown> {
  const change = parsePlannedChange(row.change)
  return {
    kind: change.kind,
    ...(change.kind === 'service' && { name: change.name }),
    ...(change.kind === 'delegate' && { address: change.address }),
    ...(change.kind === 'owner' && { newOwner: change.did }),
    state: row.state,
    ...(row.transactionHash !== null && { transactionHash: row.transactionHash }),
    ...(row.failureCode !== null && { errorType: row.failureCode }),
  }
}

/** Converts a vault into its response body, without its seed. */
export function toVaultBody(row: VaultRow): Record<string, unknown> {
  return {
    _id: row.id,
    kind: row.kind,
    ...(row.walletConfig !== null && { walletConfig: parseStoredConfig(row.walletConfig) }),
    ...(row.userId !== null && { userId: row.userId }),
    created: formatTime(row.createdAt),
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** Formats milliseconds since 1970 as ISO 8601 in UTC. */
function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
