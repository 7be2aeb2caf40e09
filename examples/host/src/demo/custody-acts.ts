import { z } from 'zod'
import { type Act, act, assertMadeHere, id, makeUser, pin } from './act.ts'
import { callApi, Refused } from './setup.ts'

const secretType = 'ETHEREUM'

/** The wallets that this process has made for the console: it signs with no others. */
const made = new Set<string>()
const created = z.object({ result: z.object({ id: z.string() }) })

/** A user, a wallet of theirs, a signature with it. */
export const custodyActs: Readonly<Record<string, Act>> = {
  'custody/user': act(z.object({ pin }), (input, acting) => makeUser(acting, input.pin)),
  'custody/wallet': act(z.object({ userId: id, pin }), async ({ userId, pin: pincode }, acting) => {
    await assertMadeHere(acting, userId)
    const { json } = await callApi(acting, 'POST', '/custody/api/wallets', { secretType, userId, pincode })
    made.add(created.parse(json).result.id)
    return json
  }),
  'custody/sign': act(
    z.object({ walletId: id, pin, message: z.string().min(1).max(1000) }),
    async ({ walletId, pin: pincode, message }, acting) => {
      if (!made.has(walletId)) throw new Refused('The demo signs only with wallets that it has made')
      const signatureRequest = { type: 'MESSAGE', secretType, walletId, data: message }
      return (await callApi(acting, 'POST', '/custody/api/signatures', { pincode, signatureRequest })).json
    },
  ),
}
