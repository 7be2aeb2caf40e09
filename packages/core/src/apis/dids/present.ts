import { parseChange } from '../../identities/planned-change.ts'
import type { StepRow } from '../../identities/configuration-rows.ts'
import type { IdentityRow } from '../../identities/seal-key.ts'
import type { VaultRow } from '../../vaults/seal-entropy.ts'
import { parseKeptConfig } from '../../vaults/wallet-config-schema.ts'

/** A DID wallet as this API shows one. */
export function presentWallet(row: IdentityRow): Record<string, unknown> {
  return {
    _id: row.id,
    alias: row.alias ?? row.did,
    ...(row.vaultId !== null && { vaultId: row.vaultId }),
    isHDWallet: row.hdIndex !== null,
    ...(row.hdIndex !== null && { index: row.hdIndex }),
    ...publicKeyOf(row),
    ethereumAddress: row.ethereumAddress,
    did: row.did,
    didMethod: row.didMethod,
    created: isoTime(row.createdAt),
    ...(row.userId !== null && { userId: row.userId }),
  }
}

/** Where the key is derived from a vault's seed: compressed, with 0x. Else: not compressed, without; and in DER where it is shared out. */
function publicKeyOf({ publicKey, vaultId, hdIndex }: IdentityRow): Record<string, string> {
  if (hdIndex !== null) return { publicKeyHex: `0x${hex(compressed(publicKey))}` }
  const publicKeyHex = hex(publicKey)
  return vaultId === null ? { publicKeyHex } : { publicKeyHex, publicKeyDER: spkiPrefix + publicKeyHex }
}

/** SubjectPublicKeyInfo (RFC 5480) of a key on secp256k1, up to the key. */
const spkiPrefix = '3056301006072a8648ce3d020106052b8104000a034200'

/** SEC 1 section 2.3.3: the x coordinate behind 2 or 3, as y is even or odd. */
function compressed(publicKey: Uint8Array): Uint8Array {
  const isOdd = ((publicKey[64] ?? 0) & 1) === 1
  return Buffer.concat([Buffer.of(isOdd ? 3 : 2), publicKey.subarray(1, 33)])
}

/** A step of a configuration, and what became of it. */
export function presentStep(row: StepRow): Record<string, unknown> {
  const change = parseChange(row.change)
  return {
    kind: change.kind,
    ...(change.kind === 'service' && { name: change.name }),
    ...(change.kind === 'delegate' && { address: change.address }),
    ...(change.kind === 'owner' && { newOwner: change.did }),
    state: row.state,
    ...(row.transaction !== null && { transactionHash: row.transaction }),
    ...(row.failure !== null && { errorType: row.failure }),
  }
}

/** A vault; never its seed. */
export function presentVault(row: VaultRow): Record<string, unknown> {
  return {
    _id: row.id,
    kind: row.kind,
    ...(row.walletConfig !== null && { walletConfig: parseKeptConfig(row.walletConfig) }),
    ...(row.userId !== null && { userId: row.userId }),
    created: isoTime(row.createdAt),
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** ISO 8601 in UTC, of milliseconds since 1970. */
function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
