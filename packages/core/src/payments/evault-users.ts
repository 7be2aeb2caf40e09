import { type Actor, auditRecord } from '../audit/record.ts'
import { type Place, seal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError } from '../storage/index.ts'
import { oneForm } from '../users/identifier-forms.ts'
import { evaultUsers } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** A person of an evault: whatever is known, by field. */
export interface EvaultPerson {
  readonly email: string
  readonly fields: Readonly<Record<string, string>>
}

/**
 * Keeps a person of an evault, all of whose data is sealed. They have no credentials and are no user.
 * @returns the id
 * @throws BillfoldError `user.exists` for an email that is there already, `input.invalid`
 */
export async function addEvaultUser(services: Services, actor: Actor, person: EvaultPerson): Promise<string> {
  const { tenant } = actor
  const id = newId()
  const createdAt = services.now()
  const emailLookup = await services.lookups.hash('payments:evault', tenant, oneForm('email', person.email))
  const plain = new TextEncoder().encode(JSON.stringify({ ...person.fields, email: person.email }))
  const sealed = await seal(services.keyring, plain, place({ tenant, id }))
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

function place({ tenant, id }: { readonly tenant: string; readonly id: string }): Place {
  return { tenant, table: evaultUsers.name, row: id, field: 'sealed' }
}

/** What the keyring seals here. */
export const sealedEvaultUsers = sealedColumn(evaultUsers, 'sealed', place)
