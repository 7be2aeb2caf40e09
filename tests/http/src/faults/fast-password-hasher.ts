import { createPasswordHasher } from '@billfold/core'

/** A password hasher with minimal cost, for scenarios that run hundreds of times. */
export const fastPasswordHasher = createPasswordHasher({
  cost: { logN: 4, r: 1, p: 1 },
  queue: 1000,
  perSource: 1000,
  maxWaitSeconds: 600,
})
