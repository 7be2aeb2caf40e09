import { outboxWrite } from '../../platform/outbox/index.ts'
import type { Services } from '../../platform/services.ts'
import { check, type Write } from '../../kernel/storage/index.ts'
import { identifiers } from '../users/identifier-table.ts'
import { listIdentifiers, openIdentifier } from '../users/identifiers.ts'

/** Topics of the messages that notify users of changes of their credentials, with what has happened. */
export const securityTopics = {
  'security.password-changed': 'The password was changed',
  'security.pin-set': 'The payment PIN was set or replaced',
  'security.new-device': 'Somebody logged in on a device that was not logged in before',
  'security.proof-key-changed': 'The key that proves the receipt of payments was set, replaced or removed',
  'security.signing-method-created': 'A signing method was created',
  'security.signing-method-replaced': 'The value of a signing method was replaced',
  'security.signing-method-removed': 'A signing method was deleted',
  'security.device-trusted': 'A device was trusted',
  'security.device-revoked': 'The trust in a device was revoked',
  'security.passkey-created': 'A passkey that signs in was registered',
  'security.passkey-removed': 'A passkey that signs in was removed',
  'security.passkey-cloned': 'A passkey was refused, because there may be a copy of its authenticator',
  'security.face-enrolled': 'A face was enrolled',
  'security.face-removed': 'A face was deleted',
  'security.wallet-exported': 'The private key of a wallet was exported',
  'security.did-changed': 'The owner or a delegate of a DID of the user was changed',
  'security.credential-locked': 'A password, PIN or signing method was locked after too many failed attempts',
  'security.unlocked': 'The service has reset the failed attempts of the account',
} as const

/** The topic of a message about a credential. */
export type SecurityTopic = keyof typeof securityTopics

/** A change of a credential of a user. */
export interface SecurityNotice {
  readonly tenant: string
  readonly topic: SecurityTopic
  readonly userId: string
  /** `wallet` if the id is that of a standalone wallet, which has no user to notify. */
  readonly ownerKind?: string
  /** Ids and names, no secrets. */
  readonly detail?: Readonly<Record<string, string>>
}

/**
 * Returns the writes that notify a user of a change of a credential, for the commit of that change. The payload has the
 * fields `userId`, `email` and `phone` (empty if unknown), `at`, and those of `detail`. Call it inside `retryOnConflict`: the writes include a
 * check that the user was not erased since the contact details were read, so that an erasure leaves no message behind.
 */
export async function securityNoticeWrites(
  services: Services,
  { tenant, topic, userId, ownerKind = 'user', detail = {} }: SecurityNotice,
): Promise<readonly Write[]> {
  if (ownerKind !== 'user') return []
  const rows = await listIdentifiers(services, userId)
  const openFirst = async (kind: string): Promise<string> => {
    const row = rows.find((candidate) => candidate.kind === kind)
    return row === undefined ? '' : openIdentifier(services, row)
  }
  const recipient = { userId, email: await openFirst('email'), phone: await openFirst('phone') }
  const payload = { ...recipient, at: services.now(), ...detail }
  return [
    // One is enough: an erasure deletes all of them.
    ...rows.slice(0, 1).map(({ id }) => check(identifiers, { where: { id } })),
    await outboxWrite(services, { tenant, topic, subject: userId, userId, payload }),
  ]
}
