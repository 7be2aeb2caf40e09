import { type Actor, auditRecord } from '../audit/record.ts'
import type { MethodSettings } from '../credentials/method-types.ts'
import { firstMethod, type MethodInput } from '../credentials/methods.ts'
import type { CredentialRow } from '../credentials/sealing.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, insert, type RowOf } from '../storage/index.ts'
import { users } from './table.ts'

/** A row of the users table. */
export type UserRow = RowOf<typeof users>

/** Input for a new user. */
export interface UserInput {
  /** The host's own identifier of the user, at most 256 characters; need not be unique. */
  readonly reference?: string | undefined
  /** The first signing method, which must be a PIN. */
  readonly signingMethod?: MethodInput | undefined
}

/**
 * Creates a user and, if the input has one, the user's first signing method, in one commit.
 * @throws BillfoldError `signing-method.pin-first`, `signing-method.value-invalid`
 */
export async function createUser(
  services: Services,
  settings: MethodSettings,
  actor: Actor,
  input: UserInput,
): Promise<{ readonly user: UserRow; readonly methods: readonly CredentialRow[] }> {
  const { tenant } = actor
  const user: UserRow = {
    id: newId(),
    tenant,
    reference: input.reference ?? null,
    createdAt: services.now(),
    archivedAt: null,
  }
  const owner = { tenant, ownerId: user.id, ownerKind: 'user' as const }
  const first =
    input.signingMethod === undefined
      ? undefined
      : await firstMethod(services, settings, actor, owner, input.signingMethod)
  await services.storage.commit(
    batch(
      insert(users, user),
      ...(first?.writes ?? []),
      auditRecord(actor, 'user.created', user.id, user.createdAt),
      ...eventWrites(services, tenant, 'user.created', { userId: user.id, by: 'custody' }),
    ),
  )
  return { user, methods: first === undefined ? [] : [first.row] }
}
