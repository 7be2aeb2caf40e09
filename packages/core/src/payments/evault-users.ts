import { type Actor, auditRecord } from '../audit/record.ts'
import { type Place, seal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError } from '../storage/index.ts'
import { oneForm } from '../users/identifier-forms.ts'
import { evaultUsers } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** An evault user: the email, and further fields by name. */
export interface EvaultPerson {
  readonly email: string
  readonly fields: Readonly<Record<string, string>>
}

/**
 * Stores an evault user with all fields sealed. An evault user has no credentials and is not a Billfold user.
 * @returns the id
 * @throws BillfoldError `user.exists` if the email is taken, `input.invalid`
 */
export async function addEvaultUser(services: Services, actor: Actor, person: EvaultPerson): Promise<string> {
  const { tenant } = actor
  const id = newId()
  const createdAt = services.now()
  const emailLookup = await services.lookups.hash('payments:evault', tenant, oneForm('email', person.email))
  const plain = new TextEncoder().encode(JSON.stringify({ ...person.fields, email: person.email }))
  const sealed = await seal(services.keyring, plain, encryptionContext({ tenant, id }))
  try {
    await services.storage.commit(
      batch(
        insert(evaultUsers, { id, tenant, emailLookup, sealed, createdAt }),
        auditRecord(actor, 'payments.evault-user-added', id, createdAt),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('user.exists', { cause: error })
    throw error
  }
  return id
}

function encryptionContext({ tenant, id }: { readonly tenant: string; readonly id: string }): Place {
  return { tenant, table: evaultUsers.name, row: id, field: 'sealed' }
}

/** The column that key rotation re-encrypts. */
export const sealedEvaultUsers = sealedColumn(evaultUsers, 'sealed', encryptionContext)
