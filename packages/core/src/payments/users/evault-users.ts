import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { z } from 'zod'
import { type EncryptionContext, open, seal } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { batch, insert, isCommitError, remove, type RowOf } from '../../kernel/storage/index.ts'
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
  const emailIndex = await computeEmailIndex(services, tenant, person.email)
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

/** An evault user as stored: all fields by name, among them `email`. */
export interface EvaultUser {
  readonly id: string
  /** ISO 8601, in UTC. */
  readonly createdAt: string
  readonly fields: Readonly<Record<string, string>>
}

/** Selects an evault user: by id, or by email address in any spelling. */
export type EvaultUserSelector = { readonly id: string } | { readonly email: string }

/** Finds an evault user, as the answer to a request for access (GDPR article 15); undefined if there is none. The access is audited. */
export async function findEvaultUser(
  services: Services,
  actor: Actor,
  selector: EvaultUserSelector,
): Promise<EvaultUser | undefined> {
  const row = await findRow(services, actor.tenant, selector)
  if (row === undefined) return undefined
  const plain = await open(services.keyring, row.sealedFields, encryptionContext(row))
  const fields = fieldsShape.parse(JSON.parse(new TextDecoder().decode(plain)))
  await services.storage.commit(batch(auditWrite(actor, 'payments.evault-user-read', row.id, services.now())))
  return { id: row.id, createdAt: new Date(row.createdAt).toISOString(), fields }
}

/**
 * Erases an evault user (GDPR article 17). The audit log retains the id.
 * @throws BillfoldError `user.not-found`
 */
export async function eraseEvaultUser(services: Services, actor: Actor, selector: EvaultUserSelector): Promise<void> {
  const row = await findRow(services, actor.tenant, selector)
  if (row === undefined) throw new BillfoldError('user.not-found')
  try {
    await services.storage.commit(
      batch(
        remove(evaultUsers, { where: { id: row.id, tenant: row.tenant } }),
        auditWrite(actor, 'payments.evault-user-erased', row.id, services.now()),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('user.not-found', { cause: error })
    throw error
  }
}

const fieldsShape = z.record(z.string(), z.string())

async function findRow(
  services: Services,
  tenant: string,
  selector: EvaultUserSelector,
): Promise<RowOf<typeof evaultUsers> | undefined> {
  const where =
    'id' in selector
      ? { tenant, id: selector.id }
      : { tenant, emailIndex: await computeEmailIndex(services, tenant, selector.email) }
  const [row] = await services.storage.find(evaultUsers, { where, limit: 1 })
  return row
}

function computeEmailIndex({ blindIndex }: Services, tenant: string, email: string): Promise<string> {
  return blindIndex.hash('payments:evault', tenant, normalizeIdentifier('email', email))
}

function encryptionContext({ tenant, id }: { readonly tenant: string; readonly id: string }): EncryptionContext {
  return { tenant, table: evaultUsers.name, row: id, field: 'sealed' }
}

/** The column that key rotation re-encrypts. */
export const sealedEvaultUsers = sealedColumn(evaultUsers, 'sealedFields', encryptionContext)
