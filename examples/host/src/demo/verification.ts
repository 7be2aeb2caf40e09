import { type Billfold, isBillfoldError, type VerificationSettings } from '@billfold/core'

/** How the demo verifies people, by the tag that a session names (`dvcID`). */
const configurations: Readonly<Record<string, VerificationSettings>> = {
  /** What a session gets that names none: somebody must move, and shows a PIN on a device that is new. */
  default: { liveness: 'basic', pin: 'new-device' },
  /** One picture. A photograph held before the camera would do: for trying things out. */
  still: { liveness: 'none', pin: 'new-device' },
  /** Movements and a PIN, every time. */
  careful: { liveness: 'basic', pin: 'always', maxAttempts: 3 },
}

/** Makes the configurations that are not there yet. */
export async function ensureConfigurations(billfold: Billfold): Promise<void> {
  const { list, create } = billfold.authentication.configurations
  const known = new Set((await list()).map(({ tag }) => tag))
  for (const [tag, settings] of Object.entries(configurations)) {
    if (known.has(tag)) continue
    await create({ tag, ...settings }).catch((error: unknown) => {
      // Another process, which was started at the same moment, was faster.
      if (!isBillfoldError(error, 'verification-configuration.exists')) throw error
    })
  }
}
