import { z } from 'zod'
import { type ActionContext, callApi, DemoError } from './context.ts'

/** An action that the host runs for the console. */
export type DemoAction = (input: unknown, context: ActionContext) => Promise<unknown>

/** Defines an action that validates its input. */
export function defineAction<S extends z.ZodType>(
  schema: S,
  run: (input: z.output<S>, context: ActionContext) => Promise<unknown>,
): DemoAction {
  return async (input, context) => {
    const parsed = schema.safeParse(input)
    if (!parsed.success) throw new DemoError(z.prettifyError(parsed.error))
    return run(parsed.data, context)
  }
}

/** Schemas shared by several actions. */
export const uuidSchema = z.uuid()
export const pinSchema = z.string().regex(/^\d{4,12}$/, 'must be 4 to 12 digits')

/** Reference of users created by the demo. Actions reject all other users. */
const reference = 'created by the console'

/** Creates a user with a PIN, for signing and for logins. Returns the response of the custody API. */
export async function createDemoUser(context: ActionContext, value: string): Promise<unknown> {
  const body = { reference, signingMethod: { type: 'PIN', value } }
  return (await callApi(context, 'POST', '/custody/api/users', body)).json
}

const createdUser = z.object({ result: z.object({ reference: z.literal(reference) }) })

/** Asserts that the demo has created a user. @throws DemoError */
export async function assertCreatedByDemo(context: ActionContext, userId: string): Promise<void> {
  const silent: ActionContext = { ...context, record: () => {} }
  const found = await callApi(silent, 'GET', `/custody/api/users/${userId}`).catch(() => undefined)
  if (!createdUser.safeParse(found?.json).success)
    throw new DemoError('The demo accepts only users that it has created')
}
