import { createHash } from 'node:crypto'
import { z } from 'zod'
import { assertWalletOfDemo } from './custody-actions.ts'
import { type DemoAction, assertCreatedByDemo, defineAction, pinSchema, uuidSchema } from './demo-action.ts'
import { type ActionContext, callApi } from './context.ts'
import { startLogin } from './face-actions.ts'

/** The PIN that authorizes a new passkey. */
const byPin = { userId: uuidSchema, pinId: uuidSchema, pin: pinSchema }
const passkey = z.record(z.string().max(64), z.unknown())

/** What a passkey authorizes in the console: a signature, or another PIN. */
const work = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sign'), walletId: uuidSchema, message: z.string().min(1).max(1000) }),
  z.object({ kind: z.literal('reset-pin'), pinId: uuidSchema, pin: pinSchema }),
])
const byPasskey = { userId: uuidSchema, methodId: uuidSchema, work }

/** Actions: add a passkey, sign with it, replace a forgotten PIN, sign in. */
export const passkeyDemoActions: Readonly<Record<string, DemoAction>> = {
  'passkeys/options': defineAction(z.object(byPin), async ({ userId, ...method }, context) => {
    await assertCreatedByDemo(context, userId)
    const path = `${methodsOf(userId)}/passkey-options`
    return (await callApi(context, 'POST', path, { userName: 'ada@example.com' }, toHeaders(method))).json
  }),
  'passkeys/add': defineAction(
    z.object({ ...byPin, value: z.string().max(64), passkey }),
    async ({ userId, pinId, pin, value, passkey: made }, context) => {
      await assertCreatedByDemo(context, userId)
      const body = { type: 'PASSKEY', value, passkey: made, name: 'Console' }
      return (await callApi(context, 'POST', methodsOf(userId), body, toHeaders({ pinId, pin }))).json
    },
  ),
  'passkeys/challenge': defineAction(z.object(byPasskey), async ({ userId, methodId, work: wanted }, context) => {
    const { method, target, body } = await toRequest(context, userId, wanted)
    // The passkey signs for exactly this request.
    const bodyDigest = createHash('sha256').update(JSON.stringify(body)).digest('base64url')
    const path = `${methodsOf(userId)}/${methodId}/passkey-challenges`
    return (await callApi(context, 'POST', path, { method, target, bodyDigest })).json
  }),
  'passkeys/use': defineAction(
    z.object({ ...byPasskey, header: z.string().max(6000) }),
    async ({ userId, work: wanted, header }, context) => {
      const { method, target, body } = await toRequest(context, userId, wanted)
      return (await callApi(context, method, `/custody${target}`, body, { 'signing-method': header })).json
    },
  ),
  'passkeys/sign-in': defineAction(z.object({ userId: uuidSchema }), async ({ userId }, context) => {
    await assertCreatedByDemo(context, userId)
    return startLogin(context, { userId, configuration: 'passkey', page: 'passkeys' })
  }),
}

async function toRequest(context: ActionContext, userId: string, wanted: z.output<typeof work>) {
  await assertCreatedByDemo(context, userId)
  if (wanted.kind === 'reset-pin') {
    const target = `/api/users/${userId}/signing-methods/${wanted.pinId}`
    return { method: 'PUT', target, body: { value: wanted.pin } }
  }
  assertWalletOfDemo(wanted.walletId)
  const { walletId, message: data } = wanted
  const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data }
  return { method: 'POST', target: '/api/signatures', body: { signatureRequest } }
}

function methodsOf(userId: string): string {
  return `/custody/api/users/${userId}/signing-methods`
}

function toHeaders({ pinId, pin }: { readonly pinId: string; readonly pin: string }): Readonly<Record<string, string>> {
  return { 'signing-method': `${pinId}:${pin}` }
}
