import { type Keyring, type RecoverableSignature, secp256k1 } from '../../../kernel/crypto/index.ts'
import { publicKeyToAddress } from '../address.ts'
import type { Address } from '../registry.ts'

/**
 * The account that pays the transaction fees of changes on a chain. It owns no identity: its key can spend its own
 * funds and nothing else. Implement this interface to use a key in a KMS.
 */
export interface Payer {
  /** Returns the address of the account. */
  readonly address: () => Promise<Address>
  /** Signs 32 bytes without a prefix; `s` must be the lower of the two possible values. */
  readonly sign: (digest: Uint8Array) => Promise<RecoverableSignature>
}

/**
 * Creates a payer from a private key.
 *
 * @param privateKey 32 bytes; copied
 * @throws BillfoldError `crypto.invalid-key`
 *
 * @example
 * ```ts
 * import { privateKeyPayer } from '@billfold/core/dids'
 *
 * const payer = privateKeyPayer(Buffer.from(process.env['DID_PAYER_KEY'] ?? '', 'hex'))
 * ```
 */
export function privateKeyPayer(privateKey: Uint8Array): Payer {
  const address = publicKeyToAddress(secp256k1.getPublicKey(privateKey))
  const copy = Uint8Array.from(privateKey)
  return { address: async () => address, sign: async (digest) => secp256k1.sign(digest, copy) }
}

/**
 * Creates a payer whose key is derived from a keyring, so that there is no further secret to store.
 *
 * @param keyId the key of the keyring to derive from; explicit, because the payer must not change when the keyring
 *   rotates
 * @throws BillfoldError `keyring.unknown-key`, from the functions of the payer
 *
 * @example
 * ```ts
 * import { environmentKeyring } from '@billfold/core'
 * import { keyringPayer } from '@billfold/core/dids'
 *
 * const payer = keyringPayer(environmentKeyring(), '2026a')
 * console.log(await payer.address()) // the account to fund
 * ```
 */
export function keyringPayer(keyring: Keyring, keyId: string): Payer {
  const payer = async (): Promise<Payer> => privateKeyPayer(await keyring.derive(keyId, 'did-registry-payer'))
  return {
    address: async () => (await payer()).address(),
    sign: async (digest) => (await payer()).sign(digest),
  }
}
