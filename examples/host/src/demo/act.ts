import { z } from 'zod'
import { type Acting, callApi, Refused } from './setup.ts'

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

/** What the users that the demo has made are marked with: it acts for no others. */
const reference = 'made by the console'

/** Makes a user with a PIN, which opens their keys and completes their logins. Gives what the custody API answers. */
export async function makeUser(acting: Acting, value: string): Promise<unknown> {
  const body = { reference, signingMethod: { type: 'PIN', value } }
  return (await callApi(acting, 'POST', '/custody/api/users', body)).json
}

const madeHere = z.object({ result: z.object({ reference: z.literal(reference) }) })

/** @throws Refused for a user that the demo has not made */
export async function assertMadeHere(acting: Acting, userId: string): Promise<void> {
  const quiet: Acting = { ...acting, note: () => {} }
  const found = await callApi(quiet, 'GET', `/custody/api/users/${userId}`).catch(() => undefined)
  if (!madeHere.safeParse(found?.json).success) throw new Refused('The demo acts only for users that it has made')
}
