import { z } from 'zod'

/** The definition of an event type: its version, description and the schema of its `data`. */
export interface EventDefinition<Data extends z.ZodType = z.ZodType> {
  /** Increased when a field is removed or changes its meaning. New fields do not change the version. */
  readonly version: number
  readonly description: string
  readonly data: Data
}

const id = z.string().min(1).max(128)
const userId = id
const owned = { methodId: id, ownerId: id, type: z.string().max(64) }
const wallet = { walletId: id, userId: id.nullable(), secretType: z.string().max(32) }
const transaction = { transactionId: id, walletId: id, secretType: z.string().max(32), hash: z.string().max(128) }
const session = {
  sessionId: id,
  community: id,
  purpose: z.string().max(32),
  userId: id.nullable(),
}
const application = { applicationId: id, templateId: z.union([z.string(), z.number()]) }
const identity = { didWalletId: id, did: z.string().max(512), userId: id.nullable() }
const payment = { paymentId: id, senderId: id, receiverId: id.nullable() }
const funding = { transactionId: id, userId }
const failedFunding = { ...funding, outcome: z.enum(['FAILED', 'CANCELLED']) }

function define<Shape extends z.ZodRawShape>(description: string, shape: Shape): EventDefinition<z.ZodObject<Shape>> {
  return { version: 1, description, data: z.object(shape) }
}

const kinds = {
  'user.created': define('A user was created: by the custody API, by a wallet login, or by registering for payments.', {
    userId,
    by: z.enum(['custody', 'wallet', 'registration']),
  }),
  'user.updated': define('The reference or the profile of a user was updated.', {
    userId,
    change: z.enum(['reference', 'profile']),
  }),
  'user.archived': define('A user was archived. Their wallets and signing methods can no longer be used.', { userId }),
  'user.erased': define('The personal data of a user was erased; only the id remains.', { userId }),
  'signing-method.created': define(
    'A signing method was created. Its owner is a user, or a standalone wallet with its own PIN.',
    owned,
  ),
  'signing-method.replaced': define('The value of a signing method was replaced.', owned),
  'signing-method.removed': define('A signing method was deleted.', owned),
  'signing-method.locked': define(
    'A signing method was locked after too many failed attempts. It stays locked until it is replaced.',
    owned,
  ),
  'wallet.created': define('A wallet was created. A wallet without a user has its own PIN.', wallet),
  'wallet.imported': define('A wallet was created from an imported key.', wallet),
  'wallet.exported': define('The private key of a wallet was exported.', {
    ...wallet,
    type: z.enum(['KEYSTORE', 'PRIVATE_KEY']),
  }),
  'wallet.updated': define('The description, archive flag or primary flag of a wallet was updated.', {
    ...wallet,
    archived: z.boolean(),
    primary: z.boolean(),
  }),
  'wallet.linked': define('A wallet without a user was assigned to a user.', wallet),
  'transaction.created': define('A transaction was signed and is being broadcast.', transaction),
  'transaction.mined': define(
    'A transaction is final on chain, possibly under the hash of a fee-bumped replacement.',
    transaction,
  ),
  'transaction.failed': define('A transaction is final on chain, but its execution failed.', transaction),
  'transaction.rejected': define('A node rejected a transaction; it is not rebroadcast.', transaction),
  'transaction.replaced': define('The nonce of a transaction was used by another transaction.', transaction),
  'session.verified': define('An authentication session succeeded.', session),
  'session.failed': define('An authentication session failed; `failure` is the reason.', {
    ...session,
    failure: z.string().max(64).nullable(),
  }),
  'face.enrolled': define('A face was enrolled for a user in a community.', { userId, community: id }),
  'face.removed': define('The face of a user was deleted from a community.', { userId, community: id }),
  'device.trusted': define('A device was trusted by a user.', { userId, deviceId: id }),
  'device.revoked': define('The trust in a device was revoked: it was removed, or replaced by a newer one.', {
    userId,
    deviceId: id,
  }),
  'application.submitted': define('An application was submitted.', application),
  'application.in-review': define('The review of an application started.', application),
  'application.returned': define('An application was returned for changes.', application),
  'application.approved': define('An application was approved.', application),
  'application.rejected': define('An application was rejected.', application),
  'did.created': define('A DID wallet was created.', identity),
  'did.updated': define('A change of a DID was recorded in its registry: a service, a delegate, or the owner.', {
    ...identity,
    change: z.enum(['service', 'delegate', 'owner']),
  }),
  'did.deleted': define('A DID wallet was deleted with its key.', identity),
  'vault.created': define('A vault for DID wallets was created.', {
    vaultId: id,
    kind: z.string().max(32),
    userId: id.nullable(),
  }),
  'payment.requested': define(
    'A payment was created, and its amount put on hold. If `receiverId` is null, the receiver was invited.',
    payment,
  ),
  'payment.claimed': define('An invited receiver registered and claimed a payment.', payment),
  'payment.confirmed': define('A party confirmed a payment; the other party has yet to confirm.', {
    ...payment,
    by: z.enum(['sender', 'receiver']),
  }),
  'payment.completed': define('Every required party confirmed a payment, and the money was transferred.', payment),
  'payment.expired': define('A payment was not confirmed in time, and its hold was released.', payment),
  'payment.cancelled': define('A payment was cancelled, and its hold was released.', payment),
  'payment-wallet.created': define('A payment wallet was created for a user.', { userId }),
  'deposit.created': define('A deposit through a payment gateway was created.', funding),
  'deposit.completed': define(
    'A deposit was credited. A deposit that a gateway credits immediately has no `deposit.created` event.',
    funding,
  ),
  'deposit.failed': define('A deposit failed or was cancelled.', failedFunding),
  'withdrawal.created': define(
    'A withdrawal through a payment gateway was created, and its amount put on hold.',
    funding,
  ),
  'withdrawal.completed': define('A withdrawal was paid out.', funding),
  'withdrawal.failed': define('A withdrawal failed or was cancelled, and its hold was released.', failedFunding),
  'subscription.added': define('A subscription was added.', { userId }),
  'subscription.renewed': define('A subscription was renewed.', { userId }),
  'subscription.deactivated': define('A subscription was deactivated.', { userId }),
  'licence.created': define('A licence of the authentication API was created.', {
    licenceId: id,
    authLevel: z.enum(['standard', 'system']),
  }),
  'licence.revoked': define('A licence was revoked.', { licenceId: id }),
  'service-key.created': define('A service key was created.', { keyId: id }),
  'service-key.revoked': define('A service key was revoked.', { keyId: id }),
  'service-key.reset': define('A service key was replaced by a successor.', { keyId: id, successorId: id }),
  'webhook.pinged': define('A test event, sent to one endpoint only.', {
    endpointId: id,
  }),
  'webhook.disabled': define(
    'A webhook endpoint was disabled: manually, after too many failures, or because it answered 410 Gone.',
    {
      endpointId: id,
      reason: z.enum(['manual', 'failing', 'gone']),
    },
  ),
} as const satisfies Readonly<Record<string, EventDefinition>>

type Kinds = typeof kinds

/**
 * The type of {@link eventCatalogue}, as an interface so that declaration files of hosts need not expand what zod
 * infers.
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- as said above
export interface EventCatalogue extends Kinds {}

/**
 * All event types of Billfold, by name. An event is written in the commit of the action that it reports. Its data
 * contains ids and short words only: a subscriber that needs more queries the API with its own permissions.
 */
export const eventCatalogue: EventCatalogue = kinds
