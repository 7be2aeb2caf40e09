import { type EncryptionContext, open, seal } from '@billfold/core/crypto'
import { type Evidence, sealedColumn, type Services } from '@billfold/core/modules'
import { z } from 'zod'
import { presentedEvidence, type EvidenceRow } from '../tables.ts'

/** How long evidence can be used: 24 hours. */
export const evidenceMs = 24 * 60 * 60 * 1000

const evidenceSchema = z.object({
  byQuery: z.record(
    z.string(),
    z.object({
      attributes: z.record(z.string(), z.unknown()),
      issuer: z.string(),
      type: z.string(),
      anchor: z.string(),
    }),
  ),
  at: z.number(),
})

type Key = Pick<EvidenceRow, 'id' | 'tenant'>

const toContext = ({ id, tenant }: Key): EncryptionContext => {
  return { tenant, table: presentedEvidence.name, row: id, field: 'attributes' }
}

/** The sealed column of the evidence table. */
export const sealedEvidence = sealedColumn(presentedEvidence, 'sealedAttributes', toContext)

/** Seals evidence for the row with this id. */
export function sealEvidence({ keyring }: Services, key: Key, evidence: Omit<Evidence, 'id'>): Promise<Uint8Array> {
  return seal(keyring, Buffer.from(JSON.stringify(evidence)), toContext(key))
}

/** Opens the evidence of a row. */
export async function openEvidence({ keyring }: Services, row: EvidenceRow): Promise<Evidence> {
  const bytes = await open(keyring, row.sealedAttributes, toContext(row))
  return { id: row.id, ...evidenceSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))) }
}
