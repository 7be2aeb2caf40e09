import { newId } from '../ids.ts'
import { type Insert, insert } from '../storage/index.ts'
import type { Act } from './acts.ts'
import { auditRecords } from './table.ts'

/** The actor of an operation: a service key's id, or `host` for calls by the host. */
export interface Actor {
  readonly tenant: string
  readonly id: string
  /**
   * The source address, as normalized by `toSourceAddress`. Limits password hashing and failed attempts per address.
   */
  readonly source?: string
}

/** Returns the write that records an audit action. Commit it together with the action itself. */
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
