/** How saved requests are confirmed and expire. */
export interface SavedRequestOptions {
  /** Time to confirm a request that is saved, in seconds. Default: 604,800 (7 days). */
  readonly confirmWithinSeconds?: number
  /** Time to sign a request that is ready, in seconds. Default: 300. */
  readonly signWithinSeconds?: number
  /**
   * Who confirms a request: its user, with a signing method, or the service key alone, as at the vendor. Either way, signing it takes
   * a signing method of its user. Default: `signing-method`.
   */
  readonly confirmation?: 'signing-method' | 'service-key'
}

/** Limits of saved requests. */
export const savedRequestLimits = {
  /** Maximum open requests per owner of a wallet. */
  maxOpen: 100,
  /** Age after the expiry at which a request is deleted. */
  retentionMs: 30 * 24 * 60 * 60 * 1000,
  /** Maximum requests deleted per commit, and commits per `maintain()`. */
  batchSize: 500,
  maxBatches: 20,
} as const

/** Applies defaults to the option `custody.savedRequests`. @throws RangeError if a time is less than 1 second or more than a year */
export function resolveSavedRequestRules({
  confirmWithinSeconds = 7 * 24 * 60 * 60,
  signWithinSeconds = 300,
  confirmation = 'signing-method',
}: SavedRequestOptions = {}): Required<SavedRequestOptions> {
  for (const [name, seconds] of Object.entries({ confirmWithinSeconds, signWithinSeconds }))
    if (!(seconds >= 1 && seconds <= 366 * 24 * 60 * 60))
      throw new RangeError(`custody.savedRequests: ${name} (${seconds}) must be 1 second to 366 days`)
  return { confirmWithinSeconds, signWithinSeconds, confirmation }
}
