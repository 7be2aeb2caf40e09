import { createPasswordHasher } from '@billfold/core'

/** A slow hash that is quick, for what is played hundreds of times. */
export const fastPasswordHasher = createPasswordHasher({ cost: { logN: 4, r: 1, p: 1 }, queue: 1000, perSource: 1000 })
