import type { KeyPair } from '@billfold/core/client'

const database = 'billfold'
const store = 'keys'
const keyName = 'device'
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const

/** What a device shows of its key. */
export interface DeviceProof {
  readonly publicKey: string
  readonly signature: string
}

/**
 * Shows for one step of one session that this browser holds its key: made once, kept by the browser, and not to be had out of it.
 * Undefined where the browser keeps nothing, as in a private window: the device is then never a trusted one.
 */
export function deviceProof(
  step: 'submit_face' | 'verify_pin',
  sessionId: string,
  caller: KeyPair,
): Promise<DeviceProof | undefined> {
  const statement = `billfold device 1\n${step}\n${sessionId}\n${coordinateX(caller.publicKey)}`
  const shown = proofs.get(statement) ?? signed(statement)
  proofs.set(statement, shown)
  return shown
}

/** Kept, since no two signatures are alike: a step that has to be sent again must be the same to the letter. */
const proofs = new Map<string, Promise<DeviceProof | undefined>>()

async function signed(statement: string): Promise<DeviceProof | undefined> {
  const pair = await deviceKey().catch(() => undefined)
  if (pair === undefined) return undefined
  const [signature, point] = await Promise.all([
    crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, new TextEncoder().encode(statement)),
    crypto.subtle.exportKey('raw', pair.publicKey),
  ])
  // The first byte only says that the point is not compressed.
  return { publicKey: base64(new Uint8Array(point).subarray(1)), signature: base64(new Uint8Array(signature)) }
}

async function deviceKey(): Promise<CryptoKeyPair> {
  const opened = await openDatabase()
  const kept: unknown = await settled(opened.transaction(store).objectStore(store).get(keyName))
  if (isKeyPair(kept)) return kept
  const made = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
  // Of two tabs that make one at once, the first one's is kept.
  try {
    await settled(opened.transaction(store, 'readwrite').objectStore(store).add(made, keyName))
    return made
  } catch {
    const other: unknown = await settled(opened.transaction(store).objectStore(store).get(keyName))
    return isKeyPair(other) ? other : made
  }
}

function isKeyPair(value: unknown): value is CryptoKeyPair {
  return typeof value === 'object' && value !== null && 'privateKey' in value && 'publicKey' in value
}

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(database, 1)
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(store))
  return settled(request)
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('The browser keeps nothing')))
  })
}

/** The X coordinate of a key of the envelope, base64url. */
function coordinateX(publicKey: string): string {
  const bytes = Uint8Array.from(atob(publicKey), (character) => character.charCodeAt(0))
  return base64(bytes.subarray(0, 32)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
