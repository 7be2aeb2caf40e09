import { newId } from '../ids.ts'
import { type Insert, insert } from '../storage/index.ts'
import type { Act } from './acts.ts'
import { auditRecords } from './table.ts'

/** Who acts, for whom the host is kept: a service key's id, or what the host calls itself in-process. */
export interface Actor {
  readonly tenant: string
  readonly id: string
  /** The source, as `sourceOf` gives it, where there is one: slow work and wrong values are bounded by it. */
  readonly source?: string
}

/** The write that records an act; it belongs in the commit of the act itself. */
export function auditRecord(
  actor: Actor,
  act: Act,
  subject: string,
  at: number,
  detail?: Readonly<Record<string, string | number | boolean>>,
): Insert {
  return insert(auditRecords, {
    id: newId(),
    tenant: actor.tenant,
    at,
    act,
    actor: actor.id,
    subject,
    detail: detail === undefined ? null : JSON.stringify(detail),
    link: null,
  })
}
