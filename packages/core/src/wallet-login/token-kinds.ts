/** The tokens of wallet login: each route takes one kind, by its `typ`. */
export const tokenKinds = {
  /** C-JWT: a challenge to sign. */
  challenge: { type: 'challenge+jwt', seconds: 5 * 60 },
  /** W-JWT: a wallet that has signed one. */
  wallet: { type: 'wallet+jwt', seconds: 60 * 60 },
  /** A user whom a wallet belongs to. */
  user: { type: 'user+jwt', seconds: 60 * 60 },
} as const

/** The `aud` of all three. */
export const loginAudience = 'onboarding'
