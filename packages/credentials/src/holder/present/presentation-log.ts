import { z } from 'zod'
import { sealedJson } from '../../sealed-json.ts'
import type { HolderContext } from '../settings.ts'
import { presentationLog } from '../tables.ts'
import { verifierNameSchema } from './request-schema.ts'

/** How a presentation ended: the verifier took it, or it is not known or refused. */
export type LogOutcome = 'answered' | 'failed'

const entrySchema = z.object({
  verifier: verifierNameSchema,
  requestId: z.string(),
  outcome: z.enum(['answered', 'failed']),
  disclosed: z.array(
    z.object({
      credential: z.string(),
      claims: z.array(z.array(z.union([z.string(), z.int(), z.null()]))),
    }),
  ),
})

/** The sealed entries. */
export const sealedEntries = sealedJson(presentationLog, 'sealedEntry', entrySchema)

/** What was presented to whom: names of claims, no values. */
export interface LoggedPresentation extends z.output<typeof entrySchema> {
  readonly id: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}

const pageSize = 100

/** Lists what a user has presented, newest first. */
export async function listPresentations(
  { services, tenant }: HolderContext,
  userId: string,
  after?: string,
): Promise<readonly LoggedPresentation[]> {
  const rows = await services.storage.find(presentationLog, {
    where: { tenant, userId, ...(after !== undefined && { id: { lt: after } }) },
    orderBy: [['id', 'desc']],
    limit: pageSize,
  })
  const entries: LoggedPresentation[] = []
  for (const row of rows) {
    const entry = await sealedEntries.open(services, row, row.sealedEntry)
    entries.push({ id: row.id, createdAt: row.createdAt, ...entry })
  }
  return entries
}
