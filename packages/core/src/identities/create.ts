import { type Actor, auditRecord } from '../audit/record.ts'
import { decideFor } from '../credentials/decide-for.ts'
import type { OpenedMethod } from '../credentials/unlock.ts'
import { formatDid } from '../dids/did.ts'
import { registryFor } from '../dids/registry-for.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, decide, insert, isCommitError, type Write } from '../storage/index.ts'
import { findUser } from '../users/find.ts'
import { findVault } from '../vaults/find.ts'
import { type Authorise, type Holding, holdingOf } from '../vaults/holder.ts'
import { checkAlias } from './alias.ts'
import { type NewDidForm, readDidMethod } from '../vaults/did-method.ts'
import { type NewKey, plainKey, vaultKey } from './new-key.ts'
import type { IdentityRow } from './seal-key.ts'
import type { IdentitySettings } from './settings.ts'
import { identities } from './tables.ts'

/**
 * At most this many DID wallets a user: with all else that is sealed under the user's master secret they are sealed anew in
 * one batch, which holds 1,000 writes, when a signing method is replaced.
 */
export const mostIdentities = 50

/** What is said about a new DID wallet. */
export interface IdentityInput {
  /** The DID itself, unless one is given. */
  readonly alias?: string | undefined
  /** The vault that its key comes from; without one the key is random. */
  readonly vaultId?: string | undefined
  /** Whose it is; without one it is the service's own. The wallets of a vault belong to whom the vault belongs to. */
  readonly userId?: string | undefined
  readonly didMethod: string
}

/**
 * Makes a DID wallet. Nothing is written to a registry: a DID of ERC-1056 is there as soon as its key is.
 * @throws BillfoldError `did.invalid`, `did.unknown-network`, `identity.alias-taken`, `identity.alias-invalid`,
 *   `vault.unknown`, `vault.mpc-unavailable`, `user.unknown`, `user.full`, `signing-method.required`, `signing-method.invalid`
 */
export async function createIdentity(
  services: Services,
  settings: IdentitySettings,
  actor: Actor,
  input: IdentityInput,
  authorise: Authorise,
): Promise<IdentityRow> {
  const { tenant } = actor
  const form = readDidMethod(input.didMethod)
  registryFor(settings.registries, form)
  const vault = input.vaultId === undefined ? undefined : await findVault(services, tenant, input.vaultId)
  const userId = vault === undefined ? (input.userId ?? null) : vault.userId
  if (input.userId !== undefined && input.userId !== userId) throw new BillfoldError('vault.unknown')
  if (userId !== null) await findUser(services, tenant, userId)
  const authority = userId === null ? undefined : await authorise(userId)
  const make = (): Promise<IdentityRow> => makeIdentity(services, settings, actor, input, form, userId, authority)
  const turn = userId ?? vault?.id
  return turn === undefined ? decide(make) : decideFor(services, turn, make)
}

async function makeIdentity(
  services: Services,
  settings: IdentitySettings,
  actor: Actor,
  input: IdentityInput,
  form: NewDidForm,
  userId: string | null,
  authority: OpenedMethod | undefined,
): Promise<IdentityRow> {
  const { tenant } = actor
  const own = { id: newId(), tenant }
  const holding = await holdingOf(services, userId, authority)
  await assertRoom(services, userId, 1)
  const { cells, writes } =
    input.vaultId === undefined
      ? await plainKey(services, own, holding.secret)
      : await vaultKey(services, settings, own, await findVault(services, tenant, input.vaultId), holding.secret)
  const row = identityRow(services, own, form, input, userId, cells)
  checkAlias(row.alias ?? '', row.did)
  const record = auditRecord(actor, 'identity.created', row.id, row.createdAt, { did: row.did })
  await commitNaming(services, [...holding.writes, ...writes, insert(identities, row), record])
  return row
}

/** A further wallet of the same holder, for a delegate: its row, and the writes that make it. Belongs in a `decide`. */
export async function delegateIdentity(
  services: Services,
  actor: Actor,
  of: IdentityRow,
  holding: Holding,
): Promise<{ readonly row: IdentityRow; readonly writes: readonly Write[] }> {
  const own = { id: newId(), tenant: of.tenant }
  const { cells } = await plainKey(services, own, holding.secret)
  const row = identityRow(services, own, readDidMethod(of.didMethod), { didMethod: of.didMethod }, of.userId, cells)
  const record = auditRecord(actor, 'identity.created', row.id, row.createdAt, { did: row.did, delegateOf: of.did })
  return { row, writes: [insert(identities, row), record] }
}

/** @throws BillfoldError `user.full` when a user has no room for so many more */
export async function assertRoom(services: Services, userId: string | null, more: number): Promise<void> {
  if (userId === null) return
  const rows = await services.storage.find(identities, { where: { userId, state: 'live' }, limit: mostIdentities })
  if (rows.length + more > mostIdentities) throw new BillfoldError('user.full')
}

/** Commits; a name that is taken is told by the unique key, not by a look before the write. @throws BillfoldError `identity.alias-taken` */
export async function commitNaming(services: Services, writes: readonly Write[]): Promise<void> {
  try {
    await services.storage.commit(batch(...writes))
  } catch (error) {
    const named = isCommitError(error) && error.reason === 'duplicate' && writes[error.index]?.table === identities
    if (named) throw new BillfoldError('identity.alias-taken', { cause: error })
    throw error
  }
}

function identityRow(
  services: Services,
  own: Pick<IdentityRow, 'id' | 'tenant'>,
  form: NewDidForm,
  input: Pick<IdentityInput, 'alias' | 'didMethod'>,
  userId: string | null,
  cells: NewKey['cells'],
): IdentityRow {
  const did = formatDid(form.method, cells.address, form.network)
  return {
    ...own,
    did,
    didMethod: input.didMethod,
    ...cells,
    alias: input.alias ?? did,
    state: 'live',
    userId,
    configurationId: null,
    createdAt: services.now(),
    deletedAt: null,
  }
}
