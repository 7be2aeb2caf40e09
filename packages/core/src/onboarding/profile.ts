import { z } from 'zod'
import { type Place, seal, unseal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { type Insert, insert } from '../storage/index.ts'
import { type Attribute, attributeShape } from './attributes.ts'
import { profiles } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** What a person said when the user was made. */
export interface Profile {
  readonly attributes: readonly Attribute[]
  readonly meta?: unknown
}

const profileShape = z.object({ attributes: z.array(attributeShape), meta: z.unknown().optional() })

/** Bytes of a profile as it is kept: 6 MiB. A number that came as `1e20` is longer when it is written again. */
const mostBytes = 6 * 1024 * 1024

/** The write that keeps a profile. @throws BillfoldError `body.too-large` */
export async function profileRow(
  services: Services,
  tenant: string,
  userId: string,
  { attributes, meta }: Profile,
): Promise<Insert> {
  const content = new TextEncoder().encode(JSON.stringify({ attributes, meta }))
  if (content.length > mostBytes) throw new BillfoldError('body.too-large')
  const sealedContent = await seal(services.keyring, content, place(tenant, userId))
  return insert(profiles, { userId, tenant, sealedContent, createdAt: services.now() })
}

/** What a person said, or undefined where nobody asked. */
export async function readProfile(services: Services, tenant: string, userId: string): Promise<Profile | undefined> {
  const [row] = await services.storage.find(profiles, { where: { userId, tenant }, limit: 1 })
  if (row === undefined) return undefined
  const content = await unseal(services.keyring, row.sealedContent, place(tenant, userId))
  return profileShape.parse(JSON.parse(new TextDecoder().decode(content)))
}

function place(tenant: string, row: string): Place {
  return { tenant, table: profiles.name, row, field: 'content' }
}

/** What the keyring seals here. */
export const sealedProfiles = sealedColumn(profiles, 'sealedContent', ({ tenant, userId }) => place(tenant, userId))
