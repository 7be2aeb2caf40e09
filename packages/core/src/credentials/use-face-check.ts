import { createHash } from 'node:crypto'
import { facePeople } from '../biometrics/face-tables.ts'
import { type Place, seal, unseal } from '../crypto/index.ts'
import { devices } from '../devices/table.ts'
import { isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, check, isCommitError, remove, type RowOf, type Write } from '../storage/index.ts'
import { faceChecks } from './face-check-table.ts'
import type { CredentialRow } from './sealing.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** A face check as it is kept. */
export type FaceCheckRow = RowOf<typeof faceChecks>

/** A request that a method is to open for, as it came. */
export interface AskedRequest {
  /** `POST` */
  readonly method: string
  /** The path below the mount, with the query where there is one: `/api/signatures`. */
  readonly target: string
  /** The body's bytes, none for a request without one; undefined where the host did not keep them. */
  readonly body: Uint8Array | undefined
}

/** A request that a face is shown for, as the device names it. */
export interface NamedRequest {
  readonly method: string
  readonly target: string
  /** SHA-256 of the body's bytes, base64url: 43 characters. */
  readonly bodySha256: string
}

/** The request in one text of two lines. */
export function requestText({ method, target, bodySha256 }: NamedRequest): string {
  return `${method} ${target}\n${bodySha256}`
}

/** Seals the request that a check was passed for, to its method as it is now and until a moment: forged rows do not open. */
export function sealRequest(
  services: Services,
  row: Omit<FaceCheckRow, 'sealedRequest'>,
  request: NamedRequest,
): Promise<Uint8Array> {
  return seal(services.keyring, new TextEncoder().encode(requestText(request)), requestPlace(row))
}

/**
 * The secret in a method's value, and whether it may open. Most methods: the value, and yes. A method that takes a face too:
 * `check.secret`, and yes for a check that a face has passed for this very request, on a device that is trusted now. The
 * check is used up, whatever the secret is.
 */
export async function useFaceCheck(
  services: Services,
  method: CredentialRow,
  value: string,
  request: AskedRequest | undefined,
): Promise<{ readonly secret: string; readonly passed: boolean }> {
  if (method.device === null && method.person === null) return { secret: value, passed: true }
  const end = value.indexOf('.')
  const secret = value.slice(end + 1)
  const id = value.slice(0, Math.max(0, end))
  if (!/^[0-9a-f-]{36}$/.test(id) || request?.body === undefined) return { secret, passed: false }
  const { tenant, id: methodId, version: methodVersion, ownerId } = method
  const where = { id, tenant, ownerId, methodId, methodVersion, expiresAt: { gt: services.now() } }
  const [row] = await services.storage.find(faceChecks, { where, limit: 1 })
  const bodySha256 = createHash('sha256').update(request.body).digest('base64url')
  if (row === undefined || (await openRequest(services, row)) !== requestText({ ...request, bodySha256 }))
    return { secret, passed: false }
  try {
    await services.storage.commit(batch(remove(faceChecks, { where }), ...stillBound(method)))
    return { secret, passed: true }
  } catch (error) {
    if (isCommitError(error)) return { secret, passed: false }
    throw error
  }
}

/** For a commit that rests on a method's device and face: the device is trusted, and the face enrolled. */
export function stillBound({ tenant, ownerId, device, person }: CredentialRow): readonly Write[] {
  return [
    check(devices, { where: { tenant, userId: ownerId, thumbprint: device ?? '' } }),
    check(facePeople, { where: { id: person ?? '', tenant, userId: ownerId, templates: { gt: 0 } } }),
  ]
}

async function openRequest(services: Services, row: FaceCheckRow): Promise<string | undefined> {
  if (row.sealedRequest === null) return undefined
  try {
    return new TextDecoder().decode(await unseal(services.keyring, row.sealedRequest, requestPlace(row)))
  } catch (error) {
    if (isBillfoldError(error, 'sealed.invalid')) return undefined
    throw error
  }
}

/** Where the state of a check's liveness check is sealed. */
export function livenessPlace({ id, tenant, methodId }: Pick<FaceCheckRow, 'id' | 'tenant' | 'methodId'>): Place {
  return { tenant, table: faceChecks.name, row: id, field: `liveness of ${methodId}` }
}

function requestPlace(row: Pick<FaceCheckRow, 'id' | 'tenant' | 'methodId' | 'methodVersion' | 'expiresAt'>): Place {
  const { id, tenant, methodId, methodVersion, expiresAt } = row
  return {
    tenant,
    table: faceChecks.name,
    row: id,
    field: `request of ${methodId} ${methodVersion} until ${expiresAt}`,
  }
}

/** What the keyring seals here. */
export const sealedFaceChecks = [
  sealedColumn(faceChecks, 'sealedLiveness', livenessPlace),
  sealedColumn(faceChecks, 'sealedRequest', requestPlace),
]
