import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { getIn } from './json.ts'

/** A wallet that can sign in. */
export interface BrowserWallet {
  /** Ethereum address with 0x. */
  readonly address: string
  /** Signs with `personal_sign` (ERC-191). */
  readonly sign: (message: string) => Promise<string>
}

/** Creates or restores the wallet of this tab. Its key is deleted when the tab is closed. */
export function builtInWallet(): BrowserWallet {
  const stored = sessionStorage.getItem('built-in-key')
  const key = stored === null ? secp256k1.utils.randomSecretKey() : hexToBytes(stored)
  sessionStorage.setItem('built-in-key', bytesToHex(key))
  return {
    address: toAddress(secp256k1.getPublicKey(key, false)),
    sign: async (message) => {
      const bytes = secp256k1.sign(personalHash(message), key, { prehash: false, format: 'recovered' })
      return `0x${bytesToHex(bytes.slice(1))}${bytes[0] === 0 ? '1b' : '1c'}`
    },
  }
}

/** Connects to the wallet of the browser (EIP-1193). Returns undefined if there is none. */
export async function injectedWallet(): Promise<BrowserWallet | undefined> {
  const provider: unknown = Reflect.get(window, 'ethereum')
  const request: unknown = getIn(provider, 'request')
  if (typeof request !== 'function') return undefined
  const send = async (method: string, params: readonly string[] = []): Promise<unknown> =>
    request.call(provider, { method, params })
  const address: unknown = getIn(await send('eth_requestAccounts'), 0)
  if (typeof address !== 'string') return undefined
  const sign = async (message: string): Promise<string> =>
    String(await send('personal_sign', [`0x${bytesToHex(utf8ToBytes(message))}`, address]))
  return { address, sign }
}

/** Recovers the address, in lower case, that signed a message (ERC-191). */
export function recoverSigner(message: string, signature: string): string {
  const bytes = hexToBytes(signature.replace(/^0x/, ''))
  const recovery = (bytes.at(-1) ?? 27) - 27
  const recovered = secp256k1.recoverPublicKey(
    concatBytes(Uint8Array.of(recovery), bytes.slice(0, 64)),
    personalHash(message),
    { prehash: false },
  )
  return toAddress(secp256k1.Point.fromBytes(recovered).toBytes(false))
}

function personalHash(message: string): Uint8Array {
  const bytes = utf8ToBytes(message)
  return keccak_256(concatBytes(utf8ToBytes(`\x19Ethereum Signed Message:\n${bytes.length}`), bytes))
}

function toAddress(publicKey: Uint8Array): string {
  return `0x${bytesToHex(keccak_256(publicKey.slice(1)).slice(12))}`
}
