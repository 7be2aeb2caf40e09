import { z } from 'zod'
import { defineEvent, eventId } from '../platform/events/define-event.ts'

const didWallet = { didWalletId: eventId, did: z.string().max(512), userId: eventId.nullable() }

/** The events of DIDs. */
export const didEvents = {
  'did.created': defineEvent('A DID wallet was created.', didWallet),
  'did.updated': defineEvent('A change of a DID was recorded in its registry: a service, a delegate, or the owner.', {
    ...didWallet,
    change: z.enum(['service', 'delegate', 'owner']),
  }),
  'did.deleted': defineEvent('A DID wallet was deleted with its key.', didWallet),
  'vault.created': defineEvent('A vault for DID wallets was created.', {
    vaultId: eventId,
    kind: z.string().max(32),
    userId: eventId.nullable(),
  }),
}

/** The type of the declarations above, which is merged into that of all modules. */
export type DidEvents = typeof didEvents

declare module '../platform/events/event.ts' {
  interface ModuleEvents extends DidEvents {}
}
