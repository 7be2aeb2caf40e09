import 'reflect-metadata'
import { generateKeyPairSync, KeyObject, sign, verify, webcrypto } from 'node:crypto'
import {
  createDeviceResponse,
  createKeyBinding,
  createMdoc,
  createSdJwt,
  type CredentialSigner,
  type HolderKey,
  localSigner,
  openid4vpTranscript,
  parseX5c,
  selectDisclosures,
  trustAnchors,
  type TrustList,
  verifyDeviceResponse,
  verifyKeyBinding,
  verifyPath,
  verifySdJwt,
} from '@billfold/credentials/formats'
import { BasicConstraintsExtension, cryptoProvider, X509CertificateGenerator } from '@peculiar/x509'
import { saveResult } from './save-result.ts'

// CPU time of issuing and of verifying a credential of twenty claims, compared with the bare signatures by node:crypto: one to
// issue; three to verify, of the certificate, the issuer and the holder.
// node dist/credentials.js [rounds] [operations per round]

const [, , roundsText = '7', operationsText = '100'] = process.argv
const rounds = Number(roundsText)
const operations = Number(operationsText)

cryptoProvider.set(webcrypto)
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

async function createPki(): Promise<{ readonly list: TrustList; readonly signer: CredentialSigner }> {
  const [root, leaf] = [await createKeys(), await createKeys()]
  const validity = { notBefore: new Date(Date.now() - 864e5), notAfter: new Date(Date.now() + 864e7) }
  const common = { signingAlgorithm: algorithm, ...validity }
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...common,
    serialNumber: '01',
    name: 'CN=Root',
    keys: root,
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  })
  const certificate = await X509CertificateGenerator.create({
    ...common,
    serialNumber: '02',
    subject: 'CN=Issuer',
    issuer: authority.subject,
    publicKey: leaf.publicKey,
    signingKey: root.privateKey,
  })
  const signer = localSigner({
    certificates: [new Uint8Array(certificate.rawData)],
    privateKey: KeyObject.from(leaf.privateKey),
  })
  return { signer, list: trustAnchors([{ certificate: new Uint8Array(authority.rawData) }]) }
}

function createKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

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
const { list, signer } = await createPki()
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
