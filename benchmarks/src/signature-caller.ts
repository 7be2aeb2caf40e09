import { z } from 'zod'

/** Schema of a {@link SignatureCaller}. */
export const signatureCaller = z.object({ authorization: z.string(), wallets: z.array(z.string()) })

/** The service key of a caller, and the wallets of its users, one for each client. */
export type SignatureCaller = z.output<typeof signatureCaller>

/** The PIN of all users. */
export const pincode = '471147'

/** A scrypt cost so low that it does not hide what else a signature costs. */
export const cheapCost = { logN: 1, r: 1, p: 1 } as const
