import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { type EncryptionContext, seal } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { batch, insert, isCommitError } from '../../kernel/storage/index.ts'
import { normalizeIdentifier } from '../../identity/users/normalize-identifier.ts'
import { evaultUsers } from '../tables.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** An evault user: the email, and further fields by name. */
export interface EvaultUserInput {
  readonly email: string
  readonly fields: Readonly<Record<string, string>>
}

/**
 * Stores an evault user with all fields sealed. An evault user has no credentials and is not a Billfold user.
 * @returns the id
 * @throws BillfoldError `user.exists` if the email is taken, `input.invalid`
 */
export async function createEvaultUser(services: Services, actor: Actor, person: EvaultUserInput): Promise<string> {
  const { tenant } = actor
  const id = newId()
  const createdAt = services.now()
  const emailIndex = await services.blindIndex.hash(
    'payments:evault',
    tenant,
    normalizeIdentifier('email', person.email),
  )
  const plain = new TextEncoder().encode(JSON.stringify({ ...person.fields, email: person.email }))
  const sealedFields = await seal(services.keyring, plain, encryptionContext({ tenant, id }))
  try {
    await services.storage.commit(
      batch(
        insert(evaultUsers, { id, tenant, emailIndex, sealedFields, createdAt }),
        auditWrite(actor, 'payments.evault-user-added', id, createdAt),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('user.exists', { cause: error })
    throw error
  }
  return id
}

function encryptionContext({ tenant, id }: { readonly tenant: string; readonly id: string }): EncryptionContext {
  return { tenant, table: evaultUsers.name, row: id, field: 'sealed' }
}

/** The column that key rotation re-encrypts. */
export const sealedEvaultUsers = sealedColumn(evaultUsers, 'sealedFields', encryptionContext)
