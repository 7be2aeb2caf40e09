import { z } from 'zod'

/** Schema of a {@link SessionCaller}. */
export const sessionCaller = z.object({ publicKey: z.string(), licence: z.string(), users: z.array(z.string()) })

/** What a relying party and its pages need: the public key of the system, a licence, and users with a PIN, one for each client. */
export type SessionCaller = z.output<typeof sessionCaller>

/** The tag of the configuration that lets a user sign in with the PIN alone. */
export const pinConfiguration = 'PIN'
