import { z } from 'zod'
import { type Acting, Refused } from './ground.ts'

/** Something that the host does for the console. */
export type Act = (input: unknown, acting: Acting) => Promise<unknown>

/** An act that takes input of this shape. */
export function act<S extends z.ZodType>(shape: S, run: (input: z.output<S>, acting: Acting) => Promise<unknown>): Act {
  return async (input, acting) => {
    const read = shape.safeParse(input)
    if (!read.success) throw new Refused(z.prettifyError(read.error))
    return run(read.data, acting)
  }
}

/** Shapes that several acts take. */
export const id = z.uuid()
export const pin = z.string().regex(/^\d{4,12}$/, 'A PIN is 4 to 12 digits')

/** A user of the custody API: it has a PIN, which opens its keys and completes its logins. */
export const newUser = (signingMethod: string): unknown => ({ signingMethod: { type: 'PIN', value: signingMethod } })
