/** Something that is wrong with the audit trail. */
export interface TrailFinding {
  readonly finding: keyof typeof trailFindings
  /** The number of the link. */
  readonly link: number
  /** The id of the record, where one is named. */
  readonly record?: string
}

/** What can be wrong with the audit trail. */
export const trailFindings = {
  'record-changed': 'A record does not say what it said when it was sealed',
  'record-removed': 'A record that was sealed is not there, and was not pruned',
  'record-added': 'A record says that a link seals it, which the link does not',
  'link-changed': 'A link is not what it was when it was made',
  'link-removed': 'A link is not there',
  'link-unvouched': 'No key of the keyring vouches for this link and those after it',
  'head-removed': 'The chain ends before the head that was kept',
  'head-differs': 'The link of the head that was kept is another one now',
} as const
