import type { IdentityServices } from '../services.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { bumpOwnerGeneration, bumpOwnerVersion, withOwnerLock } from './owner.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { MethodEnrolment } from '../../platform/signing-method-kind.ts'
import type { EventData } from '../../platform/events/event.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, insert, isCommitError, remove, update, type Write } from '../../kernel/storage/index.ts'
import { securityNoticeWrites, type SecurityTopic } from '../security-notices/security-notice.ts'
import type { FaceBinding } from './face-binding.ts'
import { assertEnrolment, enrolWrites, getRule, removalWrites } from './method-kinds.ts'
import { type MethodRule, type SigningMethodOptions, resolveMethodValue } from './method-types.ts'
import { rotateMasterSecret } from './rotate-master-secret.ts'
import {
  type SigningMethodRow,
  type MethodKeyContext,
  generateMasterSecret,
  type SealedMethodKey,
  sealMasterSecret,
  createMethodKeyPair,
} from './sealing.ts'
import type { MasterSecret } from '../../platform/master-secret.ts'
import { signingMethods, masterSecrets } from './tables.ts'
import { maxFailedAttempts } from './attempt-counter.ts'
import { type AuthorizedMethod, commitAuthorized, loadMasterSecret } from './authorized-method.ts'

/** Owner of a signing method: a user, or a wallet without a user. */
export interface MethodOwner {
  readonly tenant: string
  readonly ownerId: string
  readonly ownerKind: 'user' | 'wallet'
}

/** Input for a signing method: a type and, unless it is to be generated, a value. */
export interface MethodInput {
  /** `PIN`, `EMERGENCY_CODE`, `BIOMETRIC`, `PASSWORD`, or the type of a kind that a module brings. */
  readonly type: string
  readonly value?: string | undefined
  /** Face binding, for the type BIOMETRIC only. */
  readonly face?: FaceBinding | undefined
  /** What a kind of signing method that a module brings asks for, such as a PASSKEY. */
  readonly enrolment?: MethodEnrolment | undefined
}

/** A signing method that was created or replaced. A generated value is returned only here; it is not stored. */
export interface MethodResult {
  readonly row: SigningMethodRow
  readonly generatedValue?: string
}

/** Maximum number of signing methods of an owner. */
export const maxMethods = 20

/** Lists the signing methods of an owner, oldest first. */
export function listMethods(services: IdentityServices, tenant: string, ownerId: string): Promise<SigningMethodRow[]> {
  return services.storage.find(signingMethods, { where: { tenant, ownerId }, orderBy: [['id', 'asc']] })
}

/**
 * Prepares an owner's first signing method, a PIN, and the master secret that it seals. The writes belong in the commit that
 * creates the owner. With concurrent calls one wins, by the primary key of the master secret.
 * @throws BillfoldError `signing-method.pin-must-be-first`, `signing-method.invalid-value`
 */
export async function prepareFirstMethod(
  services: IdentityServices,
  options: SigningMethodOptions,
  actor: Actor,
  owner: MethodOwner,
  input: MethodInput,
): Promise<{ readonly row: SigningMethodRow; readonly secret: MasterSecret; readonly writes: readonly Write[] }> {
  const rule = getRule(services, options, input.type)
  if (rule.type !== 'PIN' && services.signingMethodKinds?.get(rule.type)?.mayBeFirst !== true)
    throw new BillfoldError('signing-method.pin-must-be-first')
  assertEnrolment(services, input)
  const { value } = resolveMethodValue(rule, input.value)
  const secret = generateMasterSecret(1)
  const row = await methodRow(services, owner, rule, await newMethod(services, actor, owner, value), secret)
  const { tenant, ownerId } = owner
  const createdAt = services.now()
  return {
    row,
    secret,
    writes: [
      insert(masterSecrets, { ownerId, tenant, version: 1, generation: 1, createdAt, closedAt: null }),
      insert(signingMethods, row),
      ...(await enrolWrites(services, actor, row, input.enrolment)),
      auditWrite(actor, 'signing-method.created', row.id, createdAt, { type: row.type, owner: ownerId }),
      ...eventWrites(services, tenant, 'signing-method.created', toMethodEventData(row)),
    ],
  }
}

/** Returns true if an owner has a signing method. */
export async function hasMethods(services: Pick<IdentityServices, 'storage'>, owner: MethodOwner): Promise<boolean> {
  return (await services.storage.find(masterSecrets, { where: { ownerId: owner.ownerId }, limit: 1 })).length > 0
}

/**
 * Gives an owner without signing methods the first one, a PIN. Of two at once one wins.
 * @throws BillfoldError `signing-method.pin-must-be-first`, `signing-method.invalid-value`, `signing-method.exists`
 */
export async function addFirstMethod(
  services: IdentityServices,
  options: SigningMethodOptions,
  actor: Actor,
  owner: MethodOwner,
  input: MethodInput,
): Promise<MethodResult> {
  const { row, writes } = await prepareFirstMethod(services, options, actor, owner, input)
  const notice = await methodNoticeWrites(services, 'security.signing-method-created', row)
  await rejectDuplicates(() => services.storage.commit(batch(...writes, ...notice)))
  return { row }
}

/**
 * Adds a signing method, authorized by an existing one.
 * @throws BillfoldError `signing-method.exists`, `signing-method.invalid-value`, `user.limit-reached`, `input.invalid`
 */
export async function addMethod(
  services: IdentityServices,
  options: SigningMethodOptions,
  actor: Actor,
  owner: MethodOwner,
  input: MethodInput,
  authorizedBy: AuthorizedMethod,
): Promise<MethodResult> {
  const rule = getRule(services, options, input.type)
  assertEnrolment(services, input)
  const { value, generated } = resolveMethodValue(rule, input.value)
  assertFaceSupported(rule, input.face)
  const method = await newMethod(services, actor, owner, value, input.face)
  const row = await withOwnerLock(services, owner.ownerId, async () => {
    const { secret, version } = await loadMasterSecret(services, authorizedBy)
    const methods = await listMethods(services, owner.tenant, owner.ownerId)
    if (rule.cardinality === 'one' && methods.some(({ slot }) => slot === rule.type))
      throw new BillfoldError('signing-method.exists')
    if (methods.length >= maxMethods) throw new BillfoldError('user.limit-reached')
    const made = await methodRow(services, owner, rule, method, secret)
    const writes = [
      bumpOwnerVersion(owner.ownerId, version),
      insert(signingMethods, made),
      ...(await enrolWrites(services, actor, made, input.enrolment)),
      auditWrite(actor, 'signing-method.created', made.id, services.now(), { type: made.type, owner: owner.ownerId }),
      ...eventWrites(services, owner.tenant, 'signing-method.created', toMethodEventData(made)),
      ...(await methodNoticeWrites(services, 'security.signing-method-created', made)),
    ]
    await rejectDuplicates(() => commitAuthorized(services, authorizedBy, ...writes))
    return made
  })
  return generated ? { row, generatedValue: value } : { row }
}

/**
 * Replaces the value of a signing method and, for a BIOMETRIC, its face binding if one is given, for a PASSKEY its passkey. Another method must
 * authorize this. Rotates the owner's master secret and resets the attempt counter of the method.
 * @param value the new value; undefined or empty to generate one
 * @throws BillfoldError `signing-method.different-method-required`, `signing-method.not-found`,
 *   `signing-method.invalid-value`, `input.invalid`; `storage.conflict` if the method's face binding was changed concurrently
 */
export async function replaceMethod(
  services: IdentityServices,
  options: SigningMethodOptions,
  actor: Actor,
  owner: MethodOwner,
  methodId: string,
  value: string | undefined,
  authorizedBy: AuthorizedMethod,
  { face, enrolment }: Pick<MethodInput, 'face' | 'enrolment'> = {},
): Promise<MethodResult> {
  if (authorizedBy.row.id === methodId) throw new BillfoldError('signing-method.different-method-required')
  const before = await getMethod(services, owner, methodId)
  const { type, tenant } = before
  const rule = getRule(services, options, type)
  assertEnrolment(services, { type, value, enrolment })
  const resolved = resolveMethodValue(rule, value)
  assertFaceSupported(rule, face)
  const { device, person } = face ?? before
  const context: MethodKeyContext = { tenant, id: methodId, device, person }
  const sealedValue = {
    device,
    person,
    ...(await createMethodKeyPair(services, context, resolved.value, actor)),
  }
  const row = await withOwnerLock(services, owner.ownerId, async () => {
    const { secret: old, version } = await loadMasterSecret(services, authorizedBy)
    const target = await getMethod(services, owner, methodId)
    // The new key is sealed to the face binding that was read before. Do not overwrite a binding that has changed since.
    if (target.device !== before.device || target.person !== before.person) throw new BillfoldError('storage.conflict')
    const methods = await listMethods(services, owner.tenant, owner.ownerId)
    const remaining = methods.filter((method) => method.id !== methodId)
    const { secret, writes } = await rotateMasterSecret(services, owner.ownerId, old, remaining)
    const sealed = {
      ...sealedValue,
      ...(await sealMasterSecret(services.keyring, { ...target, ...sealedValue }, secret)),
    }
    const fresh = {
      remainingAttempts: maxFailedAttempts,
      incorrectAttempts: 0,
      lastAttempt: null,
      lockedUntil: null,
      version: target.version + 1,
    }
    await commitAuthorized(
      services,
      authorizedBy,
      bumpOwnerGeneration(owner.ownerId, version, old),
      update(signingMethods, { where: { id: methodId, version: target.version }, set: { ...sealed, ...fresh } }),
      ...writes,
      ...(await enrolWrites(services, actor, target, enrolment)),
      auditWrite(actor, 'signing-method.replaced', methodId, services.now(), { type, owner: owner.ownerId }),
      ...eventWrites(services, tenant, 'signing-method.replaced', toMethodEventData(target)),
      ...(await methodNoticeWrites(services, 'security.signing-method-replaced', target)),
    )
    return { ...target, ...sealed, ...fresh }
  })
  return resolved.generated ? { row, generatedValue: resolved.value } : { row }
}

/**
 * Removes a signing method, authorized by another one, and rotates the owner's master secret. A PIN cannot be removed.
 * @throws BillfoldError `signing-method.pin-not-deletable`, `signing-method.different-method-required`,
 *   `signing-method.not-found`
 */
export async function removeMethod(
  services: IdentityServices,
  actor: Actor,
  owner: MethodOwner,
  methodId: string,
  authorizedBy: AuthorizedMethod,
): Promise<void> {
  if (authorizedBy.row.id === methodId) throw new BillfoldError('signing-method.different-method-required')
  const { type } = await getMethod(services, owner, methodId)
  if (type === 'PIN') throw new BillfoldError('signing-method.pin-not-deletable')
  await withOwnerLock(services, owner.ownerId, async () => {
    const { secret: old, version } = await loadMasterSecret(services, authorizedBy)
    const target = await getMethod(services, owner, methodId)
    const methods = await listMethods(services, owner.tenant, owner.ownerId)
    const { writes } = await rotateMasterSecret(
      services,
      owner.ownerId,
      old,
      methods.filter((method) => method.id !== methodId),
    )
    await commitAuthorized(
      services,
      authorizedBy,
      bumpOwnerGeneration(owner.ownerId, version, old),
      remove(signingMethods, { where: { id: methodId, version: target.version } }),
      ...writes,
      ...(await removalWrites(services, actor, target)),
      auditWrite(actor, 'signing-method.removed', methodId, services.now(), { type, owner: owner.ownerId }),
      ...eventWrites(services, owner.tenant, 'signing-method.removed', toMethodEventData(target)),
      ...(await methodNoticeWrites(services, 'security.signing-method-removed', target)),
    )
  })
}

/** Returns the data of a signing method in events. */
export function toMethodEventData({
  id: methodId,
  ownerId,
  type,
}: SigningMethodRow): EventData<'signing-method.created'> {
  return { methodId, ownerId, type }
}

function methodNoticeWrites(
  services: IdentityServices,
  topic: SecurityTopic,
  { tenant, id: methodId, ownerId: userId, ownerKind, type }: SigningMethodRow,
): Promise<readonly Write[]> {
  return securityNoticeWrites(services, { tenant, topic, userId, ownerKind, detail: { methodId, type } })
}

/** Maps a duplicate key to `signing-method.exists`. The unique key decides, since a read before the write can be stale. */
async function rejectDuplicates(commit: () => Promise<void>): Promise<void> {
  try {
    await commit()
  } catch (error) {
    if (isCommitError(error) && error.reason === 'duplicate')
      throw new BillfoldError('signing-method.exists', { cause: error })
    throw error
  }
}

async function getMethod(services: IdentityServices, owner: MethodOwner, id: string): Promise<SigningMethodRow> {
  const [row] = await services.storage.find(signingMethods, {
    where: { id, tenant: owner.tenant, ownerId: owner.ownerId },
    limit: 1,
  })
  if (row === undefined) throw new BillfoldError('signing-method.not-found')
  return row
}

/** Creates the id and the key pair of a new method. Slow (scrypt), so it runs before any row is read. */
async function newMethod(
  services: IdentityServices,
  actor: Actor,
  owner: MethodOwner,
  value: string,
  { device, person }: FaceBinding | NoFace = noFace,
): Promise<SealedMethodKey & MethodKeyContext> {
  const context: MethodKeyContext = { tenant: owner.tenant, id: newId(), device, person }
  return { ...context, ...(await createMethodKeyPair(services, context, value, actor)) }
}

const noFace = { device: null, person: null } as const
type NoFace = typeof noFace

function assertFaceSupported(rule: MethodRule, face: FaceBinding | undefined): void {
  if (face === undefined || rule.type === 'BIOMETRIC') return
  const message = 'is only supported for signing methods of the type BIOMETRIC'
  throw new BillfoldError('input.invalid', { issues: [{ path: 'devicePublicKey', message }] })
}

async function methodRow(
  services: IdentityServices,
  owner: MethodOwner,
  rule: MethodRule,
  method: SealedMethodKey & MethodKeyContext,
  secret: MasterSecret,
): Promise<SigningMethodRow> {
  const { tenant, ownerId, ownerKind } = owner
  return {
    ...method,
    tenant,
    ownerId,
    ownerKind,
    type: rule.type,
    slot: rule.cardinality === 'one' ? rule.type : method.id,
    remainingAttempts: maxFailedAttempts,
    incorrectAttempts: 0,
    lastAttempt: null,
    lastUsedAt: null,
    lockedUntil: null,
    createdAt: services.now(),
    version: 1,
    ...(await sealMasterSecret(services.keyring, { ...method, tenant, ownerId }, secret)),
  }
}
