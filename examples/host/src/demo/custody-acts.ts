import { z } from 'zod'
import { type Act, act, id, makeUser, pin } from './act.ts'
import { callApi } from './ground.ts'

const secretType = 'ETHEREUM'

/** A user, a wallet of theirs, a signature with it. */
export const custodyActs: Readonly<Record<string, Act>> = {
  'custody/user': act(z.object({ pin }), (input, acting) => makeUser(acting, input.pin)),
  'custody/wallet': act(z.object({ userId: id, pin }), async ({ userId, pin: pincode }, acting) => {
    return (await callApi(acting, 'POST', '/custody/api/wallets', { secretType, userId, pincode })).json
  }),
  'custody/sign': act(
    z.object({ walletId: id, pin, message: z.string().min(1).max(1000) }),
    async ({ walletId, pin: pincode, message }, acting) => {
      const signatureRequest = { type: 'MESSAGE', secretType, walletId, data: message }
      return (await callApi(acting, 'POST', '/custody/api/signatures', { pincode, signatureRequest })).json
    },
  ),
}
