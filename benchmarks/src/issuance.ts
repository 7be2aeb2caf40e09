import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign, verify } from 'node:crypto'
import { createBillfold, localKeyring, memoryStorage, newKey, silentLogger } from '@billfold/core'
import type { MountableApi } from '@billfold/core/http'
import { credentials, credentialType } from '@billfold/credentials'
import { z } from 'zod'
import { createPki } from './create-pki.ts'
import { saveResult } from './save-result.ts'

// CPU time of an issued instance as a whole: access token, DPoP, key proof, dataset, signature, status index and commit, in the
// memory of the process. Twenty claims; batches of twenty and single ones, in turn.
// node dist/issuance.js [rounds]

const [, , roundsText = '5'] = process.argv
const rounds = Number(roundsText)
const batchSize = 20
const publicUrl = 'https://issuer.example.com/issuer'
const grantType = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'
const names = Array.from({ length: 20 }, (_, index) => `claim_${index}`)
const claims = Object.fromEntries(names.map((name, index) => [name, `value ${index}`]))
const type = credentialType({
  id: 'bench',
  claims: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))),
  sdJwt: { vct: 'urn:example:bench:1' },
  mdoc: { docType: 'com.example.bench.1', elements: (values) => ({ 'com.example.bench.1': values }) },
  batch: batchSize,
})

interface WalletKey {
  readonly jwk: object
  readonly privateKey: KeyObject
}

function createWalletKey(): WalletKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { jwk: publicKey.export({ format: 'jwk' }), privateKey }
}

function signJwt({ jwk, privateKey }: WalletKey, typ: string, payload: object): string {
  const [header, body] = [{ alg: 'ES256', typ, jwk }, payload].map((one) =>
    Buffer.from(JSON.stringify(one)).toString('base64url'),
  )
  const signed = `${header}.${body}`
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}

const seconds = (): number => Math.floor(Date.now() / 1000)

function signDpop(key: WalletKey, path: string, token?: string): string {
  const ath = token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') }
  const payload = { jti: randomUUID(), htm: 'POST', htu: publicUrl + path, iat: seconds(), ...ath }
  return signJwt(key, 'dpop+jwt', payload)
}

interface Sent {
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  readonly type: string
}

const replySchema = z.record(z.string(), z.unknown())

async function send(api: MountableApi, { path, headers = {}, body, type: contentType }: Sent) {
  const route = api.routes.find((one) => one.method === 'POST' && one.path === path)
  if (route === undefined) throw new Error(`no route: ${path}`)
  const reply = await api.handle(route, {
    method: 'POST',
    path,
    mount: '',
    params: {},
    query: '',
    headers: { 'content-type': contentType, ...headers },
    ip: '127.0.0.1',
    body: { kind: 'parsed', value: body },
    signal: new AbortController().signal,
  })
  const text = typeof reply.body === 'string' ? reply.body : ''
  if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${text}`)
  return replySchema.parse(JSON.parse(text))
}

const billfold = createBillfold({
  storage: memoryStorage(),
  keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
  logger: silentLogger,
  rateLimiter: {
    consume: () => Promise.resolve({ allowed: true, retryAfterSeconds: 1 }),
    peek: () => Promise.resolve({ allowed: true, retryAfterSeconds: 1 }),
  },
  modules: [credentials({ issuer: { publicUrl, types: [type], signer: (await createPki()).signer } })],
})
const { issuer } = billfold.credentials

/** Prepares a request as a wallet does. Only the request itself is measured. */
async function prepare(format: 'sd-jwt' | 'mdoc', count: number): Promise<Sent> {
  const { uri } = await issuer.offer(type, { claims, by: 'value' })
  const offer = new URL(uri).searchParams.get('credential_offer') ?? ''
  const code = /"pre-authorized_code":"([^"]+)"/.exec(offer)?.[1] ?? ''
  const key = createWalletKey()
  const form = new URLSearchParams({ grant_type: grantType, 'pre-authorized_code': code }).toString()
  const headers = { dpop: signDpop(key, '/token') }
  const issued = await send(issuer, { path: '/token', headers, body: form, type: 'application/x-www-form-urlencoded' })
  const token = String(issued['access_token'])
  const { c_nonce: nonce } = await send(issuer, { path: '/nonce', body: '', type: 'application/json' })
  const jwt = Array.from({ length: count }, () =>
    signJwt(createWalletKey(), 'openid4vci-proof+jwt', { aud: publicUrl, iat: seconds(), nonce }),
  )
  return {
    path: '/credential',
    headers: { authorization: `DPoP ${token}`, dpop: signDpop(key, '/credential', token) },
    body: JSON.stringify({ credential_configuration_id: `bench.${format}`, proofs: { jwt } }),
    type: 'application/json',
  }
}

async function measure(format: 'sd-jwt' | 'mdoc', count: number, requests: number): Promise<number> {
  const prepared: Sent[] = []
  for (let index = 0; index < requests; index++) prepared.push(await prepare(format, count))
  const before = process.cpuUsage()
  for (const one of prepared) await send(issuer, one)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / (requests * count)
}

const cases = [
  { name: 'SD-JWT VC, batch of 20', format: 'sd-jwt', count: batchSize, requests: 10 },
  { name: 'SD-JWT VC, alone', format: 'sd-jwt', count: 1, requests: 100 },
  { name: 'mdoc, batch of 20', format: 'mdoc', count: batchSize, requests: 10 },
  { name: 'mdoc, alone', format: 'mdoc', count: 1, requests: 100 },
] as const

/** What no issuer can do without: the verification of the key proof, and the signature of the instance. */
function measureBare(operations: number): number {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const bytes = Buffer.alloc(1000)
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const
  const before = process.cpuUsage()
  for (let index = 0; index < operations; index++)
    verify('sha256', bytes, { key: publicKey, dsaEncoding: 'ieee-p1363' }, sign('sha256', bytes, key))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / operations
}

interface Pair {
  readonly ms: number
  readonly bare: number
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const measured = new Map<string, readonly Pair[]>()
for (let round = 0; round <= rounds; round++)
  for (const { name, format, count, requests } of cases) {
    const pair = { ms: await measure(format, count, requests), bare: measureBare(500) }
    // The first round warms up.
    if (round > 0) measured.set(name, [...(measured.get(name) ?? []), pair])
  }
for (const [name, pairs] of measured) {
  const [ms, bare] = [median(pairs.map((pair) => pair.ms)), median(pairs.map((pair) => pair.bare))]
  const ratios = pairs.map((pair) => pair.ms / pair.bare)
  const ratio = median(ratios)
  console.log(
    `issue ${name}: ${ms.toFixed(2)} ms CPU an instance, the whole request; bare ${bare.toFixed(2)} ms; ratio ${ratio.toFixed(1)}`,
  )
  saveResult({
    name: `an issued ${name}, the whole request`,
    billfold: `${ms.toFixed(2)} ms CPU`,
    other: `one signature and one verification: ${bare.toFixed(2)} ms CPU`,
    ratio,
    range: [Math.min(...ratios), Math.max(...ratios)],
  })
}
