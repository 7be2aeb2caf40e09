import { z } from 'zod'
import { type Place, seal, unseal } from '../crypto/index.ts'
import type { Services } from '../services.ts'
import type { RowOf } from '../storage/index.ts'
import { type Attribute, attributeShape } from './attributes.ts'
import { applications } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** Where an application stands. */
export type ApplicationStatus = 'submitted' | 'in_review' | 'approved' | 'rejected' | 'returned_for_changes'

/** What an application says. */
export interface ApplicationContent {
  readonly attributes: readonly Attribute[]
  /** The ids of its files. */
  readonly files: readonly string[]
  /** What the host said when it moved it last. */
  readonly note?: string | undefined
}

/** An application, opened. */
export interface Application extends ApplicationContent {
  readonly id: string
  readonly templateId: string | number
  readonly status: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly updatedAt: number
}

/** An application as it is kept. */
export type ApplicationRow = RowOf<typeof applications>

const contentShape = z.object({
  attributes: z.array(attributeShape),
  files: z.array(z.string()),
  note: z.string().optional(),
})
const templateShape = z.union([z.string(), z.number()])

/** Opens an application. @throws BillfoldError `sealed.invalid` */
export async function openApplication(services: Services, row: ApplicationRow): Promise<Application> {
  const content = await unseal(services.keyring, row.sealedContent, place(row))
  const opened = contentShape.parse(JSON.parse(new TextDecoder().decode(content)))
  const templateId = templateShape.parse(JSON.parse(row.template))
  const { id, status, createdAt, updatedAt } = row
  return { id, templateId, status, createdAt, updatedAt, ...opened }
}

/** Seals what an application says, for its row. */
export function sealContent(
  services: Services,
  row: { readonly id: string; readonly tenant: string },
  { attributes, files, note }: ApplicationContent,
): Promise<Uint8Array> {
  const content = new TextEncoder().encode(JSON.stringify({ attributes, files, note }))
  return seal(services.keyring, content, place(row))
}

function place({ id, tenant }: { readonly id: string; readonly tenant: string }): Place {
  return { tenant, table: applications.name, row: id, field: 'content' }
}

/** What the keyring seals here. */
export const sealedApplications = sealedColumn(applications, 'sealedContent', place)
