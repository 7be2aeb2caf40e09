/** Token types of wallet login (JWT `typ`) and their lifetimes. Each route accepts one type. */
export const loginTokenTypes = {
  /** C-JWT: challenge to sign. */
  challenge: { type: 'challenge+jwt', lifetimeSeconds: 5 * 60 },
  /** W-JWT: authenticated wallet. */
  wallet: { type: 'wallet+jwt', lifetimeSeconds: 60 * 60 },
  /** User that the wallet belongs to. */
  user: { type: 'user+jwt', lifetimeSeconds: 60 * 60 },
} as const

/** The `aud` claim of all three. */
export const loginAudience = 'onboarding'
