import type { Batch } from '@billfold/core/storage'
import { type EventCatalogue, eventTypes } from '@billfold/core/events'
import { describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { createDidClient } from '../dids/did-client.ts'
import { authenticationTriggers } from './authentication-triggers.ts'
import { custodyTriggers } from './custody-triggers.ts'
import { createEventHost, type EventHost, type EventTrigger } from './event-host.ts'
import { onboardingAndDidTriggers } from './onboarding-and-did-triggers.ts'
import { paymentTriggers } from './payment-triggers.ts'

const pin = '471147'

/**
 * The message that the user gets with each event, null if the event changes no credential of a user. A new type of event needs
 * a decision here.
 */
const noticeOf: { readonly [Type in Exclude<keyof EventCatalogue, 'webhook.pinged'>]: string | null } = {
  'payment-password.changed': 'security.password-changed',
  'payment-pin.set': 'security.pin-set',
  'payment-device.added': 'security.new-device',
  'payment-proof-key.changed': 'security.proof-key-changed',
  'payment-credential.locked': 'security.credential-locked',
  'signing-method.created': 'security.signing-method-created',
  'signing-method.replaced': 'security.signing-method-replaced',
  'signing-method.removed': 'security.signing-method-removed',
  'signing-method.locked': 'security.credential-locked',
  'device.trusted': 'security.device-trusted',
  'device.revoked': 'security.device-revoked',
  'face.enrolled': 'security.face-enrolled',
  'face.removed': 'security.face-removed',
  'wallet.exported': 'security.wallet-exported',
  'did.updated': 'security.did-changed',
  'user.unlocked': 'security.unlocked',
  // Nobody can be notified yet, or any more.
  'user.created': null,
  'user.archived': null,
  'user.contact-verified': null,
  'user.erased': null,
  // No credentials.
  'user.updated': null,
  'wallet.created': null,
  'wallet.imported': null,
  'wallet.updated': null,
  'wallet.linked': null,
  'transaction.created': null,
  'transaction.mined': null,
  'transaction.failed': null,
  'transaction.rejected': null,
  'transaction.replaced': null,
  'transfer.received': null,
  'session.verified': null,
  'session.failed': null,
  'session.consent-given': null,
  'application.submitted': null,
  'application.withdrawn': null,
  'application.message-posted': null,
  'application.payment-reported': null,
  'application.in-review': null,
  'application.returned': null,
  'application.approved': null,
  'application.rejected': null,
  'did.created': null,
  'did.deleted': null,
  'vault.created': null,
  'payment.requested': null,
  'payment.claimed': null,
  'payment.confirmed': null,
  'payment.completed': null,
  'payment.expired': null,
  'payment.cancelled': null,
  'payment-wallet.created': null,
  'deposit.created': null,
  'deposit.completed': null,
  'deposit.failed': null,
  'withdrawal.created': null,
  'withdrawal.completed': null,
  'withdrawal.failed': null,
  'subscription.added': null,
  'subscription.renewed': null,
  'subscription.deactivated': null,
  // Credentials of the host's machines, which only the host itself changes.
  'service-key.created': null,
  'service-key.revoked': null,
  'service-key.reset': null,
  'licence.created': null,
  'licence.revoked': null,
  'webhook.disabled': null,
}

async function userWithWallet(setup: EventHost) {
  const user = await setup.callCustody('POST', '/api/users', { signingMethod: { type: 'PIN', value: pin } })
  const wallet = { secretType: 'ETHEREUM', userId: user.id, pincode: pin }
  const { id: walletId } = await setup.callCustody('POST', '/api/wallets', wallet)
  return { userId: user.id, walletId, byPin: { 'signing-method': `${user.signingMethods[0].id}:${pin}` } }
}

/** Triggers of users, where those of the catalogue are of a wallet or a DID without one. */
const userTriggers: { readonly [Type in keyof EventCatalogue]?: EventTrigger } = {
  'signing-method.locked': async (setup) => {
    const { userId, walletId } = await userWithWallet(setup)
    const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data: 'x' }
    const guess = () =>
      setup
        .callCustody('POST', '/api/signatures', { pincode: '000000', signatureRequest, userId })
        .catch(() => undefined)
    return () => Promise.all(Array.from({ length: 12 }, guess))
  },
  'wallet.exported': async (setup) => {
    const { walletId } = await userWithWallet(setup)
    const body = { type: 'PRIVATE_KEY', pincode: pin }
    return () => setup.callCustody('POST', `/api/wallets/${walletId}/export`, body)
  },
  'did.updated': async (setup) => {
    const { userId, byPin } = await userWithWallet(setup)
    const client = inMemoryDriver(setup.billfold.dids, { retainRawBody: true })
    const dids = createDidClient(client, () => setup.authorization)
    const walletConfig = { didMethod: 'spherity', txsInput: [{ delegate: {} }] }
    return () => dids.call('POST', '/wallet', { wallet: { userId }, walletConfig }, byPin)
  },
}

const triggers: Readonly<Record<string, EventTrigger>> = {
  ...custodyTriggers,
  ...authenticationTriggers,
  ...onboardingAndDidTriggers,
  ...paymentTriggers,
  ...userTriggers,
}

/** Topics of the messages in a batch. */
function topicsIn({ writes }: Batch): readonly unknown[] {
  return writes.flatMap((write) =>
    write.kind === 'insert' && write.table.name === 'outbox' ? [write.row['topic']] : [],
  )
}

const types = eventTypes.filter((type) => type !== 'webhook.pinged')

describe.each(types.filter((type) => noticeOf[type] !== null))('%s', (type) => {
  it('tells the user by one message, in the commit of the change', async () => {
    const setup = await createEventHost()
    const trigger = triggers[type] ?? expect.fail(`no trigger for ${type}`)
    const run = await trigger(setup)
    const before = setup.storage.batchesWith(type).length
    await run()
    const batches = setup.storage.batchesWith(type).slice(before)
    expect(batches.map((batch) => topicsIn(batch).filter((topic) => topic === noticeOf[type]))).toEqual([
      [noticeOf[type]],
    ])
  })
})

/** Tables that hold what users authenticate with. A commit that adds, replaces or removes such a row tells the user. */
const credentialTables: Readonly<Record<string, string>> = {
  signing_methods: 'version',
  devices: 'thumbprint',
  face_people: 'version',
  payment_credentials: 'version',
}

/** Tables with a key, a hash or a template that are no credentials of users, or whose changes the first test covers. */
const otherTables: Readonly<Record<string, string>> = {
  blind_index_secrets: 'a secret of the host',
  system_keys: 'keys of the host',
  audit_links: 'hashes of the audit log',
  webhook_endpoints: 'secrets of the host',
  face_templates: 'written with face_people',
  face_galleries: 'numbers',
  service_keys: 'credentials of machines',
  licences: 'credentials of relying parties',
  encryption_keys: 'keys of the host',
  auth_sessions: 'ends within minutes',
  contact_codes: 'hashes of codes that end within minutes',
  face_presented_frames: 'hashes of frames of accepted faces',
  wallets: 'keys that a signing method opens',
  transactions: 'hashes of transactions',
  transaction_replacements: 'hashes of transactions',
  saved_requests: 'a digest of the request; signing it takes a signing method',
  did_wallets: 'covered by did.updated',
  did_update_steps: 'hashes of transactions',
  files: 'keys of files',
  applications: 'no credential',
  payment_profiles: 'covered by payment-proof-key.changed',
  payment_wallets: 'hashes of wallets',
  payments: 'the key of the profile',
  reference_claims: 'hashes of requests',
  transfer_cursors: 'numbers of blocks',
  payment_api_keys: 'covered by payment-device.added; a known device gets a new key without a message',
}

const keyColumn = /phc|thumbprint|template|key|secret|hash|password/i
const noKey = /KeyId$|^keyId$|destroyKeyAt|^idempotency/

it('every table with a key, a hash or a template is known as a credential or not', async () => {
  const { billfold } = await createEventHost()
  const unknown = billfold.tables
    .filter(({ columns }) => Object.keys(columns).some((name) => keyColumn.test(name) && !noKey.test(name)))
    .map(({ name }) => name)
    .filter((name) => !(name in credentialTables) && !(name in otherTables))
  expect(unknown).toEqual([])
})

/** Returns true if a batch changes a credential of a user who existed before, and still does. */
function changesCredential({ writes }: Batch): boolean {
  const creates = writes.some(({ kind, table }) => kind === 'insert' && table.name === 'users')
  const ending = new Set<unknown>(['user.erased', 'user.archived'])
  const ends = writes.some((write) => write.kind === 'insert' && ending.has(write.row['action']))
  // A standalone wallet that is linked to a user loses its own PIN.
  const links = writes.some(({ kind, table }) => kind === 'remove' && table.name === 'master_secrets')
  return !creates && !ends && !links && writes.some(isCredentialChange)
}

function isCredentialChange(write: Batch['writes'][number]): boolean {
  const column = credentialTables[write.table.name]
  if (column === undefined || write.kind === 'check') return false
  if (write.kind === 'insert') return write.row['ownerKind'] !== 'wallet'
  if (write.kind === 'remove') return true
  return column in (write.set ?? {}) || column in (write.add ?? {})
}

it.each(types)('%s and what leads to it changes no credential without a message', async (type) => {
  const setup = await createEventHost()
  const run = await (triggers[type] ?? expect.fail(`no trigger for ${type}`))(setup)
  await run()
  const silent = setup.storage
    .batches()
    .filter((batch) => changesCredential(batch) && !topicsIn(batch).some(isSecurity))
  expect(silent.map(({ writes }) => writes.map(({ kind, table }) => `${kind} ${table.name}`))).toEqual([])
})

function isSecurity(topic: unknown): boolean {
  return typeof topic === 'string' && topic.startsWith('security.')
}
