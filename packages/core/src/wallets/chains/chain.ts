import type { KeystoreFormat } from '../keystores/keystore.ts'

/** A private key with the public key and the address that belong to it on a chain. */
export interface ChainKey {
  /** 32 bytes: the scalar of a secp256k1 key, the seed of an ed25519 key. */
  readonly privateKey: Uint8Array
  readonly publicKey: Uint8Array
  readonly address: string
}

/** The curve of a chain's keys. */
export type Curve = 'secp256k1' | 'ed25519'

/** What a chain can sign beside transactions. */
export type SignatureRequest =
  /** Text, signed as its UTF-8 bytes. */
  | { readonly type: 'MESSAGE'; readonly data: string }
  /** Typed data as eth_signTypedData_v4 takes it: `types`, `domain`, `primaryType`, `message`. */
  | { readonly type: 'EIP712'; readonly data: unknown }

/**
 * A signature in hex. ECDSA: `r` and `s` as 0x and 64 hex digits, `v` as 0x and two, and `signature` as r, s and v in one
 * (65 bytes). Ed25519: `signature` as R and S in one (64 bytes), and nothing else.
 */
export interface HexSignature {
  readonly type: 'HEX_SIGNATURE'
  readonly r?: string
  readonly s?: string
  readonly v?: string
  readonly signature: string
  /** The same as the chain's own wallets write it, where that is not hex: base64 of v, r and s, base58, `sg_`. */
  readonly encoded?: string
}

/** One chain: how keys are derived, written and read, what an address is, what can be signed. A chain is one value of this type. */
export interface Chain {
  /** The name that the APIs use: `ETHEREUM`, `MATIC`, ... */
  readonly secretType: string
  readonly symbol: string
  readonly decimals: number
  /** The curve of its keys. */
  readonly curve: Curve
  /** The BIP-32 (or SLIP-10) path of the wallet with this index. */
  readonly derivationPath: (index: number) => string
  /** The key at a path below a BIP-39 seed (64 bytes). */
  readonly deriveKey: (seed: Uint8Array, path: string) => ChainKey
  readonly newKey: () => ChainKey
  /**
   * The key that a private key of 32 bytes makes.
   * @throws BillfoldError `crypto.invalid-key`
   */
  readonly keyOf: (privateKey: Uint8Array) => ChainKey
  /**
   * The private key, 32 bytes, in any of the forms that the chain's wallets write one in.
   * @throws BillfoldError `crypto.invalid-key`
   */
  readonly readPrivateKey: (text: string) => Uint8Array
  /** The private key in the form that most of the chain's wallets import. */
  readonly writePrivateKey: (privateKey: Uint8Array) => string
  /**
   * Reads the wallet import format, on chains that have one.
   * @throws BillfoldError `crypto.invalid-key`
   */
  readonly readWif?: (text: string) => Uint8Array
  /** How a key is kept in a file under a password. */
  readonly keystore: KeystoreFormat
  /** @throws BillfoldError `signature.unsupported-type`, `input.invalid` when the data cannot be signed as that type */
  readonly sign: (request: SignatureRequest, privateKey: Uint8Array) => HexSignature
  /**
   * Whether a signature, in hex or as the chain's own wallets write it, is good and by the key of an address. False for
   * anything that is not a signature, and for the higher of the two values of an ECDSA signature's s.
   * @throws BillfoldError `signature.unsupported-type`, `input.invalid` when the data cannot be signed as that type
   */
  readonly verify: (request: SignatureRequest, signature: string, address: string) => boolean
}
