import type { KeystoreFormat } from '../keystores/keystore-format.ts'

/** A private key with its public key and address on a chain. */
export interface ChainKey {
  /** 32 bytes: the scalar of a secp256k1 key or the seed of an ed25519 key (RFC 8032). */
  readonly privateKey: Uint8Array
  /** 33 or 65 bytes on secp256k1 (compressed or uncompressed), 32 bytes on ed25519. */
  readonly publicKey: Uint8Array
  readonly address: string
}

/** The elliptic curve of a chain's keys. */
export type ChainCurve = 'secp256k1' | 'ed25519'

/** A message or typed data to sign with a wallet key. Transactions are signed separately. */
export type SignatureRequest =
  /** Text, signed as UTF-8, or any bytes, with the message prefix of the chain. */
  | { readonly type: 'MESSAGE'; readonly data: string | Uint8Array }
  /** Typed data in the format of `eth_signTypedData_v4` (EIP-712): `types`, `domain`, `primaryType`, `message`. */
  | { readonly type: 'EIP712'; readonly data: unknown }

/**
 * A signature in hex with `0x`. ECDSA signatures have `r` and `s` (32 bytes each), `v` (1 byte), and `signature`, which is
 * r, s and v concatenated (65 bytes). Ed25519 signatures have `signature` only, which is R and S concatenated (64 bytes).
 */
export interface HexSignature {
  readonly type: 'HEX_SIGNATURE'
  readonly r?: string
  readonly s?: string
  readonly v?: string
  readonly signature: string
  /** The signature in the chain's native encoding, if that is not hex: base64 of v, r and s (Bitcoin), base58 (Solana), `sg_` (æternity). */
  readonly encoded?: string
}

/** A blockchain: key derivation, key and address encodings, message signatures and keystore format. */
export interface Chain {
  /** The name of the chain in the APIs: `ETHEREUM`, `MATIC`, ... */
  readonly secretType: string
  /** The ticker symbol of the native coin, such as `ETH`. */
  readonly symbol: string
  /** The number of decimals of the native coin, such as 18. */
  readonly decimals: number
  /** The elliptic curve of the chain's keys. */
  readonly curve: ChainCurve
  /** Returns the BIP-32 or SLIP-10 path of the wallet with an index (from 0). */
  readonly derivationPath: (index: number) => string
  /** Derives the key at a path from a BIP-39 seed (64 bytes). */
  readonly deriveKey: (seed: Uint8Array, path: string) => ChainKey
  /** Generates a random key. */
  readonly generateKey: () => ChainKey
  /**
   * Computes the public key and the address of a private key (32 bytes).
   * @throws BillfoldError `crypto.invalid-key`
   */
  readonly toChainKey: (privateKey: Uint8Array) => ChainKey
  /**
   * Parses a private key in any text format that the chain's wallets export. Returns 32 bytes.
   * @throws BillfoldError `crypto.invalid-key`
   */
  readonly parsePrivateKey: (text: string) => Uint8Array
  /** Formats a private key in the text format that most of the chain's wallets import. */
  readonly formatPrivateKey: (privateKey: Uint8Array) => string
  /**
   * Parses a private key in wallet import format (WIF). Absent on chains without WIF.
   * @throws BillfoldError `crypto.invalid-key`
   */
  readonly parseWif?: (text: string) => Uint8Array
  /** The format of keys in WIF that a passphrase encrypts (BIP-38). Absent on chains without it. */
  readonly encryptedWif?: Pick<KeystoreFormat, 'parse'>
  /** The password-protected keystore format of the chain's wallets. */
  readonly keystore: KeystoreFormat
  /**
   * Signs a message or typed data.
   * @throws BillfoldError `signature.unsupported-type`, `input.invalid` if the data cannot be signed as that type
   */
  readonly sign: (request: SignatureRequest, privateKey: Uint8Array) => HexSignature
  /**
   * Verifies a signature, in hex or in the chain's native encoding, against an address. Returns false for malformed
   * signatures and for ECDSA signatures with a high s (malleability).
   * @throws BillfoldError `signature.unsupported-type`, `input.invalid` if the data cannot be signed as that type
   */
  readonly verify: (request: SignatureRequest, signature: string, address: string) => boolean
  /**
   * Computes the 32 bytes that are signed. Contract accounts verify their signatures against these (ERC-1271). Absent on chains
   * without such accounts.
   * @throws BillfoldError `signature.unsupported-type`, `input.invalid` if the data cannot be signed as that type
   */
  readonly computeDigest?: (request: SignatureRequest) => Uint8Array
  /**
   * Parses an address to which coins can be sent, on chains of the Bitcoin family; undefined if it is no address of this chain. Absent on other
   * chains.
   */
  readonly parseRecipient?: (address: string) => OutputAddress | undefined
}

/** An address of the Bitcoin family. */
export interface OutputAddress {
  /** The one spelling of the address. */
  readonly address: string
  /** The output script (scriptPubKey) that pays to it. */
  readonly script: Uint8Array
}
