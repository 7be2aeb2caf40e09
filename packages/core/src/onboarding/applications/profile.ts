import { z } from 'zod'
import { type EncryptionContext, seal, open } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { type Insert, insert } from '../../kernel/storage/index.ts'
import { type Attribute, attributeSchema } from './attributes.ts'
import { profiles } from './tables.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** Attributes and metadata submitted when the user was created. */
export interface OnboardingProfile {
  readonly attributes: readonly Attribute[]
  readonly meta?: unknown
}

const profileSchema = z.object({ attributes: z.array(attributeSchema), meta: z.unknown().optional() })

/** Maximum size of a serialized profile: 512 KiB. Can exceed the request body, because `1e20` is written out with all its digits. */
const maxBytes = 512 * 1024

/** Builds the insert of a sealed profile. @throws BillfoldError `body.too-large` */
export async function profileInsert(
  services: Services,
  tenant: string,
  userId: string,
  { attributes, meta }: OnboardingProfile,
): Promise<Insert> {
  const content = new TextEncoder().encode(JSON.stringify({ attributes, meta }))
  if (content.length > maxBytes) throw new BillfoldError('body.too-large')
  const sealedContent = await seal(services.keyring, content, contentContext(tenant, userId))
  return insert(profiles, { userId, tenant, sealedContent, createdAt: services.now() })
}

/** Finds and decrypts the profile of a user. */
export async function findOnboardingProfile(
  services: Services,
  tenant: string,
  userId: string,
): Promise<OnboardingProfile | undefined> {
  const [row] = await services.storage.find(profiles, { where: { userId, tenant }, limit: 1 })
  if (row === undefined) return undefined
  const content = await open(services.keyring, row.sealedContent, contentContext(tenant, userId))
  return profileSchema.parse(JSON.parse(new TextDecoder().decode(content)))
}

function contentContext(tenant: string, row: string): EncryptionContext {
  return { tenant, table: profiles.name, row, field: 'content' }
}

/** The `sealedContent` column, for keyring re-encryption. */
export const sealedProfiles = sealedColumn(profiles, 'sealedContent', ({ tenant, userId }) =>
  contentContext(tenant, userId),
)
