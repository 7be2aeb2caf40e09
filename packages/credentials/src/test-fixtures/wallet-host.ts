import {
  type BillfoldOptions,
  createBillfold,
  createPasswordHasher,
  type Keyring,
  memoryStorage,
  silentLogger,
  type Storage,
} from '@billfold/core'
import { createRouteMatcher, type MountableApi } from '@billfold/core/http'
import { type ActAuthorizer, defineModule } from '@billfold/core/modules'
import { z } from 'zod'
import { credentials } from '../credentials.ts'
import type { HolderOptions } from '../holder/options.ts'
import type { WalletHttp, WalletRequest, WalletResponse } from '../holder/wallet-http.ts'
import type { IssuerOptions } from '../issuer/options.ts'
import type { AnyCredentialType } from '../issuer/types/credential-type.ts'
import type { Profile } from '../options.ts'
import { trustAnchors } from '../trust/trust-list.ts'
import { mdoc, presentationQuery, sdJwt } from '../verifier/queries/presentation-query.ts'
import { identity, membership, publicUrl, testKeyring } from './issuer-host.ts'
import { createAuthority, issueCertificate, signerOf } from './pki.ts'

export const verifierUrl = 'https://verifier.example.com/verifier'
const pin = '471147'

const identityQuery = presentationQuery({
  id: 'identity',
  any: [
    sdJwt({ vct: 'urn:example:identity:1', claims: { given_name: ['given_name'], nations: ['nationalities', null] } }),
    mdoc({
      docType: 'com.example.identity.1',
      claims: {
        given_name: ['com.example.identity.1', 'given_name'],
        nations: ['com.example.identity.1', 'nationality'],
      },
    }),
  ],
  purpose: 'To open an account',
})

/** Certificates of issuer, verifier and wallet provider. */
export async function createWalletPki() {
  const [issuing, reading, providing] = await Promise.all(
    ['Issuing CA', 'Reader CA', 'Wallet CA'].map((name) => createAuthority(name)),
  )
  if (issuing === undefined || reading === undefined || providing === undefined) throw new Error('no authority')
  return {
    issuers: trustAnchors([{ certificate: issuing.pem, name: 'Trusted issuers' }]),
    verifiers: trustAnchors([{ certificate: reading.pem }]),
    walletProviders: trustAnchors([{ certificate: providing.pem }]),
    issuer: signerOf(await issueCertificate(issuing, 'Issuer')),
    verifier: signerOf(await issueCertificate(reading, 'Verifier', { dnsNames: ['verifier.example.com'] })),
    provider: signerOf(await issueCertificate(providing, 'Wallet provider')),
  }
}

export type WalletPki = Awaited<ReturnType<typeof createWalletPki>>

export interface WalletHostOptions {
  readonly storage?: Storage
  readonly keyring?: Keyring
  readonly now?: () => number
  readonly profile?: Profile
  readonly types?: readonly AnyCredentialType[]
  readonly issuer?: Partial<IssuerOptions>
  readonly holder?: Partial<HolderOptions>
  /** Wraps what the wallet sends its requests with, such as by a network that fails. */
  readonly wrapHttp?: (send: WalletHttp) => WalletHttp
  /** Decides about acts, as the module of policies does. Default: allows them. */
  readonly authorizeAct?: ActAuthorizer
  /** What the host notes, and where it sends events. Default: nothing. */
  readonly sinks?: Pick<BillfoldOptions, 'logger' | 'events'>
}

/** A user of the wallet, and the header of the PIN. */
export interface WalletUser {
  readonly userId: string
  readonly method: string
}

export interface HolderReply {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** Creates a host with all three roles, whose wallet reaches issuer and verifier without a network. */
export async function createWalletHost(pki: WalletPki, options: WalletHostOptions = {}) {
  const {
    storage = memoryStorage(),
    keyring = testKeyring(),
    now,
    profile = 'open',
    types = [identity, membership],
  } = options
  const sent: WalletRequest[] = []
  const apis = new Map<string, MountableApi>()
  const http: WalletHttp = async (request) => {
    sent.push(request)
    return dispatch(apis, request)
  }
  const billfold = createBillfold({
    storage,
    keyring,
    logger: silentLogger,
    ...options.sinks,
    ...(now !== undefined && { now }),
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      concurrency: 4,
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
      perAnonymousSource: 1000,
    }),
    modules: [
      credentials({
        profile,
        issuer: {
          publicUrl,
          types,
          signer: pki.issuer,
          ...(profile === 'haip' && { walletProviders: pki.walletProviders }),
          ...options.issuer,
        },
        holder: {
          redirectUri: 'https://wallet.example.com/back',
          issuers: pki.issuers,
          verifiers: pki.verifiers,
          http: options.wrapHttp?.(http) ?? http,
          ...options.holder,
        },
        verifier: {
          publicUrl: verifierUrl,
          signer: pki.verifier,
          issuers: pki.issuers,
          statusUnavailable: 'accept',
          crossDevice: true,
          queries: [identityQuery],
          redirectUri: 'https://verifier.example.com/done',
        },
      }),
      defineModule({
        name: 'policies',
        tables: [],
        create: () => ({ authorizeAct: options.authorizeAct ?? (async () => ({ decision: 'allow', writes: [] })) }),
      }),
    ],
  })
  const { issuer, holder, verifier, wellKnown } = billfold.credentials
  apis.set(publicUrl, issuer).set(verifierUrl, verifier).set(new URL(publicUrl).origin, wellKnown)
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'test', scopes: ['custody', 'holder'] })
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
  const callApi = async (api: MountableApi, method: string, target: string, json?: object, signingMethod?: string) => {
    const { status, body } = await dispatchTo(api, {
      method,
      target,
      headers: {
        authorization,
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(signingMethod !== undefined && { 'signing-method': signingMethod }),
      },
      body: json === undefined ? undefined : JSON.stringify(json),
    })
    return { status, body: toRecord(body) }
  }
  return {
    billfold,
    storage,
    sent,
    /** Calls the holder's API for a user; with a method the user's PIN is presented. */
    call: (
      user: WalletUser,
      method: string,
      path: string,
      json?: object,
      signingMethod?: string,
    ): Promise<HolderReply> => callApi(holder, method, `/users/${user.userId}${path}`, json, signingMethod),
    callCustody: (method: string, path: string, json?: object, signingMethod?: string) =>
      callApi(billfold.custody, method, path, json, signingMethod),
    createUser: async (): Promise<WalletUser> => {
      const created = await callApi(billfold.custody, 'POST', '/api/users', {
        signingMethod: { type: 'PIN', value: pin },
      })
      const { result } = userSchema.parse(created.body)
      return { userId: result.id, method: `${result.signingMethods[0]?.id ?? ''}:${pin}` }
    },
  }
}

export type WalletHost = Awaited<ReturnType<typeof createWalletHost>>

const userSchema = z.object({
  result: z.object({ id: z.string(), signingMethods: z.array(z.object({ id: z.string() })) }),
})

function toRecord(text: string): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
  } catch {
    return {}
  }
}

/** Finds the API of a URL by the longest prefix. */
export async function dispatch(
  apis: ReadonlyMap<string, MountableApi>,
  request: WalletRequest,
): Promise<WalletResponse> {
  const prefixes = [...apis.keys()].toSorted((a, b) => b.length - a.length)
  const prefix = prefixes.find((one) => request.url.startsWith(`${one}/`))
  const api = apis.get(prefix ?? '')
  if (prefix === undefined || api === undefined) throw new Error(`no host for ${request.url}`)
  const { method, headers, body } = request
  return dispatchTo(api, { method, target: request.url.slice(prefix.length), headers, body })
}

/** Sends a request to an API in this process. */
export async function dispatchTo(
  api: MountableApi,
  request: {
    readonly method: string
    readonly target: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string | undefined
  },
): Promise<WalletResponse> {
  const { method, target, headers, body } = request
  const [path = '', query = ''] = target.split('?')
  const matched = createRouteMatcher(api.routes)(method, path)
  if (matched === undefined) return { status: 404, headers: {}, body: '' }
  const reply = await api.handle(matched.route, {
    method,
    path,
    mount: '',
    params: matched.params,
    query,
    headers,
    ip: '203.0.113.9',
    body: body === undefined ? { kind: 'none' } : { kind: 'parsed', value: body },
    signal: new AbortController().signal,
  })
  return { status: reply.status, headers: reply.headers, body: typeof reply.body === 'string' ? reply.body : '' }
}
