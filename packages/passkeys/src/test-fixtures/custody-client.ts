import { createHash } from 'node:crypto'
import type { Server } from 'node:http'
import { expressRouter } from '@billfold/express-adapter'
import express from 'express'
import { z } from 'zod'
import type { PasskeyBillfold } from './passkey-host.ts'
import {
  type CustodyResult,
  custodyResultSchema,
  type Deviations,
  type SoftwareAuthenticator,
} from '@billfold/test-authenticator'

const replySchema = z.object({
  result: custodyResultSchema,
  errors: z.array(z.object({ code: z.string() })).default([]),
})

/** A reply of the custody API. */
export interface CustodyReply {
  readonly status: number
  readonly result: CustodyResult
  readonly code: string | undefined
}

/** A caller of the custody API over HTTP. */
export interface CustodyClient {
  readonly send: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<CustodyReply>
  readonly close: () => void
}

/** A request that a passkey authorizes. */
export interface AuthorizedRequest {
  readonly method: string
  readonly path: string
  readonly body?: unknown
}

/** Mounts the custody API in an Express app and returns a caller with a service key. */
export async function startCustody(billfold: Pick<PasskeyBillfold, 'custody' | 'serviceKeys'>): Promise<CustodyClient> {
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'test', scopes: ['custody'] })
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
  const app = express().use('/custody', expressRouter(billfold.custody))
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
  })
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}/custody`
  return {
    send: async (method, path, body, headers = {}) => {
      const response = await fetch(origin + path, {
        method,
        headers: { authorization, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const { result, errors } = replySchema.parse(await response.json())
      return { status: response.status, result, code: errors[0]?.code }
    },
    close: () => void server.close(),
  }
}

/** A user with a PIN, a wallet and a passkey that opens keys. */
export interface PasskeyUser {
  readonly userId: string
  readonly pin: string
  readonly walletId: string
  readonly address: string
  readonly methodId: string
  readonly credentialId: string
}

/** Creates a user with the PIN 4711 and an Ethereum wallet, and adds a passkey. */
export async function createPasskeyUser(
  client: CustodyClient,
  authenticator: SoftwareAuthenticator,
): Promise<PasskeyUser> {
  const { result: user } = await client.send('POST', '/api/users', { signingMethod: { type: 'PIN', value: '4711' } })
  const userId: string = user.id
  const pin = `${user.signingMethods[0]?.id}:4711`
  const signed = { 'signing-method': pin }
  const { result: wallet } = await client.send('POST', '/api/wallets', { secretType: 'ETHEREUM', userId }, signed)
  const added = await addPasskey(client, authenticator, userId, pin)
  if (added.status !== 200) throw new Error(`the passkey was refused: ${added.code}`)
  const { id: methodId, credentialId } = added.result
  return { userId, pin, walletId: wallet.id, address: wallet.address, methodId, credentialId }
}

/** Creates a passkey in the authenticator and adds it, authorized by another method. */
export async function addPasskey(
  client: CustodyClient,
  authenticator: SoftwareAuthenticator,
  userId: string,
  by: string | undefined,
  deviations: Deviations = {},
): Promise<CustodyReply> {
  const methods = `/api/users/${userId}/signing-methods`
  const headers: Record<string, string> = by === undefined ? {} : { 'signing-method': by }
  const started = await client.send('POST', `${methods}/passkey-options`, { userName: 'ada' }, headers)
  if (started.status !== 200) return started
  const options = started.result
  const passkey = authenticator.create(options, deviations)
  const value = authenticator.deriveValue(readSalt(options))
  return client.send('POST', methods, { type: 'PASSKEY', value, passkey, name: 'My phone' }, headers)
}

/** Asks for a challenge for a request. */
export async function challengeFor(
  client: CustodyClient,
  { userId, methodId }: Pick<PasskeyUser, 'userId' | 'methodId'>,
  { method, path: target, body }: AuthorizedRequest,
): Promise<CustodyResult> {
  const bytes = body === undefined ? '' : JSON.stringify(body)
  const bodyDigest = createHash('sha256').update(bytes).digest('base64url')
  const path = `/api/users/${userId}/signing-methods/${methodId}/passkey-challenges`
  const { status, code, result } = await client.send('POST', path, { method, target, bodyDigest })
  if (status !== 200) throw new Error(`no challenge: ${code}`)
  return result
}

/** Formats the header that presents an assertion and the value. */
export function presentPasskey(methodId: string, assertion: unknown, value: string): string {
  return `${methodId}:${Buffer.from(JSON.stringify(assertion)).toString('base64url')}.${value}`
}

/** Authorizes a request with a passkey, as a page does, and sends it. */
export async function sendWithPasskey(
  client: CustodyClient,
  authenticator: SoftwareAuthenticator,
  user: Pick<PasskeyUser, 'userId' | 'methodId' | 'credentialId'>,
  request: AuthorizedRequest,
  deviations: Deviations = {},
): Promise<CustodyReply> {
  const options = await challengeFor(client, user, request)
  const assertion = authenticator.get(options, deviations, user.credentialId)
  const value = authenticator.deriveValue(readSalt(options), user.credentialId)
  const header = presentPasskey(user.methodId, assertion, value)
  return client.send(request.method, request.path, request.body, { 'signing-method': header })
}

/** Reads the input of the PRF extension from options. */
export function readSalt({ extensions }: Pick<CustodyResult, 'extensions'>): string {
  return extensions.prf.eval.first
}

/** The request that signs a message with a wallet. */
export function signMessage({ walletId }: Pick<PasskeyUser, 'walletId'>, message: string): AuthorizedRequest {
  const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data: message }
  return { method: 'POST', path: '/api/signatures', body: { signatureRequest } }
}
