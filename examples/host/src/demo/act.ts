import { z } from 'zod'
import { type Acting, callApi, Refused } from './setup.ts'

/** An action that the host runs for the console. */
export type Act = (input: unknown, context: Acting) => Promise<unknown>

/** Defines an action that validates its input. */
export function act<S extends z.ZodType>(
  schema: S,
  run: (input: z.output<S>, context: Acting) => Promise<unknown>,
): Act {
  return async (input, context) => {
    const parsed = schema.safeParse(input)
    if (!parsed.success) throw new Refused(z.prettifyError(parsed.error))
    return run(parsed.data, context)
  }
}

/** Schemas shared by several actions. */
export const id = z.uuid()
export const pin = z.string().regex(/^\d{4,12}$/, 'must be 4 to 12 digits')

/** Reference of users created by the demo. Actions reject all other users. */
const reference = 'created by the console'

/** Creates a user with a PIN, for signing and for logins. Returns the response of the custody API. */
export async function makeUser(context: Acting, value: string): Promise<unknown> {
  const body = { reference, signingMethod: { type: 'PIN', value } }
  return (await callApi(context, 'POST', '/custody/api/users', body)).json
}

const createdUser = z.object({ result: z.object({ reference: z.literal(reference) }) })

/** Asserts that the demo has created a user. @throws DemoError */
export async function assertMadeHere(context: Acting, userId: string): Promise<void> {
  const silent: Acting = { ...context, note: () => {} }
  const found = await callApi(silent, 'GET', `/custody/api/users/${userId}`).catch(() => undefined)
  if (!createdUser.safeParse(found?.json).success) throw new Refused('The demo accepts only users that it has created')
}
