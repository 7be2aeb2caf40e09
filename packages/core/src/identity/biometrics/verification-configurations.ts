import { z } from 'zod'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { batch, insert, isCommitError, remove, type RowOf } from '../../kernel/storage/index.ts'
import { verificationConfigurations } from './verification-configuration-table.ts'
import type { VerifierCapabilities } from './verifier.ts'

/** Options of a verification configuration. */
export interface VerificationOptions {
  /** Selfie capture on the authentication page: automatic once the face is in position, or by a button. Default: `auto`. */
  readonly selfieCaptureMode?: 'auto' | 'manual'
  /** Minimum liveness assurance. With `none`, a single still image is sufficient. Default: `basic`. */
  readonly liveness?: 'none' | 'basic' | 'certified'
  /** Allows 1:N identification within the community if a session names no user. Default: false. */
  readonly identify?: boolean
  /** When to require a PIN after the face; `new-device`: unless the device is trusted. Default: `new-device`. */
  readonly pin?: 'always' | 'new-device' | 'never'
  /**
   * Allows the PIN in place of a face, for users who do not want to show one: never, on a device that the user trusts, or always. With
   * `always`, the PIN is the only factor. The session must name its user. Default: `never`.
   */
  readonly pinInsteadOfFace?: 'never' | 'trusted-device' | 'always'
  /**
   * What a session may start with: a face, a passkey, or either. `passkey` needs the module of `@billfold/passkeys`. A passkey that has
   * verified its user is two factors, so that no PIN follows. Default: `['face']`.
   */
  readonly factors?: readonly ('face' | 'passkey')[]
  /** Maximum face attempts per session, 1 to 10. Default: 5. */
  readonly maxAttempts?: number
}

/** A verification configuration: the rules for verifying users of a community. */
export interface VerificationConfiguration extends Required<VerificationOptions> {
  readonly id: string
  readonly tenant: string
  readonly community: string
  readonly tag: string
}

/** Input for a new verification configuration. */
export interface VerificationConfigurationInput extends VerificationOptions {
  /** Name, unique within the community: 1 to 128 characters. */
  readonly tag: string
  /** Community, 1 to 128 characters. Default: `default`. */
  readonly community?: string
}

/** Community that is used if none is given. */
export const defaultCommunity = 'default'

const settingsShape = z.object({
  selfieCaptureMode: z.enum(['auto', 'manual']).default('auto'),
  liveness: z.enum(['none', 'basic', 'certified']).default('basic'),
  identify: z.boolean().default(false),
  pin: z.enum(['always', 'new-device', 'never']).default('new-device'),
  pinInsteadOfFace: z.enum(['never', 'trusted-device', 'always']).default('never'),
  factors: z
    .array(z.enum(['face', 'passkey']))
    .min(1)
    .max(2)
    .default(['face']),
  maxAttempts: z.int().min(1).max(10).default(5),
})
const inputShape = settingsShape.extend({
  tag: z.string().min(1).max(128),
  community: z.string().min(1).max(128).default(defaultCommunity),
})

/** Creates a verification configuration. @throws BillfoldError `input.invalid`, `verification-configuration.exists` */
export async function createVerificationConfiguration(
  services: Services,
  actor: Actor,
  input: VerificationConfigurationInput,
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
        auditWrite(actor, 'verification-configuration.created', id, createdAt, { tag, community }),
      ),
    )
  } catch (cause) {
    if (isCommitError(cause)) throw new BillfoldError('verification-configuration.exists', { cause })
    throw cause
  }
  return { id, tenant, community, tag, ...settings }
}

/**
 * Removes a verification configuration. Sessions that use it cannot continue.
 * @throws BillfoldError `verification-configuration.not-found`
 */
export async function removeVerificationConfiguration(services: Services, actor: Actor, id: string): Promise<void> {
  try {
    await services.storage.commit(
      batch(
        remove(verificationConfigurations, { where: { id, tenant: actor.tenant } }),
        auditWrite(actor, 'verification-configuration.removed', id, services.now()),
      ),
    )
  } catch (cause) {
    if (isCommitError(cause)) throw new BillfoldError('verification-configuration.not-found', { cause })
    throw cause
  }
}

/** Lists the verification configurations of a tenant, oldest first; at most 1,000. */
export async function listVerificationConfigurations(
  services: Services,
  tenant: string,
): Promise<readonly VerificationConfiguration[]> {
  const rows = await services.storage.find(verificationConfigurations, {
    where: { tenant },
    orderBy: [['id', 'asc']],
    limit: 1000,
  })
  return rows.map(toConfiguration)
}

/** Returns the verification configuration with this id or tag. @throws BillfoldError `verification-configuration.not-found` */
export async function getVerificationConfiguration(
  services: Services,
  tenant: string,
  community: string,
  idOrTag: string,
): Promise<VerificationConfiguration> {
  const find = (key: { readonly id: string } | { readonly tag: string }) =>
    services.storage.find(verificationConfigurations, { where: { tenant, community, ...key }, limit: 1 })
  // Only a text of the form of an id can be one. An id takes precedence over an equal tag.
  const [byId] = isId(idOrTag) ? await find({ id: idOrTag }) : []
  const [row] = byId === undefined ? await find({ tag: idOrTag }) : [byId]
  if (row === undefined) throw new BillfoldError('verification-configuration.not-found')
  return toConfiguration(row)
}

/** Returns true if a text has the form of a generated id (UUID). */
function isId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}

/** Returns true if the assurance of a verifier meets the required liveness. */
export function meetsLivenessRequirement(
  { liveness }: Pick<VerificationConfiguration, 'liveness'>,
  { assurance }: VerifierCapabilities,
): boolean {
  return liveness === 'none' || assurance === 'certified' || assurance === liveness
}

function toConfiguration(row: RowOf<typeof verificationConfigurations>): VerificationConfiguration {
  const { id, tenant, community, tag } = row
  return { id, tenant, community, tag, ...settingsShape.parse(JSON.parse(row.settings)) }
}
