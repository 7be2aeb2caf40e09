import { base64ToBytes, bytesToBase64 } from './base64.ts'

/** `navigator.credentials`, as far as passkeys need it. */
export interface PasskeyBrowser {
  create(options: object): Promise<unknown>
  get(options: object): Promise<unknown>
}

/** A passkey as the server takes it, and the value that it opens keys with. */
export interface PasskeyResponse {
  /** `RegistrationResponseJSON` or `AuthenticationResponseJSON` (WebAuthn Level 3 section 5.1), without secrets. */
  readonly passkey: Readonly<Record<string, unknown>>
  /** Base64url of 32 bytes; undefined if the options asked for none, or the authenticator has no PRF extension. */
  readonly value?: string
}

/** How a passkey is asked for. */
export interface PasskeyRequest {
  /**
   * True to offer passkeys in the autofill of the page's text field with `autocomplete="username webauthn"`, without a dialog.
   * Only where `PublicKeyCredential.isConditionalMediationAvailable()` is true.
   */
  readonly autofill?: boolean
  /** Ends the request, for example before another one starts. */
  readonly signal?: AbortSignal
}

type Json = Readonly<Record<string, unknown>>

/**
 * Creates a passkey in the browser. If the options ask for the secret that opens keys, and the authenticator gives it only when a
 * passkey is used, the user confirms twice.
 *
 * @param browser `navigator.credentials`
 * @param options the server's `PublicKeyCredentialCreationOptionsJSON` (WebAuthn Level 3 section 5.4)
 * @throws TypeError if the options are not of this shape; DOMException of the browser, for example if the user cancels
 *
 * @example
 * ```ts
 * import { createPasskey, type PasskeyBrowser } from '@billfold/core/client'
 *
 * // In a page: addPasskey(navigator.credentials, options)
 * export async function addPasskey(credentials: PasskeyBrowser, options: unknown) {
 *   const { passkey, value } = await createPasskey(credentials, options)
 *   if (value === undefined) throw new Error('This device can sign in with a passkey, but not open keys')
 *   return { type: 'PASSKEY', value, passkey }
 * }
 * ```
 */
export async function createPasskey(browser: PasskeyBrowser, options: unknown): Promise<PasskeyResponse> {
  const json = asObject(options)
  const publicKey = {
    ...json,
    challenge: toBytes(json['challenge']),
    user: { ...asObject(json['user']), id: toBytes(asObject(json['user'])['id']) },
    excludeCredentials: toDescriptors(json['excludeCredentials']),
    extensions: toExtensions(json['extensions']),
  }
  const made = asObject(await browser.create({ publicKey }))
  const response = asObject(made['response'])
  const { prf, passkey } = formatCredential(made, {
    attestationObject: formatBytes(response['attestationObject']),
    transports: callMethod(response, 'getTransports') ?? [],
  })
  const enabled = prf['enabled'] === true
  const registered = { ...passkey, clientExtensionResults: { prf: { enabled } } }
  if (!enabled || !asksForSecret(json)) return { passkey: registered }
  const output = prfOutput(prf) ?? (await evaluate(browser, json, made['rawId']))
  return output === undefined ? { passkey: registered } : { passkey: registered, value: await deriveValue(output) }
}

/**
 * Uses a passkey in the browser: to sign in, or to authorize a request with a signing method.
 *
 * @param browser `navigator.credentials`
 * @param options the server's `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3 section 5.5)
 * @throws TypeError if the options are not of this shape; DOMException of the browser, for example if the user cancels
 */
export async function usePasskey(
  browser: PasskeyBrowser,
  options: unknown,
  { autofill = false, signal }: PasskeyRequest = {},
): Promise<PasskeyResponse> {
  const json = asObject(options)
  const publicKey = {
    ...json,
    challenge: toBytes(json['challenge']),
    allowCredentials: toDescriptors(json['allowCredentials']),
    extensions: toExtensions(json['extensions']),
  }
  const asked = { publicKey, ...(autofill && { mediation: 'conditional' }), ...(signal !== undefined && { signal }) }
  const used = asObject(await browser.get(asked))
  const response = asObject(used['response'])
  const { prf, passkey } = formatCredential(used, {
    authenticatorData: formatBytes(response['authenticatorData']),
    signature: formatBytes(response['signature']),
    ...(isBytes(response['userHandle']) && { userHandle: formatBytes(response['userHandle']) }),
  })
  const output = asksForSecret(json) ? prfOutput(prf) : undefined
  return output === undefined ? { passkey } : { passkey, value: await deriveValue(output) }
}

/**
 * Formats the header `Signing-Method` for a request that a passkey authorizes.
 *
 * @param methodId the id of the signing method
 * @throws TypeError if the passkey gave no value
 */
export function formatPasskeyMethod(methodId: string, { passkey, value }: PasskeyResponse): string {
  if (value === undefined) throw new TypeError('The passkey gave no value')
  return `${methodId}:${formatBytes(new TextEncoder().encode(JSON.stringify(passkey)))}.${value}`
}

/**
 * Tells the browser which passkeys a user has, so that it no longer offers others. Does nothing in browsers without the Signal
 * API (WebAuthn Level 3 section 5.1.10).
 *
 * @param publicKeyCredential `PublicKeyCredential`
 * @param accepted what the server returned when a passkey was removed
 */
export async function signalAcceptedPasskeys(publicKeyCredential: object, accepted: object): Promise<void> {
  await callMethod(publicKeyCredential, 'signalAllAcceptedCredentials', accepted)
}

/** Tells the browser that the server does not know a passkey, so that it no longer offers it. As above. */
export async function signalUnknownPasskey(
  publicKeyCredential: object,
  unknown: { readonly rpId: string; readonly credentialId: string },
): Promise<void> {
  await callMethod(publicKeyCredential, 'signalUnknownCredential', unknown)
}

/** Asks an authenticator that gives the secret only when a passkey is used. The server sees nothing of this. */
async function evaluate(browser: PasskeyBrowser, options: Json, id: unknown): Promise<Uint8Array | undefined> {
  const publicKey = {
    challenge: globalThis.crypto.getRandomValues(new Uint8Array(32)),
    rpId: asObject(options['rp'])['id'],
    allowCredentials: [{ type: 'public-key', id }],
    userVerification: 'required',
    extensions: toExtensions(options['extensions']),
  }
  return prfOutput(extensionResults(asObject(await browser.get({ publicKey }))))
}

/** Derives the value from the output of the PRF extension, which itself never leaves the page: HKDF-SHA-256 (RFC 5869). */
async function deriveValue(output: Uint8Array): Promise<string> {
  const { subtle } = globalThis.crypto
  const key = await subtle.importKey('raw', Uint8Array.from(output), 'HKDF', false, ['deriveBits'])
  const info = new TextEncoder().encode('billfold signing method 1')
  const bits = await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }, key, 256)
  return formatBytes(new Uint8Array(bits))
}

/** Formats a credential, without the results of extensions. */
function formatCredential(credential: Json, fields: Json): { readonly passkey: Json; readonly prf: Json } {
  const rawId = formatBytes(credential['rawId'])
  const clientDataJSON = formatBytes(asObject(credential['response'])['clientDataJSON'])
  const response = { clientDataJSON, ...fields }
  const passkey = { id: rawId, rawId, type: 'public-key', response, clientExtensionResults: {} }
  return { passkey, prf: extensionResults(credential) }
}

function extensionResults(credential: Json): Json {
  const results: unknown = callMethod(credential, 'getClientExtensionResults')
  return isObject(results) && isObject(results['prf']) ? results['prf'] : {}
}

function prfOutput({ results }: Json): Uint8Array | undefined {
  return isObject(results) && isBytes(results['first']) ? bytesOf(results['first']) : undefined
}

function asksForSecret({ extensions }: Json): boolean {
  return isObject(extensions) && isObject(extensions['prf']) && isObject(extensions['prf']['eval'])
}

function toExtensions(extensions: unknown): Json {
  if (!isObject(extensions)) return {}
  const prf = extensions['prf']
  if (!isObject(prf) || !isObject(prf['eval'])) return extensions
  return { ...extensions, prf: { eval: { first: toBytes(prf['eval']['first']) } } }
}

function toDescriptors(list: unknown): readonly Json[] {
  return Array.isArray(list) ? list.map((one: unknown) => ({ ...asObject(one), id: toBytes(asObject(one)['id']) })) : []
}

function callMethod(target: object, name: string, ...input: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(target, name)
  return typeof method === 'function' ? Reflect.apply(method, target, input) : undefined
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}

function asObject(value: unknown): Json {
  if (isObject(value)) return value
  throw new TypeError('Not the options or the response of a passkey')
}

function isBytes(value: unknown): value is ArrayBuffer | Uint8Array {
  return value instanceof ArrayBuffer || value instanceof Uint8Array
}

function bytesOf(value: ArrayBuffer | Uint8Array): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(value)
}

function toBytes(text: unknown): Uint8Array {
  if (typeof text !== 'string') throw new TypeError('Not the options of a passkey')
  return base64ToBytes(text)
}

/** Formats bytes as base64url without padding (RFC 4648 section 5). */
function formatBytes(value: unknown): string {
  if (!isBytes(value)) throw new TypeError('Not the response of a passkey')
  return bytesToBase64(bytesOf(value)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
