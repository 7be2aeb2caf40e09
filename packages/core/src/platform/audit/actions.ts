/**
 * All audit actions, with their descriptions. The subject of an entry is the id of the object that the action name
 * starts with, unless the description says otherwise.
 */
export const auditActions = {
  'user.created': 'A user was created',
  'user.reference-changed': 'The reference of a user was changed',
  'user.archived': 'A user was archived with all wallets',
  'user.erased': 'The personal data of a user was erased',
  'user.logged-in': 'A login ticket was redeemed',

  'signing-method.created': 'A signing method was created for a user or a standalone wallet',
  'signing-method.replaced': 'The value of a signing method was replaced',
  'signing-method.removed': 'A signing method was deleted',
  'signing-method.verification-failed': 'A signing method was used with a wrong value, or while it was locked',
  'signing-method.face-verified': 'The face check of a signing method succeeded',

  'wallet.created': 'A wallet was created',
  'wallet.imported': 'A wallet was imported',
  'wallet.updated': 'The description, identifier, archive flag or primary flag of a wallet was changed',
  'wallet.linked': 'A wallet was assigned to a user',
  'wallet.exported': 'The private key of a wallet was exported as a keystore',
  'wallet.signed': 'A wallet signed a message or typed data',
  'wallet.logged-in': 'A login with a wallet signature succeeded; the subject is a keyed hash of the public key',
  'wallet.erased': 'Data submitted with a wallet was erased; the subject is a keyed hash of the public key',
  'transaction.signed': 'A wallet signed a transaction; the subject is the wallet',
  'transaction.fee-bumped': 'A transaction was rebroadcast with a higher fee; the subject is the wallet',

  'vault.created': 'A vault for DID wallets was created',
  'did-wallet.created': 'A DID wallet was created',
  'did-wallet.renamed': 'The alias of a DID wallet was changed',
  'did-wallet.deleted': 'A DID wallet was deleted with its key',
  'did-wallet.update-started': 'A DID update was started',
  'did-wallet.update-done': 'A DID update was completed',
  'did-wallet.update-stopped': 'A DID update stopped after a failed step; it can be resumed',
  'did-wallet.did-auth-signed': 'A DID wallet signed a DID-Auth token',
  'did.updated': 'An entry of the embedded registry was changed; the subject is the address',
  'did.change-signed': 'A change to an on-chain registry was signed; the subject is the address',

  'service-key.created': 'A service key was created',
  'service-key.reset': 'A service key was replaced by a successor',
  'service-key.revoked': 'A service key was revoked',
  'licence.created': 'A licence was created',
  'licence.revoked': 'A licence was revoked',
  'system-key.created': 'The key pair that callers encrypt to was created',

  'verification-configuration.created': 'A verification configuration was created',
  'verification-configuration.removed': 'A verification configuration was deleted',
  'session.created': 'An authentication session was created',
  'session.imported': 'A session of another service was imported',
  'session.started': 'A session was started in a browser or an app',
  'session.device-info-read': 'A relying party read the device information of a session',
  'session.face-rejected': 'A face submitted to a session was not accepted',
  'session.face-verified': 'A face submitted to a session matched',
  'session.pin-rejected': 'A wrong PIN was submitted to a session',
  'session.succeeded': 'A session succeeded',
  'session.failed': 'A session failed',
  'face.enrolled': 'A face was enrolled; the subject is the user',
  'face.removed': 'A face was deleted; the subject is the user',
  'face.identified': 'A face was identified among the enrolled faces of a community; the subject is the user',
  'device.trusted': 'A device was trusted; the subject is the user',
  'device.revoked': 'The trust in a device was revoked; the subject is the user',

  'application.submitted': 'An application was submitted',
  'application.status-changed': 'The status of an application was changed',

  'payments.registered':
    'A user of the payments API registered; the subject is the user, as for all `payments` actions',
  'payments.logged-in': 'A user logged in with the password',
  'payments.password-changed': 'A password was changed',
  'payments.credential-rejected': 'A password or lock PIN was wrong or locked',
  'payments.pin-set': 'A lock PIN was set',
  'payments.m3-disclosed': 'The server share (M3) of a lock PIN was disclosed for a payment of its owner',
  'payments.profile-updated': 'A profile was updated',
  'payments.wallet-created': 'A payment wallet was created',
  'payments.evault-user-added': 'A user was added to an evault; the subject is the user id in the evault',
  'payments.transaction-created': 'A deposit or withdrawal was created; the subject is its id',
  'payments.transaction-ended': 'A deposit or withdrawal ended; the subject is its id',
  'payment.created': 'A payment was created',
  'payment.claimed': 'A payment was claimed by an invited receiver',
  'payment.confirmed': 'A party confirmed a payment',
  'payment.completed': 'The last required party confirmed a payment, and the money was transferred',
  'payment.cancelled': 'A payment was cancelled, and its hold was released',
  'payment.expired': 'A payment expired, and its hold was released',
  'ledger.transferred': 'The host transferred money on the ledger',
  'ledger.held': 'The host placed a hold',
  'ledger.captured': 'The host captured a hold',
  'ledger.released': 'The host released a hold',
  'subscription.added': 'A subscription was added; the subject is the user',
  'subscription.renewed': 'A subscription was renewed; the subject is the user',
  'subscription.deactivated': 'A subscription was deactivated; the subject is the user',

  'webhook.created': 'A webhook endpoint was created',
  'webhook.secret-rotated': 'The secret of a webhook endpoint was rotated',
  'webhook.disabled': 'A webhook endpoint was disabled, manually or after failures',
  'webhook.enabled': 'A webhook endpoint was enabled',
  'webhook.deleted': 'A webhook endpoint was deleted',

  'keys.reencrypted': 'Sealed values were re-encrypted under the current key, which is the subject',
  'audit.pruned': 'Old audit records were deleted; the subject is the last link whose records were deleted',
} as const satisfies Readonly<Record<string, string>>

/** The name of an audit action. Names are stable, so that filters and alerts can rely on them. */
export type AuditAction = keyof typeof auditActions

/** Returns true if the text is the name of an audit action. */
export function isAuditAction(text: string): text is AuditAction {
  return Object.hasOwn(auditActions, text)
}
