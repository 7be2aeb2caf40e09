import type { ClientKeyPair } from '@billfold/core/client'

const database = 'billfold'
const store = 'keys'
const keyName = 'device'
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const

/** A signature with the device key. */
export interface DeviceSignature {
  /** Base64 of X and Y, P-256. */
  readonly publicKey: string
  /** Base64 of r and s. */
  readonly signature: string
}

/**
 * Proves possession of the device key for one step of one session. The key is generated once, stored in IndexedDB and not extractable.
 * @returns undefined if the browser stores nothing, as in a private window; the device can then not be trusted
 */
export function signDeviceStatement(
  step: 'submit_face' | 'verify_pin' | 'resume_session' | 'skip_face' | 'submit_passkey',
  sessionId: string,
  caller: ClientKeyPair,
): Promise<DeviceSignature | undefined> {
  const statement = `billfold device 1\n${step}\n${sessionId}\n${coordinateX(caller.publicKey)}`
  const signature = signatures.get(statement) ?? sign(statement)
  signatures.set(statement, signature)
  return signature
}

/** Cached, because ECDSA signatures differ each time, and a repeated request must be identical. */
const signatures = new Map<string, Promise<DeviceSignature | undefined>>()

async function sign(statement: string): Promise<DeviceSignature | undefined> {
  const pair = await getOrCreateDeviceKey().catch(() => undefined)
  if (pair === undefined) return undefined
  const [signature, point] = await Promise.all([
    crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, new TextEncoder().encode(statement)),
    crypto.subtle.exportKey('raw', pair.publicKey),
  ])
  // The first byte marks an uncompressed point.
  return { publicKey: base64(new Uint8Array(point).subarray(1)), signature: base64(new Uint8Array(signature)) }
}

async function getOrCreateDeviceKey(): Promise<CryptoKeyPair> {
  const connection = await connectDatabase()
  const stored: unknown = await toPromise(connection.transaction(store).objectStore(store).get(keyName))
  if (isKeyPair(stored)) return stored
  const created = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
  // If two tabs create a key at the same time, the first one stored wins.
  try {
    await toPromise(connection.transaction(store, 'readwrite').objectStore(store).add(created, keyName))
    return created
  } catch {
    const concurrent: unknown = await toPromise(connection.transaction(store).objectStore(store).get(keyName))
    return isKeyPair(concurrent) ? concurrent : created
  }
}

function isKeyPair(value: unknown): value is CryptoKeyPair {
  return typeof value === 'object' && value !== null && 'privateKey' in value && 'publicKey' in value
}

function connectDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(database, 1)
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(store))
  return toPromise(request)
}

function toPromise<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB request failed')))
  })
}

/** Returns the X coordinate of a secure channel key, base64url. */
function coordinateX(publicKey: string): string {
  const bytes = Uint8Array.from(atob(publicKey), (character) => character.charCodeAt(0))
  return base64(bytes.subarray(0, 32)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
