import { newId } from '../../kernel/ids.ts'
import { type Insert, insert } from '../../kernel/storage/index.ts'
import type { AuditAction } from './actions.ts'
import { auditRecords } from './tables.ts'

/** Who made the host call a function, for the audit log. */
export interface ActedBy {
  /** The person or program, 1 to 128 characters. Default: `host`. */
  readonly by?: string
}

/** The actor of an operation: a service key's id, or `host` for calls by the host. */
export interface Actor {
  readonly tenant: string
  readonly id: string
  /**
   * The source address, as normalized by `toSourceAddress`. Limits password hashing and failed attempts per address.
   */
  readonly source?: string
  /** True if nobody is authenticated. Slow hashes of such callers wait behind those of authenticated ones. */
  readonly isAnonymous?: boolean
  /** The id of a secret that authenticated the caller and that one device holds, such as an API key of a user. */
  readonly credentialId?: string
}

/** Returns the actor of a call of the host that names who made it. */
export function actedBy(actor: Actor, { by }: ActedBy): Actor {
  return by === undefined ? actor : { ...actor, id: by.slice(0, 128) }
}

/** Returns the write that records an audit action. Commit it together with the action itself. */
export function auditWrite(
  actor: Actor,
  action: AuditAction,
  subject: string,
  at: number,
  detail?: Readonly<Record<string, string | number | boolean>>,
): Insert {
  return insert(auditRecords, {
    id: newId(),
    tenant: actor.tenant,
    at,
    action,
    actor: actor.id,
    subject,
    detail: detail === undefined ? null : JSON.stringify(detail),
    link: null,
  })
}
