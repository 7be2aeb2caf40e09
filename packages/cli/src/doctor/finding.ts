/** What a check of `billfold doctor` found. */
export interface Finding {
  /** What was checked: `keyring`, `database`, ... */
  readonly check: string
  /** `skipped` if nothing was named to check, or if an earlier problem prevents it. */
  readonly state: 'ok' | 'warning' | 'problem' | 'skipped'
  readonly message: string
  /** What to do, if something is to be done. */
  readonly cure?: string
}

/** Describes an error without what it may contain of a secret: the message, the issues and the message of the cause. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  const cause = error.cause instanceof Error && error.cause.message !== '' ? `: ${error.cause.message}` : ''
  return `${error.message}${cause}`
}
