import { describeModule } from '@billfold/testing'
import { randomBytes } from 'node:crypto'
import { type Billfold, type ModuleResults, newId } from '@billfold/core'
import type { MountableApi } from '@billfold/core/http'
import type { ModuleContext } from '@billfold/core/modules'
import { batch, insert } from '@billfold/core/storage'
import { beforeAll, expect } from 'vitest'
import { z } from 'zod'
import { credentials } from '../credentials.ts'
import { ada, identity, publicUrl } from '../test-fixtures/issuer-host.ts'
import { createWalletPki, dispatch, dispatchTo, type WalletPki, verifierUrl } from '../test-fixtures/wallet-host.ts'
import { claimsOf } from '../issuer/types/dataset-source.ts'
import { credentialType } from '../issuer/types/credential-type.ts'
import { createWalletClient, tokenOf } from '../test-fixtures/wallet-client.ts'
import { sealedEntries } from './present/presentation-log.ts'
import { sealedIssuances } from './receive/issuance-content.ts'
import { createIssuanceKeys } from './receive/issuance-keys.ts'
import { sealedOffers } from './receive/resolve-offer.ts'
import { storeCredentialWrites } from './receive/store-credential.ts'
import { loadCurrentSecret } from './secrets/holder-secrets.ts'
import { createHolderContext, type HolderContext } from './settings.ts'
import { holderIssuances, holderOffers, presentationLog } from './tables.ts'
import type { WalletRequest } from './wallet-http.ts'
import { presentationQuery, sdJwt } from '../verifier/queries/presentation-query.ts'

let pki: WalletPki
beforeAll(async () => {
  pki = await createWalletPki()
})

const late = credentialType({
  id: 'late',
  claims: z.object({ level: z.string() }),
  sdJwt: { vct: 'urn:example:late:1' },
  from: claimsOf<{ level: string }>(() => 'later', { mayDefer: true }),
})
const query = presentationQuery({
  id: 'name',
  any: [sdJwt({ vct: 'urn:example:identity:1', claims: { given_name: ['given_name'] } })],
})

const redirectUri = 'https://wallet.example.com/back'

function createModule() {
  const apis = new Map<string, MountableApi>()
  const contexts: ModuleContext[] = []
  const holder = {
    redirectUri,
    issuers: pki.issuers,
    verifiers: pki.verifiers,
    http: (request: WalletRequest) => dispatch(apis, request),
  }
  const made = credentials({
    issuer: { publicUrl, types: [identity, late], signer: pki.issuer, authorize: () => ({ userId: '' }) },
    holder,
    verifier: {
      publicUrl: verifierUrl,
      signer: pki.verifier,
      issuers: pki.issuers,
      crossDevice: true,
      statusUnavailable: 'accept',
      queries: [query],
    },
  })
  // The functions of the holder that need a signing method are called as after its proof.
  const module: typeof made = {
    ...made,
    create: (context) => {
      contexts.push(context)
      return made.create(context)
    },
  }
  return { apis, module, holder, contextOf: () => contexts.at(-1) }
}

type Made = ReturnType<typeof createModule>
type Host = Billfold & ModuleResults<readonly [Made['module']]>

const idSchema = z.object({ id: z.string() })

/** Lets a user receive an offer, take a credential, wait for another, receive a request and present. */
async function fill({ apis, holder: options, contextOf }: Made, billfold: Host, userId: string): Promise<void> {
  const { issuer, holder, verifier, wellKnown } = billfold.credentials
  apis.set(publicUrl, issuer).set(verifierUrl, verifier).set(new URL(publicUrl).origin, wellKnown)
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'test', scopes: ['holder'] })
  const headers = {
    authorization: `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`,
    'content-type': 'application/json',
  }
  const post = async (target: string, json: object) => {
    const reply = await dispatchTo(holder, { method: 'POST', target, headers, body: JSON.stringify(json) })
    if (reply.status >= 300) throw new Error(`${target}: ${reply.body}`)
    const parsed: unknown = JSON.parse(reply.body)
    return idSchema.parse(parsed).id
  }
  const { uri: offer } = await issuer.offer(identity, { claims: ada, subject: { userId } })
  const offerId = await post(`/users/${userId}/offers`, { offer })
  const { uri } = await verifier.request({ query: 'name', flow: 'cross-device' })
  await post(`/users/${userId}/requests`, { uri })
  await redeem(issuer, userId, offer)
  const moduleContext = contextOf()
  if (moduleContext === undefined) throw new Error('the module was not created')
  await fillHolder(createHolderContext(moduleContext, options), userId, offerId)
}

/** Takes the credentials of the offer as a wallet that is not ours. */
async function redeem(issuer: MountableApi, userId: string, offer: string): Promise<void> {
  const wallet = await createWalletClient(issuer, publicUrl)
  const token = tokenOf(await wallet.redeem(offer))
  expect((await wallet.request(token, 'identity.sd-jwt')).status, userId).toBe(200)
}

async function fillHolder(context: HolderContext, userId: string, offerId: string): Promise<void> {
  const { services, tenant, host } = context
  const now = services.now()
  const [row] = await services.storage.find(holderOffers, { where: { id: offerId }, limit: 1 })
  if (row === undefined) throw new Error('no offer')
  const resolved = await sealedOffers.open(services, row, row.sealedOffer)
  const secret = await loadCurrentSecret(context, userId, { bytes: randomBytes(32), generation: 1 })
  const verified = {
    format: 'dc+sd-jwt' as const,
    type: 'urn:example:identity:1',
    claims: {},
    disclosable: [['given_name']],
    always: [],
    anchor: undefined,
    validUntil: now + 1_000_000,
  }
  const received = { configuration: 'identity.sd-jwt', verified, instances: [{ id: newId(), text: 'a.b.c~' }] }
  const owner = { actor: host(), userId, resolved, box: secret, issuanceId: null }
  const stored = await storeCredentialWrites(context, owner, received, 0)
  const [issuance, entry] = [newId(), newId()].map((id) => ({ id, tenant }))
  if (issuance === undefined || entry === undefined) throw new Error('no ids')
  const content = {
    resolved,
    keys: createIssuanceKeys(),
    configurations: [],
    authorization: { state: 's', codeVerifier: 'v' },
    waited: [],
  }
  const logged = { verifier: { id: 'v', name: 'V' }, requestId: newId(), outcome: 'answered' as const, disclosed: [] }
  const times = { createdAt: now, expiresAt: now + 1_000_000 }
  const sealedContent = await sealedIssuances.seal(services, issuance, content)
  const sealedEntry = await sealedEntries.seal(services, entry, logged)
  await services.storage.commit(
    batch(
      ...secret.writes,
      ...stored.writes,
      insert(holderIssuances, {
        ...issuance,
        ...times,
        userId,
        offerId,
        sealedContent,
        state: 'authorizing',
        nextPollAt: 0,
        claimedUntil: 0,
      }),
      insert(presentationLog, { ...entry, userId, sealedEntry, createdAt: now }),
    ),
  )
}

describeModule('credentials of issuer and holder', () => {
  const made = createModule()
  return { module: made.module, fill: (billfold, userId) => fill(made, billfold, userId) }
})
