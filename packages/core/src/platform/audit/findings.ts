/** A problem found while verifying the audit log. */
export interface AuditLogFinding {
  readonly finding: keyof typeof auditLogFindings
  /** The number of the link in the chain. */
  readonly link: number
  /** The id of the audit record, if the problem concerns a single record. */
  readonly record?: string
}

/** All problems that verification can find, with their descriptions. */
export const auditLogFindings = {
  'record-changed': 'A record was changed after it was added to the chain',
  'record-removed': 'A record of the chain is missing and was not pruned',
  'record-added': 'A record refers to a link that does not contain it',
  'link-changed': 'A link was changed',
  'link-removed': 'A link is missing',
  'link-untrusted': 'This link and those after it cannot be authenticated with a key of the keyring',
  'checkpoint-missing': 'The chain ends before the given checkpoint',
  'checkpoint-mismatch': 'The link at the given checkpoint has another hash',
} as const
