import { z } from 'zod'
import { type EncryptionContext, seal, open } from '../../kernel/crypto/index.ts'
import type { Services } from '../../platform/services.ts'
import type { RowOf } from '../../kernel/storage/index.ts'
import { type Attribute, attributeSchema } from './attributes.ts'
import { applications } from './tables.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** Status of an application. Allowed transitions: see `transitionApplication`. The applicant withdraws with `withdrawApplication`. */
export type ApplicationStatus =
  | 'submitted'
  | 'in_review'
  | 'approved'
  | 'rejected'
  | 'returned_for_changes'
  | 'withdrawn'

/** A message between the applicant and the host about an application. */
export interface ApplicationMessage {
  readonly id: string
  readonly from: 'applicant' | 'host'
  readonly text: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** Content of an application: sealed at rest. */
export interface ApplicationContent {
  readonly attributes: readonly Attribute[]
  /** Public ids of the files that belong to the application. */
  readonly files: readonly string[]
  /** Note to the applicant, set by the host with the latest status change. */
  readonly note?: string | undefined
  /** Messages, oldest first. */
  readonly messages?: readonly ApplicationMessage[] | undefined
  /** Hashes of transactions by which the applicant says to have paid, oldest first. Billfold does not look them up. */
  readonly paymentTransactions?: readonly string[] | undefined
}

/** A decrypted application. */
export interface Application extends ApplicationContent {
  readonly id: string
  readonly templateId: string | number
  readonly status: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  /** Epoch milliseconds. */
  readonly updatedAt: number
}

/** Row of the `applications` table. */
export type ApplicationRow = RowOf<typeof applications>

const contentSchema = z.object({
  attributes: z.array(attributeSchema),
  files: z.array(z.string()),
  note: z.string().optional(),
  messages: z
    .array(z.object({ id: z.string(), from: z.enum(['applicant', 'host']), text: z.string(), createdAt: z.number() }))
    .optional(),
  paymentTransactions: z.array(z.string()).optional(),
})
const templateIdSchema = z.union([z.string(), z.number()])

/** Decrypts the content of an application row. @throws BillfoldError `sealed.invalid` */
export async function openApplicationRow(services: Services, row: ApplicationRow): Promise<Application> {
  const plaintext = await open(services.keyring, row.sealedContent, contentContext(row))
  const content = contentSchema.parse(JSON.parse(new TextDecoder().decode(plaintext)))
  const templateId = templateIdSchema.parse(JSON.parse(row.template))
  const { id, status, createdAt, updatedAt } = row
  return { id, templateId, status, createdAt, updatedAt, ...content }
}

/** Seals application content for the row with this id. */
export function sealApplicationContent(
  services: Services,
  row: { readonly id: string; readonly tenant: string },
  { attributes, files, note, messages, paymentTransactions }: ApplicationContent,
): Promise<Uint8Array> {
  const content = JSON.stringify({ attributes, files, note, messages, paymentTransactions })
  return seal(services.keyring, new TextEncoder().encode(content), contentContext(row))
}

function contentContext({ id, tenant }: { readonly id: string; readonly tenant: string }): EncryptionContext {
  return { tenant, table: applications.name, row: id, field: 'content' }
}

/** The `sealedContent` column, for keyring re-encryption. */
export const sealedApplications = sealedColumn(applications, 'sealedContent', contentContext)
