import { z } from 'zod'
import { type Act, act, assertMadeHere, id, makeUser, pin } from './act.ts'
import { callApi, Refused } from './setup.ts'

const secretType = 'ETHEREUM'

/** Ids of the wallets created by this process. Signing with other wallets is rejected. */
const createdIds = new Set<string>()
const createdWallet = z.object({ result: z.object({ id: z.string() }) })

/** Actions: create a user, create a wallet, sign. */
export const custodyActs: Readonly<Record<string, Act>> = {
  'custody/user': act(z.object({ pin }), (input, context) => makeUser(context, input.pin)),
  'custody/wallet': act(z.object({ userId: id, pin }), async ({ userId, pin: pincode }, context) => {
    await assertMadeHere(context, userId)
    const { json } = await callApi(context, 'POST', '/custody/api/wallets', { secretType, userId, pincode })
    createdIds.add(createdWallet.parse(json).result.id)
    return json
  }),
  'custody/sign': act(
    z.object({ walletId: id, pin, message: z.string().min(1).max(1000) }),
    async ({ walletId, pin: pincode, message }, context) => {
      if (!createdIds.has(walletId)) throw new Refused('The demo signs only with wallets that it has created')
      const signatureRequest = { type: 'MESSAGE', secretType, walletId, data: message }
      return (await callApi(context, 'POST', '/custody/api/signatures', { pincode, signatureRequest })).json
    },
  ),
}
