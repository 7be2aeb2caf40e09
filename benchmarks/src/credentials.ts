import { generateKeyPairSync, sign, verify } from 'node:crypto'
import {
  createDeviceResponse,
  createKeyBinding,
  createMdoc,
  createSdJwt,
  type HolderKey,
  openid4vpTranscript,
  parseX5c,
  selectDisclosures,
  trustAnchors,
  verifyDeviceResponse,
  verifyKeyBinding,
  verifyPath,
  verifySdJwt,
} from '@billfold/credentials/formats'
import { createPki } from './create-pki.ts'
import { saveResult } from './save-result.ts'

// CPU time of issuing and of verifying a credential of twenty claims, compared with the bare signatures by node:crypto: one to
// issue; three to verify, of the certificate, the issuer and the holder.
// node dist/credentials.js [rounds] [operations per round]

const [, , roundsText = '7', operationsText = '100'] = process.argv
const rounds = Number(roundsText)
const operations = Number(operationsText)

function createHolderKey(): HolderKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = privateKey.export({ format: 'jwk' })
  return {
    publicKey: { kty: 'EC', crv: 'P-256', x, y },
    sign: (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  }
}

const now = Date.now()
const seconds = Math.floor(now / 1000)
const { root, signer } = await createPki()
const list = trustAnchors([{ certificate: root }])
const holder = createHolderKey()
const claims = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`claim_${index}`, `value ${index}`]))

const issueSdJwt = (): Promise<string> =>
  createSdJwt({
    signer,
    vct: 'urn:x',
    claims,
    disclosure: 'all',
    holderKey: holder.publicKey,
    expiresAt: seconds + 600,
  })
const issueMdoc = (): Promise<string> =>
  createMdoc({
    signer,
    docType: 'd',
    nameSpaces: { n: claims },
    holderKey: holder.publicKey,
    signedAt: now,
    validFrom: now,
    validUntil: now + 864e5,
  })

const binding = { nonce: 'n', audience: 'a', now }
const selected = selectDisclosures(await issueSdJwt(), [['claim_1'], ['claim_2']])
const presentation = await createKeyBinding(selected, { ...binding, key: holder, issuedAt: seconds })
const transcript = openid4vpTranscript({
  clientId: 'a',
  nonce: 'n',
  jwkThumbprint: undefined,
  responseUri: 'https://r',
})
const elements = [['n', 'claim_1'] as const, ['n', 'claim_2'] as const]
const response = await createDeviceResponse(await issueMdoc(), { elements, transcript, key: holder })

async function verifyPresentation(): Promise<void> {
  const verified = await verifySdJwt(presentation, {
    now,
    resolveKey: async ({ x5c }) => {
      const path = await verifyPath(list, { chain: parseX5c(x5c), purpose: 'issuer', now })
      return path.leaf.publicKey
    },
  })
  await verifyKeyBinding(verified, binding)
}

async function verifyResponse(): Promise<void> {
  await verifyDeviceResponse(response, {
    transcript,
    now,
    resolvePath: async (chain) => (await verifyPath(list, { chain, purpose: 'issuer', now })).leaf,
  })
}

const bareKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const message = Buffer.alloc(1500, 7)
const bareSignature = sign('sha256', message, bareKeys.privateKey)

async function signOnce(): Promise<void> {
  sign('sha256', message, bareKeys.privateKey)
}

async function verifyThrice(): Promise<void> {
  for (let index = 0; index < 3; index++) verify('sha256', message, bareKeys.publicKey, bareSignature)
}

/** CPU time of one operation, in milliseconds. */
async function measure(operation: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  for (let index = 0; index < operations; index++) await operation()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / operations
}

/** Alternates between the two, so that other load on the machine affects both. */
async function compare(name: string, ours: () => Promise<unknown>, bare: () => Promise<unknown>): Promise<void> {
  await measure(ours)
  await measure(bare)
  const pairs: (readonly [number, number])[] = []
  for (let round = 0; round < rounds; round++) pairs.push([await measure(ours), await measure(bare)])
  const ratios = pairs.map(([one, other]) => one / other).toSorted((left, right) => left - right)
  const result = {
    name,
    billfold: `${median(pairs.map(([one]) => one)).toFixed(2)} ms CPU`,
    other: `bare signatures, ${median(pairs.map(([, other]) => other)).toFixed(2)} ms CPU`,
    ratio: median(ratios),
    range: [ratios[0] ?? Number.NaN, ratios.at(-1) ?? Number.NaN] as const,
  }
  console.log(`${name}: ${result.billfold}; ${result.other}; ratio ${result.ratio.toFixed(2)}`)
  saveResult(result)
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
}

await compare('issue an SD-JWT VC of 20 claims', issueSdJwt, signOnce)
await compare('issue an mdoc of 20 elements', issueMdoc, signOnce)
await compare('verify a presentation of an SD-JWT VC', verifyPresentation, verifyThrice)
await compare('verify a presentation of an mdoc', verifyResponse, verifyThrice)
