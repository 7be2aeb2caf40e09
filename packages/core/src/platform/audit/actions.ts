/**
 * The audit actions of all modules. Every module adds its own by declaration merging, those of Billfold and those of
 * third parties alike, so that {@link AuditAction} knows them. The value of a name is irrelevant.
 *
 * @example
 * ```typescript
 * declare module '@billfold/core' {
 *   interface ModuleAuditActions {
 *     'loyalty.points-granted': true
 *   }
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- open for declaration merging
export interface ModuleAuditActions {}

/** The name of an audit action. Names are stable, so that filters and alerts can rely on them. */
export type AuditAction = keyof ModuleAuditActions & string

/**
 * Audit actions with their descriptions. The subject of an entry is the id of the object that the action name starts
 * with, unless the description says otherwise.
 */
export type AuditActions = Readonly<Record<string, string>>
