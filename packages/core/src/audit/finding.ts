/** A problem found while verifying the audit log. */
export interface TrailFinding {
  readonly finding: keyof typeof trailFindings
  /** The number of the link in the chain. */
  readonly link: number
  /** The id of the audit record, if the problem concerns a single record. */
  readonly record?: string
}

/** All problems that verification can find, with their descriptions. */
export const trailFindings = {
  'record-changed': 'A record was changed after it was added to the chain',
  'record-removed': 'A record of the chain is missing and was not pruned',
  'record-added': 'A record refers to a link that does not contain it',
  'link-changed': 'A link was changed',
  'link-removed': 'A link is missing',
  'link-unvouched': 'This link and those after it cannot be authenticated with a key of the keyring',
  'head-removed': 'The chain ends before the given checkpoint',
  'head-differs': 'The link at the given checkpoint has another hash',
} as const
