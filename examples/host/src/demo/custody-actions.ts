import { z } from 'zod'
import {
  type DemoAction,
  defineAction,
  assertCreatedByDemo,
  uuidSchema,
  createDemoUser,
  pinSchema,
} from './demo-action.ts'
import { callApi, callInProcess, DemoError } from './context.ts'

const secretType = 'ETHEREUM'

/** Ids of the wallets created by this process. Signing with other wallets is rejected. */
const createdIds = new Set<string>()
const createdWallet = z.object({ result: z.object({ id: z.string() }) })

function assessCall(userId: string): string {
  return `await billfold.risk.assess({ userId: '${userId}', act: 'message' })`
}

/** Actions: create a user, create a wallet, sign. */
export const custodyDemoActions: Readonly<Record<string, DemoAction>> = {
  'custody/user': defineAction(z.object({ pin: pinSchema }), (input, context) => createDemoUser(context, input.pin)),
  'custody/wallet': defineAction(
    z.object({ userId: uuidSchema, pin: pinSchema }),
    async ({ userId, pin: pincode }, context) => {
      await assertCreatedByDemo(context, userId)
      const { json } = await callApi(context, 'POST', '/custody/api/wallets', { secretType, userId, pincode })
      createdIds.add(createdWallet.parse(json).result.id)
      return json
    },
  ),
  'custody/attempts': defineAction(z.object({ userId: uuidSchema }), async ({ userId }, context) => {
    await assertCreatedByDemo(context, userId)
    const [method] = await context.billfold.users.methods(userId)
    return { remainingAttempts: method?.remainingAttempts ?? 0 }
  }),
  'custody/risk': defineAction(z.object({ userId: uuidSchema }), async ({ userId }, context) => {
    await assertCreatedByDemo(context, userId)
    const assessment = await callInProcess(context, assessCall(userId), () =>
      context.billfold.risk.assess({ userId, act: 'message' }),
    )
    return { assessment, waiting: (await context.billfold.risk.approvals.list(userId)).length }
  }),
  'custody/sign': defineAction(
    z.object({ walletId: uuidSchema, pin: pinSchema, message: z.string().min(1).max(1000) }),
    async ({ walletId, pin: pincode, message }, context) => {
      assertWalletOfDemo(walletId)
      const signatureRequest = { type: 'MESSAGE', secretType, walletId, data: message }
      return (await callApi(context, 'POST', '/custody/api/signatures', { pincode, signatureRequest })).json
    },
  ),
}

/** Asserts that this process has created a wallet. @throws DemoError */
export function assertWalletOfDemo(walletId: string): void {
  if (!createdIds.has(walletId)) throw new DemoError('The demo signs only with wallets that it has created')
}
