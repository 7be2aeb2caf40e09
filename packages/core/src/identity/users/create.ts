import type { IdentityServices } from '../services.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import type { SigningMethodOptions } from '../signing-methods/method-types.ts'
import { prepareFirstMethod, type MethodInput } from '../signing-methods/methods.ts'
import type { SigningMethodRow } from '../signing-methods/sealing.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, insert, type RowOf } from '../../kernel/storage/index.ts'
import { users } from './table.ts'

/** A row of the users table. */
export type UserRow = RowOf<typeof users>

/** The origin of users that the custody API created. */
export const custodyOrigin = 'custody'

/** Input for a new user. */
export interface UserInput {
  /** The host's own identifier of the user, at most 256 characters; need not be unique. */
  readonly reference?: string | undefined
  /** The first signing method, which must be a PIN. */
  readonly signingMethod?: MethodInput | undefined
}

/**
 * Creates a user and, if the input has one, the user's first signing method, in one commit.
 * @throws BillfoldError `signing-method.pin-must-be-first`, `signing-method.invalid-value`
 */
export async function createUser(
  services: IdentityServices,
  settings: SigningMethodOptions,
  actor: Actor,
  input: UserInput,
): Promise<{ readonly user: UserRow; readonly methods: readonly SigningMethodRow[] }> {
  const { tenant } = actor
  const user: UserRow = {
    id: newId(),
    tenant,
    reference: input.reference ?? null,
    origin: custodyOrigin,
    createdAt: services.now(),
    archivedAt: null,
  }
  const owner = { tenant, ownerId: user.id, ownerKind: 'user' as const }
  const first =
    input.signingMethod === undefined
      ? undefined
      : await prepareFirstMethod(services, settings, actor, owner, input.signingMethod)
  await services.storage.commit(
    batch(
      insert(users, user),
      ...(first?.writes ?? []),
      auditWrite(actor, 'user.created', user.id, user.createdAt),
      ...eventWrites(services, tenant, 'user.created', { userId: user.id, by: 'custody' }),
    ),
  )
  return { user, methods: first === undefined ? [] : [first.row] }
}
