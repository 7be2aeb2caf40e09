import { createHash } from 'node:crypto'
import { facePeople } from '../biometrics/face-tables.ts'
import { type EncryptionContext, seal, open } from '../../kernel/crypto/index.ts'
import { devices } from '../devices/table.ts'
import { isBillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { formatRequestDigest, type RequestDigest } from '../../platform/signing-method-kind.ts'
import { batch, check, isCommitError, remove, type RowOf, type Write } from '../../kernel/storage/index.ts'
import { faceChecks } from './face-check-table.ts'
import type { SigningMethodRow } from './sealing.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** A row of the face checks table. */
export type FaceCheckRow = RowOf<typeof faceChecks>

/** A request that a signing method is to authorize, as received. */
export interface RequestToAuthorize {
  /** HTTP method, for example `POST`. */
  readonly method: string
  /** Path below the mount point with the query, for example `/api/signatures`. */
  readonly target: string
  /** Raw bytes of the body, empty without a body; undefined if the host's body parser discarded them. */
  readonly body: Uint8Array | undefined
}

/** Seals the request digest of a completed check, bound to the method's version and the expiry, so that rows cannot be forged. */
export function sealRequestDigest(
  services: Services,
  row: Omit<FaceCheckRow, 'sealedRequest'>,
  request: RequestDigest,
): Promise<Uint8Array> {
  return seal(services.keyring, new TextEncoder().encode(formatRequestDigest(request)), requestContext(row))
}

/**
 * Splits the value of a method and consumes its face check. Without a face binding, the value is the secret and `passed` is
 * true. With one, the value is `checkId.secret`, and `passed` is true if the check was completed for exactly this request on
 * a device that is still trusted. The check is consumed even if the secret is wrong.
 */
export async function consumeFaceCheck(
  services: Services,
  method: SigningMethodRow,
  value: string,
  request: RequestToAuthorize | undefined,
): Promise<{ readonly secret: string; readonly passed: boolean }> {
  if (method.device === null && method.person === null) return { secret: value, passed: true }
  const separator = value.indexOf('.')
  const secret = value.slice(separator + 1)
  const id = value.slice(0, Math.max(0, separator))
  if (!/^[0-9a-f-]{36}$/.test(id) || request?.body === undefined) return { secret, passed: false }
  const { tenant, id: methodId, version: methodVersion, ownerId } = method
  const where = { id, tenant, ownerId, methodId, methodVersion, expiresAt: { gt: services.now() } }
  const [row] = await services.storage.find(faceChecks, { where, limit: 1 })
  const bodySha256 = createHash('sha256').update(request.body).digest('base64url')
  if (row === undefined || (await openRequest(services, row)) !== formatRequestDigest({ ...request, bodySha256 }))
    return { secret, passed: false }
  try {
    await services.storage.commit(batch(remove(faceChecks, { where }), ...faceBindingStillValid(method)))
    return { secret, passed: true }
  } catch (error) {
    if (isCommitError(error)) return { secret, passed: false }
    throw error
  }
}

/** Preconditions: the device of a method's face binding is trusted and the face is enrolled. */
export function faceBindingStillValid({ tenant, ownerId, device, person }: SigningMethodRow): readonly Write[] {
  return [
    check(devices, { where: { tenant, userId: ownerId, thumbprint: device ?? '' } }),
    check(facePeople, { where: { id: person ?? '', tenant, userId: ownerId, templates: { gt: 0 } } }),
  ]
}

async function openRequest(services: Services, row: FaceCheckRow): Promise<string | undefined> {
  if (row.sealedRequest === null) return undefined
  try {
    return new TextDecoder().decode(await open(services.keyring, row.sealedRequest, requestContext(row)))
  } catch (error) {
    if (isBillfoldError(error, 'sealed.invalid')) return undefined
    throw error
  }
}

/** Encryption context of the liveness state of a check. */
export function livenessContext({
  id,
  tenant,
  methodId,
}: Pick<FaceCheckRow, 'id' | 'tenant' | 'methodId'>): EncryptionContext {
  return { tenant, table: faceChecks.name, row: id, field: `liveness of ${methodId}` }
}

function requestContext(
  row: Pick<FaceCheckRow, 'id' | 'tenant' | 'methodId' | 'methodVersion' | 'expiresAt'>,
): EncryptionContext {
  const { id, tenant, methodId, methodVersion, expiresAt } = row
  return {
    tenant,
    table: faceChecks.name,
    row: id,
    field: `request of ${methodId} ${methodVersion} until ${expiresAt}`,
  }
}

/** The face checks' columns that are sealed with the keyring. */
export const sealedFaceChecks = [
  sealedColumn(faceChecks, 'sealedLiveness', livenessContext),
  sealedColumn(faceChecks, 'sealedRequest', requestContext),
]
