import { z } from 'zod'
import { sealedJson } from '../../sealed-json.ts'
import type { StoredContext } from '../../stored-context.ts'
import { type HeldCredentialRow, heldCredentials, heldInstances } from '../tables.ts'

const path = z.array(z.union([z.string(), z.int(), z.null()]))

/** What is known of a credential without its values. */
const descriptionSchema = z.object({
  issuer: z.object({ id: z.string(), name: z.string() }),
  configuration: z.string(),
  display: z.array(z.record(z.string(), z.unknown())),
  /** The place of each claim that can be withheld. */
  disclosable: z.array(path),
  /** Names of claims that cannot be withheld. */
  always: z.array(z.string()),
})

/** What is known of a credential without its values. */
export type CredentialDescription = z.output<typeof descriptionSchema>

/** The sealed descriptions. */
export const sealedDescriptions = sealedJson(heldCredentials, 'sealedDescription', descriptionSchema)

/** A credential as it is listed: without values. */
export interface HeldCredential {
  readonly id: string
  readonly format: string
  readonly type: string
  readonly issuer: { readonly id: string; readonly name: string }
  readonly display: readonly Readonly<Record<string, unknown>>[]
  /** The place of each claim: names, and numbers for elements of arrays. */
  readonly claims: readonly (readonly (string | number | null)[])[]
  /** How many instances were not shown to anybody. */
  readonly instancesLeft: number
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly expiresAt: number
}

/** Formats a credential. */
export async function toHeldCredential(
  { services }: Pick<StoredContext, 'services'>,
  row: HeldCredentialRow,
): Promise<HeldCredential> {
  const { id, format, type, createdAt, expiresAt } = row
  const description = await sealedDescriptions.open(services, row, row.sealedDescription)
  const left = await services.storage.find(heldInstances, { where: { credentialId: id, state: 'held' } })
  return {
    id,
    format,
    type,
    issuer: description.issuer,
    display: description.display,
    claims: [...description.always.map((name) => [name]), ...description.disclosable],
    instancesLeft: left.length,
    createdAt,
    expiresAt,
  }
}
