import { type Billfold, isBillfoldError, type VerificationOptions } from '@billfold/core'

/** Verification configurations of the demo, by the tag that a session names (`dvcID`). */
const configurations: Readonly<Record<string, VerificationOptions>> = {
  /** Used by sessions that name none: liveness check, and a PIN on a new device. */
  default: { liveness: 'basic', pin: 'new-device' },
  /** One image, without a liveness check. Accepts a photograph in front of the camera, so for trials only. */
  still: { liveness: 'none', pin: 'new-device' },
  /** Liveness check and PIN, every time. */
  careful: { liveness: 'basic', pin: 'always', maxAttempts: 3 },
  /** A passkey, which stands for two factors. */
  passkey: { factors: ['passkey'], pin: 'always' },
}

/** Creates missing configurations. */
export async function ensureConfigurations(billfold: Billfold): Promise<void> {
  const { list, create } = billfold.authentication.configurations
  const known = new Set((await list()).map(({ tag }) => tag))
  for (const [tag, settings] of Object.entries(configurations)) {
    if (known.has(tag)) continue
    await create({ tag, ...settings }).catch((error: unknown) => {
      // Another process has created it concurrently.
      if (!isBillfoldError(error, 'verification-configuration.exists')) throw error
    })
  }
}
