import { type Keyring, type RecoverableSignature, secp256k1 } from '../crypto/index.ts'
import { addressOf } from './address.ts'
import type { Address } from './registry.ts'

/**
 * The account that pays for changes on a chain. It owns no identity: who has its key can spend its funds, nothing else. A
 * host whose key lies in a KMS brings its own.
 */
export interface Payer {
  readonly address: () => Promise<Address>
  /** Signs 32 bytes as they are, with the lower s. */
  readonly sign: (digest: Uint8Array) => Promise<RecoverableSignature>
}

/** A payer with this private key: 32 bytes. @throws BillfoldError `crypto.invalid-key` */
export function privateKeyPayer(privateKey: Uint8Array): Payer {
  const address = addressOf(secp256k1.publicKeyOf(privateKey))
  const kept = Uint8Array.from(privateKey)
  return { address: async () => address, sign: async (digest) => secp256k1.sign(digest, kept) }
}

/**
 * A payer whose key is derived from a keyring, so that there is one secret less to keep. The key of the keyring is named:
 * a payer must stay the same when the keyring gets a newer one.
 * @throws BillfoldError `keyring.unknown-key`, from its functions
 */
export function keyringPayer(keyring: Keyring, keyId: string): Payer {
  const payer = async (): Promise<Payer> => privateKeyPayer(await keyring.derive(keyId, 'did-registry-payer'))
  return {
    address: async () => (await payer()).address(),
    sign: async (digest) => (await payer()).sign(digest),
  }
}
