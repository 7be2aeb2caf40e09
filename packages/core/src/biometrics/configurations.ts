import { z } from 'zod'
import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError, remove, type RowOf } from '../storage/index.ts'
import { verificationConfigurations } from './configuration-table.ts'
import type { VerifierCapabilities } from './verifier.ts'

/** What the host decides about how users are verified. */
export interface VerificationSettings {
  /** How the page takes the selfie: by itself once the face is in place, or when a button is pressed. `auto`. */
  readonly selfieCaptureMode?: 'auto' | 'manual'
  /** The least assurance that a live person is there: `basic`. With `none` a single still is enough. */
  readonly liveness?: 'none' | 'basic' | 'certified'
  /** Whether a face may find its user among all of the community (1:N), where a session names none: false. */
  readonly identify?: boolean
  /** When a PIN is asked for after the face: `new-device` is for a device that holds no trusted key. `new-device`. */
  readonly pin?: 'always' | 'new-device' | 'never'
  /** Face attempts of one session, 1 to 10: 5. */
  readonly maxAttempts?: number
}

/** A verification configuration. */
export interface VerificationConfiguration extends Required<VerificationSettings> {
  readonly id: string
  readonly tenant: string
  readonly community: string
  readonly tag: string
}

/** What the host says about a new one. The tag is unique in its community. */
export interface ConfigurationInput extends VerificationSettings {
  /** 1 to 128 characters. */
  readonly tag: string
  /** The community that it is for: `default`. */
  readonly community?: string
}

/** The community of those who name none. */
export const defaultCommunity = 'default'

const settingsShape = z.object({
  selfieCaptureMode: z.enum(['auto', 'manual']).default('auto'),
  liveness: z.enum(['none', 'basic', 'certified']).default('basic'),
  identify: z.boolean().default(false),
  pin: z.enum(['always', 'new-device', 'never']).default('new-device'),
  maxAttempts: z.int().min(1).max(10).default(5),
})
const inputShape = settingsShape.extend({
  tag: z.string().min(1).max(128),
  community: z.string().min(1).max(128).default(defaultCommunity),
})

/** Makes a verification configuration. @throws BillfoldError `input.invalid`, `verification-configuration.exists` */
export async function createConfiguration(
  services: Services,
  actor: Actor,
  input: ConfigurationInput,
): Promise<VerificationConfiguration> {
  const parsed = inputShape.safeParse(input)
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
    throw new BillfoldError('input.invalid', { issues })
  }
  const { tag, community, ...settings } = parsed.data
  const { tenant } = actor
  const [id, createdAt] = [newId(), services.now()]
  try {
    await services.storage.commit(
      batch(
        insert(verificationConfigurations, {
          id,
          tenant,
          community,
          tag,
          settings: JSON.stringify(settings),
          createdAt,
        }),
        auditRecord(actor, 'verification-configuration.created', id, createdAt, { tag, community }),
      ),
    )
  } catch (cause) {
    if (isCommitError(cause)) throw new BillfoldError('verification-configuration.exists', { cause })
    throw cause
  }
  return { id, tenant, community, tag, ...settings }
}

/** Removes one; sessions that name it can go no further. @throws BillfoldError `verification-configuration.unknown` */
export async function removeConfiguration(services: Services, actor: Actor, id: string): Promise<void> {
  try {
    await services.storage.commit(
      batch(
        remove(verificationConfigurations, { where: { id, tenant: actor.tenant } }),
        auditRecord(actor, 'verification-configuration.removed', id, services.now()),
      ),
    )
  } catch (cause) {
    if (isCommitError(cause)) throw new BillfoldError('verification-configuration.unknown', { cause })
    throw cause
  }
}

/** The configurations of a tenant, oldest first; at most 1,000. */
export async function listConfigurations(
  services: Services,
  tenant: string,
): Promise<readonly VerificationConfiguration[]> {
  const rows = await services.storage.find(verificationConfigurations, {
    where: { tenant },
    orderBy: [['id', 'asc']],
    limit: 1000,
  })
  return rows.map(present)
}

/** The configuration with this id or tag in a community. @throws BillfoldError `verification-configuration.unknown` */
export async function findConfiguration(
  services: Services,
  tenant: string,
  community: string,
  idOrTag: string,
): Promise<VerificationConfiguration> {
  const where = { tenant, community }
  const find = (test: { readonly id: string } | { readonly tag: string }) =>
    services.storage.find(verificationConfigurations, { where: { ...where, ...test }, limit: 1 })
  // Awaited together: of two that fail, the second must not be left without a handler, which would end the process.
  const [[byId], [byTag]] = await Promise.all([
    idOrTag.length > 36 ? [] : find({ id: idOrTag }),
    find({ tag: idOrTag }),
  ])
  const row = byId ?? byTag
  if (row === undefined) throw new BillfoldError('verification-configuration.unknown')
  return present(row)
}

/** Whether a verifier can be as sure of a live person as a configuration demands. */
export function isLiveEnough(
  { liveness }: Pick<VerificationConfiguration, 'liveness'>,
  { assurance }: VerifierCapabilities,
): boolean {
  return liveness === 'none' || assurance === 'certified' || assurance === liveness
}

function present(row: RowOf<typeof verificationConfigurations>): VerificationConfiguration {
  const { id, tenant, community, tag } = row
  return { id, tenant, community, tag, ...settingsShape.parse(JSON.parse(row.settings)) }
}
