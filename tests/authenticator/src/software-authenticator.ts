import {
  createHash,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'

/** What the authenticator reads of `PublicKeyCredentialCreationOptionsJSON`. */
export interface CreationOptions {
  readonly rp: { readonly id: string }
  readonly user: { readonly id: string }
  readonly challenge: string
}

/** What the authenticator reads of `PublicKeyCredentialRequestOptionsJSON`. */
export interface RequestOptions {
  readonly rpId: string
  readonly challenge: string
}

/** How a ceremony differs from what the options ask for. */
export interface Deviations {
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  readonly userVerified?: boolean
  readonly signCount?: number
  readonly type?: string
  readonly userHandle?: string | null
  readonly crossOrigin?: boolean
  readonly topOrigin?: string
  readonly backupEligible?: boolean
  /** Of the credential: `ed25519` is an algorithm that only some relying parties offer. */
  readonly algorithm?: 'es256' | 'ed25519'
}

/** An authenticator in software, with the PRF extension. Its passkeys cannot be copied. */
export interface SoftwareAuthenticator {
  readonly create: (options: CreationOptions, deviations?: Deviations) => RegistrationJson
  /** Uses the passkey that was created last, or that of a credential id. */
  readonly get: (options: RequestOptions, deviations?: Deviations, credentialId?: string) => AuthenticationJson
  /** What a page derives from the PRF output of the last passkey. */
  readonly deriveValue: (salt: string, credentialId?: string) => string
}

/** `RegistrationResponseJSON`. */
export interface RegistrationJson {
  readonly id: string
  readonly rawId: string
  readonly type: string
  readonly response: {
    readonly clientDataJSON: string
    readonly attestationObject: string
    readonly transports: readonly string[]
  }
  readonly clientExtensionResults: { readonly prf?: { readonly enabled: boolean; readonly results?: unknown } }
}

/** `AuthenticationResponseJSON`. */
export interface AuthenticationJson {
  readonly id: string
  readonly rawId: string
  readonly type: string
  readonly response: {
    readonly clientDataJSON: string
    readonly authenticatorData: string
    readonly signature: string
    readonly userHandle: string | null
  }
  readonly clientExtensionResults: Readonly<Record<string, never>>
}

interface Credential {
  readonly id: string
  readonly privateKey: KeyObject
  readonly isEcdsa: boolean
  readonly prfKey: Uint8Array
  readonly userHandle: string
  signCount: number
}

/** Creates an authenticator in a browser whose page is at an origin. */
export function createSoftwareAuthenticator({
  origin = 'https://example.com',
  prf = true,
}: {
  readonly origin?: string
  readonly prf?: boolean
} = {}): SoftwareAuthenticator {
  const credentials: Credential[] = []
  const find = (id?: string): Credential => {
    const found = id === undefined ? credentials.at(-1) : credentials.find((one) => one.id === id)
    if (found === undefined) throw new Error('the authenticator has no such passkey')
    return found
  }
  const toClientData = (type: string, challenge: string, deviations: Deviations): Buffer =>
    formatClientData({ type, challenge, origin }, deviations)
  return {
    create: (options, deviations = {}) => {
      const { algorithm = 'es256', rpId = options.rp.id } = deviations
      const { privateKey, cose } = generateCredentialKey(algorithm)
      const id = randomBytes(32)
      const credential: Credential = {
        id: id.toString('base64url'),
        privateKey,
        isEcdsa: algorithm === 'es256',
        prfKey: randomBytes(32),
        userHandle: options.user.id,
        signCount: 0,
      }
      credentials.push(credential)
      const attestationObject = formatAttestation(toHead(rpId, deviations, 0x40, 0), id, cose)
      const clientDataJSON = toClientData('webauthn.create', options.challenge, deviations).toString('base64url')
      return {
        id: credential.id,
        rawId: credential.id,
        type: 'public-key',
        response: { clientDataJSON, attestationObject, transports: ['internal'] },
        clientExtensionResults: prf ? { prf: { enabled: true } } : {},
      }
    },
    get: (options, deviations = {}, credentialId) => {
      const credential = find(credentialId)
      credential.signCount += 1
      const { rpId = options.rpId, signCount = credential.signCount, userHandle = credential.userHandle } = deviations
      const authData = toHead(rpId, deviations, 0, signCount)
      const clientData = toClientData('webauthn.get', options.challenge, deviations)
      const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()])
      const signature = sign(credential.isEcdsa ? 'sha256' : null, signed, credential.privateKey)
      return {
        id: credential.id,
        rawId: credential.id,
        type: 'public-key',
        response: {
          clientDataJSON: clientData.toString('base64url'),
          authenticatorData: authData.toString('base64url'),
          signature: signature.toString('base64url'),
          userHandle,
        },
        clientExtensionResults: {},
      }
    },
    deriveValue: (salt, credentialId) => {
      const output = createHmac('sha256', find(credentialId).prfKey).update(Buffer.from(salt, 'base64url')).digest()
      const value = hkdfSync('sha256', output, new Uint8Array(), 'billfold signing method 1', 32)
      return Buffer.from(value).toString('base64url')
    },
  }
}

/** An attestation object without an attestation, base64url. */
function formatAttestation(head: Uint8Array, id: Uint8Array, cose: Uint8Array): string {
  const length = Buffer.from([id.length >> 8, id.length & 255])
  const authData = Buffer.concat([head, Buffer.alloc(16), length, id, cose])
  const attestation = new Map<string, string | Uint8Array | Map<string, string>>([
    ['fmt', 'none'],
    ['attStmt', new Map<string, string>()],
    ['authData', Uint8Array.from(authData)],
  ])
  return Buffer.from(isoCBOR.encode(attestation)).toString('base64url')
}

/** The first 37 bytes of authenticator data. */
function toHead(rpId: string, deviations: Deviations, flags: number, signCount: number): Buffer {
  const { userVerified = true, backupEligible = false } = deviations
  const head = Buffer.alloc(37)
  createHash('sha256').update(rpId).digest().copy(head)
  head[32] = 0x01 | (userVerified ? 0x04 : 0) | (backupEligible ? 0x08 : 0) | flags
  head.writeUInt32BE(signCount, 33)
  return head
}

function formatClientData(asked: Readonly<Record<string, string>>, deviations: Deviations): Buffer {
  const { crossOrigin = false, topOrigin } = deviations
  const data = { ...asked, ...pick(deviations, ['type', 'challenge', 'origin']), crossOrigin }
  return Buffer.from(JSON.stringify({ ...data, ...(topOrigin !== undefined && { topOrigin }) }))
}

function generateCredentialKey(algorithm: 'es256' | 'ed25519'): {
  readonly privateKey: KeyObject
  readonly cose: Uint8Array
} {
  const { privateKey, publicKey } =
    algorithm === 'es256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  // Imported again, since Node 20 can hang when it exports a generated key as a JWK.
  const imported = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }))
  const { x = '', y } = imported.export({ format: 'jwk' })
  const parameters: [number, number | Uint8Array][] =
    y === undefined
      ? [
          [1, 1],
          [3, -8],
          [-1, 6],
          [-2, toBytes(x)],
        ]
      : [
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, toBytes(x)],
          [-3, toBytes(y)],
        ]
  return { privateKey, cose: isoCBOR.encode(new Map<number, number | Uint8Array>(parameters)) }
}

function toBytes(encoded: string): Uint8Array {
  return Uint8Array.from(Buffer.from(encoded, 'base64url'))
}

function pick(deviations: Deviations, names: readonly (keyof Deviations)[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.flatMap((name) => (deviations[name] === undefined ? [] : [[name, deviations[name]]])))
}
