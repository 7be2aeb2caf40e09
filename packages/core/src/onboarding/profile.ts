import { z } from 'zod'
import { type Place, seal, unseal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { type Insert, insert } from '../storage/index.ts'
import { type Attribute, attributeShape } from './attributes.ts'
import { profiles } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** Attributes and metadata submitted when the user was created. */
export interface Profile {
  readonly attributes: readonly Attribute[]
  readonly meta?: unknown
}

const profileSchema = z.object({ attributes: z.array(attributeShape), meta: z.unknown().optional() })

/** Maximum size of a serialized profile: 6 MiB. Can exceed the request body, because `1e20` is written out with all its digits. */
const maxBytes = 6 * 1024 * 1024

/** Builds the insert of a sealed profile. @throws BillfoldError `body.too-large` */
export async function profileRow(
  services: Services,
  tenant: string,
  userId: string,
  { attributes, meta }: Profile,
): Promise<Insert> {
  const content = new TextEncoder().encode(JSON.stringify({ attributes, meta }))
  if (content.length > maxBytes) throw new BillfoldError('body.too-large')
  const sealedContent = await seal(services.keyring, content, contentContext(tenant, userId))
  return insert(profiles, { userId, tenant, sealedContent, createdAt: services.now() })
}

/** Finds and decrypts the profile of a user. */
export async function readProfile(services: Services, tenant: string, userId: string): Promise<Profile | undefined> {
  const [row] = await services.storage.find(profiles, { where: { userId, tenant }, limit: 1 })
  if (row === undefined) return undefined
  const content = await unseal(services.keyring, row.sealedContent, contentContext(tenant, userId))
  return profileSchema.parse(JSON.parse(new TextDecoder().decode(content)))
}

function contentContext(tenant: string, row: string): Place {
  return { tenant, table: profiles.name, row, field: 'content' }
}

/** The `sealedContent` column, for keyring re-encryption. */
export const sealedProfiles = sealedColumn(profiles, 'sealedContent', ({ tenant, userId }) =>
  contentContext(tenant, userId),
)
