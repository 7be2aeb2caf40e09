/**
 * Every act that the audit trail records, and what it means. The subject of a record is the id of what the act was done to:
 * what the name begins with, unless it is said otherwise here.
 */
export const acts = {
  'user.created': 'A user was made',
  'user.referred': 'The reference of a user was changed',
  'user.archived': 'A user was archived, with all wallets',
  'user.erased': 'Everything that was known of a user was forgotten',
  'user.logged-in': 'A login ticket was redeemed',

  'signing-method.created': 'A user, or a wallet without one, got a signing method',
  'signing-method.replaced': 'The value of a signing method was replaced',
  'signing-method.removed': 'A signing method was removed',
  'signing-method.refused': 'A signing method was tried with a wrong value, or while it was locked',
  'signing-method.face-passed': 'The right face was shown for a signing method',

  'wallet.created': 'A wallet was made',
  'wallet.imported': 'A wallet was imported',
  'wallet.changed': 'The description, the identifier, the archiving or the place of a wallet was changed',
  'wallet.linked': 'A wallet was given to a user',
  'wallet.exported': 'The private key of a wallet was handed out in a keystore',
  'wallet.signed': 'A wallet signed a message or typed data',
  'wallet.logged-in': 'A wallet proved its key; the subject is a keyed hash of the public key',
  'wallet.erased': 'What a wallet had sent was forgotten; the subject is a keyed hash of the public key',
  'transaction.signed': 'A wallet signed a transaction; the subject is the wallet',
  'transaction.repriced': 'A transaction was sent again at a higher fee; the subject is the wallet',

  'vault.created': 'A vault for DID wallets was made',
  'identity.created': 'A DID wallet was made',
  'identity.renamed': 'The alias of a DID wallet was changed',
  'identity.deleted': 'A DID wallet was deleted, with its key',
  'identity.configuration-begun': 'A run of changes to the entry of a DID was begun',
  'identity.configuration-done': 'A run of changes to the entry of a DID was done',
  'identity.configuration-stopped': 'A run of changes to the entry of a DID stopped; a repeat goes on',
  'identity.did-auth-signed': 'A DID wallet signed for the DID API',
  'did.changed': 'An entry of the embedded registry changed; the subject is the address',
  'did.change-signed': 'A change to an entry on a chain was signed; the subject is the address',

  'service-key.created': 'A service key was made',
  'service-key.reset': 'A service key was replaced by another',
  'service-key.revoked': 'A service key was ended',
  'idempotency-key.guessed':
    'So many other requests came under an idempotency key that its reply was dropped; the subject is a keyed hash of the key',
  'licence.created': 'A licence was made',
  'licence.revoked': 'A licence was ended',
  'system-key.created': 'The key pair that callers encrypt to was made',

  'verification-configuration.created': 'A verification configuration was made',
  'verification-configuration.removed': 'A verification configuration was removed',
  'session.created': 'An authentication session was made',
  'session.adopted': 'A session of another service was taken over',
  'session.opened': 'A session was opened in a browser or an app',
  'session.device-info': 'A relying party read what a device said of itself',
  'session.face-refused': 'A face was shown to a session and not accepted',
  'session.face-verified': 'The right face was shown to a session',
  'session.pin-refused': 'A wrong PIN was sent to a session',
  'session.succeeded': 'A session ended with success',
  'session.failed': 'A session ended without success',
  'face.enrolled': 'A face was enrolled; the subject is the user',
  'face.removed': 'A face was removed; the subject is the user',
  'face.identified': 'A face was recognised among those of a community; the subject is the user',
  'device.trusted': 'A device became a trusted one; the subject is the user',
  'device.revoked': 'A trusted device lost its trust; the subject is the user',

  'application.submitted': 'An application was submitted',
  'application.moved': 'An application was moved to another state',

  'payments.registered': 'A user of the payments API registered; the subject is the user, as of all acts of `payments`',
  'payments.logged-in': 'A user logged in with the password',
  'payments.password-changed': 'A password was changed',
  'payments.secret-refused': 'A password or a lock PIN was wrong, or locked',
  'payments.pin-set': 'A lock PIN was set',
  'payments.m3-shown': 'The server part of a lock PIN was handed to its owner’s payment',
  'payments.profile-updated': 'A profile was changed',
  'payments.wallet-created': 'A payment wallet was made',
  'payments.evault-user-added': 'A person of an evault was added; the subject is their id',
  'payments.transaction-created': 'A deposit or a withdrawal was begun; the subject is its id',
  'payments.transaction-ended': 'A deposit or a withdrawal ended; the subject is its id',
  'payment.opened': 'A payment was opened',
  'payment.taken': 'A payment was given to somebody who had been invited to it',
  'payment.confirmed': 'One side confirmed a payment',
  'payment.completed': 'The second side confirmed a payment, and the money moved',
  'payment.cancelled': 'A payment was cancelled, and the money went back',
  'payment.expired': 'A payment expired, and the money went back',
  'ledger.transferred': 'The host moved money on the ledger',
  'ledger.held': 'The host put money on hold',
  'ledger.captured': 'The host moved money that was on hold',
  'ledger.released': 'The host gave money on hold back',
  'subscription.added': 'A user got a paid plan; the subject is the user',
  'subscription.renewed': 'A paid plan was renewed; the subject is the user',
  'subscription.deactivated': 'A paid plan was ended; the subject is the user',

  'webhook.created': 'An endpoint of webhooks was made',
  'webhook.secret-rotated': 'An endpoint of webhooks got a new secret',
  'webhook.disabled': 'An endpoint of webhooks was disabled, by hand or because it failed',
  'webhook.enabled': 'An endpoint of webhooks was enabled again',
  'webhook.deleted': 'An endpoint of webhooks was deleted',

  'keys.re-sealed': 'Sealed values were sealed again under the newest key, which is the subject',
  'audit.pruned': 'Old records were removed from the audit trail; the subject is the last link whose records went',
} as const satisfies Readonly<Record<string, string>>

/** The name of an act: stable, for filters and alarms. */
export type Act = keyof typeof acts

/** Whether a word is the name of an act. */
export function isAct(word: string): word is Act {
  return Object.hasOwn(acts, word)
}
