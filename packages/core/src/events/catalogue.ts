import { z } from 'zod'

/** One kind of event: its version, what it tells, and the shape of its `data`. */
export interface EventKind<Data extends z.ZodType = z.ZodType> {
  /** Counted up when a field is taken away or means something else; new fields leave it as it is. */
  readonly version: number
  readonly text: string
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
const identity = { identityId: id, did: z.string().max(512), userId: id.nullable() }
const payment = { paymentId: id, senderId: id, receiverId: id.nullable() }
const funding = { transactionId: id, userId }
const failedFunding = { ...funding, outcome: z.enum(['FAILED', 'CANCELLED']) }

function kind<Shape extends z.ZodRawShape>(text: string, shape: Shape): EventKind<z.ZodObject<Shape>> {
  return { version: 1, text, data: z.object(shape) }
}

const kinds = {
  'user.created': kind('A user was made: by the custody API, by a wallet, or by registering for payments.', {
    userId,
    by: z.enum(['custody', 'wallet', 'registration']),
  }),
  'user.changed': kind('The reference of a user, or what a user says of themselves, was changed.', {
    userId,
    what: z.enum(['reference', 'profile']),
  }),
  'user.archived': kind('A user was archived: nothing of theirs can be used any more.', { userId }),
  'user.erased': kind('A person was forgotten; only the id is left.', { userId }),
  'signing-method.created': kind(
    'An owner has a further signing method. The owner is a user, or a wallet with a PIN of its own.',
    owned,
  ),
  'signing-method.replaced': kind('A signing method has a new value.', owned),
  'signing-method.removed': kind('A signing method was removed.', owned),
  'signing-method.locked': kind('Too many wrong values: a signing method is locked until it is replaced.', owned),
  'wallet.created': kind('A wallet was made. One without a user has a PIN of its own.', wallet),
  'wallet.imported': kind('A wallet was made with a key from elsewhere.', wallet),
  'wallet.exported': kind('The key of a wallet was handed out.', {
    ...wallet,
    type: z.enum(['KEYSTORE', 'PRIVATE_KEY']),
  }),
  'wallet.changed': kind('A wallet was archived, brought back, described anew, or made the primary one or not.', {
    ...wallet,
    archived: z.boolean(),
    primary: z.boolean(),
  }),
  'wallet.linked': kind('A wallet that nobody had was given to a user.', wallet),
  'transaction.created': kind('A transaction was signed and is on its way to the chain.', transaction),
  'transaction.mined': kind(
    'A transaction is in the chain for good, perhaps under the hash of a replacement at a higher fee.',
    transaction,
  ),
  'transaction.failed': kind('A transaction is in the chain for good, without its effect.', transaction),
  'transaction.refused': kind('A node refused a transaction; it is not sent again.', transaction),
  'transaction.replaced': kind('Something else has used the nonce of a transaction.', transaction),
  'session.verified': kind('An authentication session has succeeded.', session),
  'session.failed': kind('An authentication session has ended without success; `failure` says why in one word.', {
    ...session,
    failure: z.string().max(64).nullable(),
  }),
  'face.enrolled': kind('A face of a user was enrolled in a community.', { userId, community: id }),
  'face.removed': kind('The face of a user was removed from a community.', { userId, community: id }),
  'device.trusted': kind('A user trusts a further device.', { userId, deviceId: id }),
  'device.revoked': kind('A device is no longer trusted: it was removed, or a newer one took its place.', {
    userId,
    deviceId: id,
  }),
  'application.submitted': kind('An application was submitted.', application),
  'application.in-review': kind('An application is looked at.', application),
  'application.returned': kind('An application was returned for changes.', application),
  'application.approved': kind('An application was approved.', application),
  'application.rejected': kind('An application was rejected.', application),
  'did.created': kind('A DID wallet was made.', identity),
  'did.changed': kind('A change of the DID is in its registry: a service, a delegate, the owner.', {
    ...identity,
    change: z.enum(['service', 'delegate', 'owner']),
  }),
  'did.deleted': kind('A DID wallet was deleted, with its key.', identity),
  'vault.created': kind('A vault was made, which DID wallets come from.', {
    vaultId: id,
    kind: z.string().max(32),
    userId: id.nullable(),
  }),
  'payment.requested': kind(
    'A payment was opened, and its amount set aside. Without a receiver somebody is invited.',
    payment,
  ),
  'payment.taken': kind('Somebody who was invited has registered, and a payment is theirs.', payment),
  'payment.confirmed': kind('One party has confirmed a payment, which waits for the other.', {
    ...payment,
    by: z.enum(['sender', 'receiver']),
  }),
  'payment.completed': kind('A payment is confirmed by all who must, and the money has moved.', payment),
  'payment.expired': kind('A payment was not confirmed in time, and its sender has the money back.', payment),
  'payment.cancelled': kind('A payment was cancelled, and its sender has the money back.', payment),
  'payment-wallet.created': kind('A user of the payments API has a wallet.', { userId }),
  'deposit.created': kind('A payment gateway is to take money in for a user.', funding),
  'deposit.completed': kind(
    'A deposit has arrived; one that a gateway credits at once was never `deposit.created`.',
    funding,
  ),
  'deposit.failed': kind('A deposit has failed, or was cancelled.', failedFunding),
  'withdrawal.created': kind('A payment gateway is to pay money out to a user; the amount is set aside.', funding),
  'withdrawal.completed': kind('A withdrawal was paid out.', funding),
  'withdrawal.failed': kind('A withdrawal has failed, or was cancelled; the user has the money back.', failedFunding),
  'subscription.added': kind('A user has a subscription.', { userId }),
  'subscription.renewed': kind('The subscription of a user was renewed.', { userId }),
  'subscription.deactivated': kind('The subscription of a user was ended.', { userId }),
  'licence.created': kind('A licence of the authentication API was made.', {
    licenceId: id,
    authLevel: z.enum(['standard', 'system']),
  }),
  'licence.revoked': kind('A licence was ended.', { licenceId: id }),
  'service-key.created': kind('A service key was made.', { keyId: id }),
  'service-key.revoked': kind('A service key was ended.', { keyId: id }),
  'service-key.reset': kind('A service key was ended, and another took its place.', { keyId: id, successorId: id }),
  'webhook.pinged': kind('Somebody wants to see whether an endpoint answers: it goes to that endpoint alone.', {
    endpointId: id,
  }),
  'webhook.disabled': kind(
    'An endpoint was disabled: by hand, because it kept failing, or because it said that it is gone.',
    {
      endpointId: id,
      because: z.enum(['asked', 'failing', 'gone']),
    },
  ),
} as const satisfies Readonly<Record<string, EventKind>>

type Kinds = typeof kinds

/** The type of {@link eventCatalogue}: a name, since the declarations of a host cannot say what zod infers. */
// oxlint-disable-next-line typescript/no-empty-object-type -- as said above
export interface EventCatalogue extends Kinds {}

/**
 * Every kind of event that Billfold tells of, by its name. An event is written in the commit of the act that it tells of.
 * Its data holds ids and plain words: who wants to know more asks the API, with the rights that this takes.
 */
export const eventCatalogue: EventCatalogue = kinds
