import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { at } from './json.ts'

/** A wallet, as far as a login needs one. */
export interface Wallet {
  readonly address: string
  readonly sign: (message: string) => Promise<string>
}

/** A wallet that lives in the page, with a key that is gone when the tab is closed. */
export function builtInWallet(): Wallet {
  const kept = sessionStorage.getItem('built-in-key')
  const key = kept === null ? secp256k1.utils.randomSecretKey() : hexToBytes(kept)
  sessionStorage.setItem('built-in-key', bytesToHex(key))
  return {
    address: addressOf(secp256k1.getPublicKey(key, false)),
    sign: async (message) => {
      const bytes = secp256k1.sign(personalHash(message), key, { prehash: false, format: 'recovered' })
      return `0x${bytesToHex(bytes.slice(1))}${bytes[0] === 0 ? '1b' : '1c'}`
    },
  }
}

/** The wallet that the browser brings (EIP-1193), where it brings one. */
export async function injectedWallet(): Promise<Wallet | undefined> {
  const provider: unknown = Reflect.get(window, 'ethereum')
  const request: unknown = at(provider, 'request')
  if (typeof request !== 'function') return undefined
  const ask = async (method: string, params: readonly string[] = []): Promise<unknown> =>
    request.call(provider, { method, params })
  const address: unknown = at(await ask('eth_requestAccounts'), 0)
  if (typeof address !== 'string') return undefined
  const sign = async (message: string): Promise<string> =>
    String(await ask('personal_sign', [`0x${bytesToHex(utf8ToBytes(message))}`, address]))
  return { address, sign }
}

/** Whose signature over a message it is (ERC-191): an address in lower case. */
export function signerOf(message: string, signature: string): string {
  const bytes = hexToBytes(signature.replace(/^0x/, ''))
  const recovery = (bytes.at(-1) ?? 27) - 27
  const recovered = secp256k1.recoverPublicKey(
    concatBytes(Uint8Array.of(recovery), bytes.slice(0, 64)),
    personalHash(message),
    { prehash: false },
  )
  return addressOf(secp256k1.Point.fromBytes(recovered).toBytes(false))
}

function personalHash(message: string): Uint8Array {
  const bytes = utf8ToBytes(message)
  return keccak_256(concatBytes(utf8ToBytes(`\x19Ethereum Signed Message:\n${bytes.length}`), bytes))
}

function addressOf(publicKey: Uint8Array): string {
  return `0x${bytesToHex(keccak_256(publicKey.slice(1)).slice(12))}`
}
