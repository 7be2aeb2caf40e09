import { type Actor, auditRecord } from '../audit/record.ts'
import { decideFor } from './decide-for.ts'
import { BillfoldError } from '../errors.ts'
import type { EventData } from '../events/event.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, check, insert, isCommitError, remove, update, type Write } from '../storage/index.ts'
import type { FaceBinding } from './face-binding.ts'
import { type MethodRule, type MethodSettings, methodRules, methodValue } from './method-types.ts'
import { ownerMoves, ownerRotates } from './owner-writes.ts'
import { rotation } from './rotate.ts'
import {
  type CredentialRow,
  type KeyPlace,
  type MasterSecret,
  newMasterSecret,
  type SealedValue,
  sealSecretFor,
  sealValue,
} from './sealing.ts'
import { credentials, masterSecrets } from './tables.ts'
import { currentSecret, mostAttempts, type OpenedMethod } from './unlock.ts'

/** Who a method belongs to. */
export interface Owner {
  readonly tenant: string
  readonly ownerId: string
  readonly ownerKind: 'user' | 'wallet'
}

/** A type and, unless one is to be made up, a value. */
export interface MethodInput {
  readonly type: string
  readonly value?: string | undefined
  /** For a BIOMETRIC that takes a face too. */
  readonly face?: FaceBinding | undefined
}

/** A method that was made or changed; `value` only where the library made it up, and only this once. */
export interface MethodResult {
  readonly row: CredentialRow
  readonly generatedValue?: string
}

/** At most this many methods an owner. */
export const mostMethods = 20

/** The signing methods of an owner, oldest first. */
export function listMethods(services: Services, tenant: string, ownerId: string): Promise<CredentialRow[]> {
  return services.storage.find(credentials, { where: { tenant, ownerId }, orderBy: [['id', 'asc']] })
}

/**
 * The rows of an owner's first method, a PIN, and of the master secret that it opens, to be committed with the owner. The
 * primary key of the master secret lets one first method win.
 * @throws BillfoldError `signing-method.pin-first`, `signing-method.value-invalid`
 */
export async function firstMethod(
  services: Services,
  settings: MethodSettings,
  actor: Actor,
  owner: Owner,
  input: MethodInput,
): Promise<{ readonly row: CredentialRow; readonly secret: MasterSecret; readonly writes: readonly Write[] }> {
  const rule = ruleOf(settings, input.type)
  if (rule.type !== 'PIN') throw new BillfoldError('signing-method.pin-first')
  const { value } = methodValue(rule, input.value)
  const secret = newMasterSecret(1)
  const row = await methodRow(services, owner, rule, await newMethod(services, actor, owner, value), secret)
  const { tenant, ownerId } = owner
  const createdAt = services.now()
  return {
    row,
    secret,
    writes: [
      insert(masterSecrets, { ownerId, tenant, version: 1, generation: 1, createdAt, closedAt: null }),
      insert(credentials, row),
      auditRecord(actor, 'signing-method.created', row.id, createdAt, { type: row.type, owner: ownerId }),
      ...eventWrites(services, tenant, 'signing-method.created', methodEvent(row)),
    ],
  }
}

/** Whether an owner has a signing method. */
export async function hasMethods(services: Services, owner: Owner): Promise<boolean> {
  return (await services.storage.find(masterSecrets, { where: { ownerId: owner.ownerId }, limit: 1 })).length > 0
}

/**
 * Gives an owner without signing methods the first one, a PIN. Of two at once one wins.
 * @throws BillfoldError `signing-method.pin-first`, `signing-method.value-invalid`, `signing-method.exists`
 */
export async function addFirstMethod(
  services: Services,
  settings: MethodSettings,
  actor: Actor,
  owner: Owner,
  input: MethodInput,
): Promise<MethodResult> {
  const { row, writes } = await firstMethod(services, settings, actor, owner, input)
  await refusingDuplicates(() => services.storage.commit(batch(...writes)))
  return { row }
}

/**
 * Adds a further method, authorised by one that was opened.
 * @throws BillfoldError `signing-method.exists`, `signing-method.value-invalid`, `user.full`, `input.invalid`
 */
export async function addMethod(
  services: Services,
  settings: MethodSettings,
  actor: Actor,
  owner: Owner,
  input: MethodInput,
  authority: OpenedMethod,
): Promise<MethodResult> {
  const rule = ruleOf(settings, input.type)
  const { value, generated } = methodValue(rule, input.value)
  assertTakesFace(rule, input.face)
  const method = await newMethod(services, actor, owner, value, input.face)
  const row = await decideFor(services, owner.ownerId, async () => {
    const { secret, version } = await currentSecret(services, authority)
    const methods = await listMethods(services, owner.tenant, owner.ownerId)
    if (rule.most === 'one' && methods.some(({ slot }) => slot === rule.type))
      throw new BillfoldError('signing-method.exists')
    if (methods.length >= mostMethods) throw new BillfoldError('user.full')
    const made = await methodRow(services, owner, rule, method, secret)
    const writes = [
      stillThere(authority),
      ownerMoves(owner.ownerId, version),
      insert(credentials, made),
      auditRecord(actor, 'signing-method.created', made.id, services.now(), { type: made.type, owner: owner.ownerId }),
      ...eventWrites(services, owner.tenant, 'signing-method.created', methodEvent(made)),
    ]
    await refusingDuplicates(() => services.storage.commit(batch(...writes)))
    return made
  })
  return generated ? { row, generatedValue: value } : { row }
}

/**
 * Gives a method a new value, and a BIOMETRIC a face where one is given, authorised by another method. All that the owner
 * has is sealed anew, and the method's attempts are back.
 * @throws BillfoldError `signing-method.not-another`, `signing-method.unknown`, `signing-method.value-invalid`, `input.invalid`,
 *   `storage.refused` when the method's face was changed meanwhile
 */
export async function replaceMethod(
  services: Services,
  settings: MethodSettings,
  actor: Actor,
  owner: Owner,
  methodId: string,
  value: string | undefined,
  authority: OpenedMethod,
  face?: FaceBinding,
): Promise<MethodResult> {
  if (authority.row.id === methodId) throw new BillfoldError('signing-method.not-another')
  const before = await methodOf(services, owner, methodId)
  const { type, tenant } = before
  const rule = ruleOf(settings, type)
  const chosen = methodValue(rule, value)
  assertTakesFace(rule, face)
  const { device, person } = face ?? before
  const place: KeyPlace = { tenant, id: methodId, device, person }
  const sealedValue = { device, person, ...(await sealValue(services, place, chosen.value, actor.source)) }
  const row = await decideFor(services, owner.ownerId, async () => {
    const { secret: old, version } = await currentSecret(services, authority)
    const target = await methodOf(services, owner, methodId)
    // The value is sealed to the face that the method had: one that was put on or taken off meanwhile stays as it is now.
    if (target.device !== before.device || target.person !== before.person) throw new BillfoldError('storage.refused')
    const methods = await listMethods(services, owner.tenant, owner.ownerId)
    const staying = methods.filter((method) => method.id !== methodId)
    const { secret, writes } = await rotation(services, owner.ownerId, old, staying)
    const sealed = { ...sealedValue, ...(await sealSecretFor(services.keyring, { ...target, ...sealedValue }, secret)) }
    const fresh = {
      remainingAttempts: mostAttempts,
      incorrectAttempts: 0,
      lastAttempt: null,
      lockedUntil: null,
      version: target.version + 1,
    }
    await services.storage.commit(
      batch(
        ownerRotates(owner.ownerId, version, old),
        stillThere(authority),
        update(credentials, { where: { id: methodId, version: target.version }, set: { ...sealed, ...fresh } }),
        ...writes,
        auditRecord(actor, 'signing-method.replaced', methodId, services.now(), { type, owner: owner.ownerId }),
        ...eventWrites(services, tenant, 'signing-method.replaced', methodEvent(target)),
      ),
    )
    return { ...target, ...sealed, ...fresh }
  })
  return chosen.generated ? { row, generatedValue: chosen.value } : { row }
}

/**
 * Removes a method, authorised by another one; a PIN stays.
 * @throws BillfoldError `signing-method.pin-kept`, `signing-method.not-another`, `signing-method.unknown`
 */
export async function removeMethod(
  services: Services,
  actor: Actor,
  owner: Owner,
  methodId: string,
  authority: OpenedMethod,
): Promise<void> {
  if (authority.row.id === methodId) throw new BillfoldError('signing-method.not-another')
  const { type } = await methodOf(services, owner, methodId)
  if (type === 'PIN') throw new BillfoldError('signing-method.pin-kept')
  await decideFor(services, owner.ownerId, async () => {
    const { secret: old, version } = await currentSecret(services, authority)
    const target = await methodOf(services, owner, methodId)
    const methods = await listMethods(services, owner.tenant, owner.ownerId)
    const { writes } = await rotation(
      services,
      owner.ownerId,
      old,
      methods.filter((method) => method.id !== methodId),
    )
    await services.storage.commit(
      batch(
        ownerRotates(owner.ownerId, version, old),
        stillThere(authority),
        remove(credentials, { where: { id: methodId, version: target.version } }),
        ...writes,
        auditRecord(actor, 'signing-method.removed', methodId, services.now(), { type, owner: owner.ownerId }),
        ...eventWrites(services, owner.tenant, 'signing-method.removed', methodEvent(target)),
      ),
    )
  })
}

/** A method, as events tell of it. */
export function methodEvent({ id: methodId, ownerId, type }: CredentialRow): EventData<'signing-method.created'> {
  return { methodId, ownerId, type }
}

/** A unique key, not the look before the write, says that there is a method of the type already. */
async function refusingDuplicates(commit: () => Promise<void>): Promise<void> {
  try {
    await commit()
  } catch (error) {
    if (isCommitError(error) && error.reason === 'duplicate')
      throw new BillfoldError('signing-method.exists', { cause: error })
    throw error
  }
}

async function methodOf(services: Services, owner: Owner, id: string): Promise<CredentialRow> {
  const [row] = await services.storage.find(credentials, {
    where: { id, tenant: owner.tenant, ownerId: owner.ownerId },
    limit: 1,
  })
  if (row === undefined) throw new BillfoldError('signing-method.unknown')
  return row
}

/** A new method's id and its sealed value: what takes long comes before any row is read, so that the rows stay as they were read. */
async function newMethod(
  services: Services,
  actor: Actor,
  owner: Owner,
  value: string,
  { device, person }: FaceBinding | NoFace = noFace,
): Promise<SealedValue & KeyPlace> {
  const place: KeyPlace = { tenant: owner.tenant, id: newId(), device, person }
  return { ...place, ...(await sealValue(services, place, value, actor.source)) }
}

const noFace = { device: null, person: null } as const
type NoFace = typeof noFace

function assertTakesFace(rule: MethodRule, face: FaceBinding | undefined): void {
  if (face === undefined || rule.type === 'BIOMETRIC') return
  const message = 'is for methods of the type BIOMETRIC only'
  throw new BillfoldError('input.invalid', { issues: [{ path: 'devicePublicKey', message }] })
}

async function methodRow(
  services: Services,
  owner: Owner,
  rule: MethodRule,
  method: SealedValue & KeyPlace,
  secret: MasterSecret,
): Promise<CredentialRow> {
  const { tenant, ownerId, ownerKind } = owner
  return {
    ...method,
    tenant,
    ownerId,
    ownerKind,
    type: rule.type,
    slot: rule.most === 'one' ? rule.type : method.id,
    remainingAttempts: mostAttempts,
    incorrectAttempts: 0,
    lastAttempt: null,
    lastUsedAt: null,
    lockedUntil: null,
    createdAt: services.now(),
    version: 1,
    ...(await sealSecretFor(services.keyring, { ...method, tenant, ownerId }, secret)),
  }
}

function ruleOf(settings: MethodSettings, type: string): MethodRule {
  const rule = methodRules(settings).get(type)
  if (rule === undefined) throw new BillfoldError('signing-method.unsupported-type')
  return rule
}

/** For a commit that a method authorises: it was neither replaced nor removed since it was opened. */
export function stillThere(authority: OpenedMethod): Write {
  return check(credentials, { where: { id: authority.row.id, version: authority.row.version } })
}
