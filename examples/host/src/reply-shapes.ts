import { z } from 'zod'

const text = z.string()

/** What the suites read of the replies of a host. */
export const replyShapes = {
  created: z.object({ result: z.object({ id: text }) }),
  wallet: z.object({ result: z.object({ id: text, address: text }) }),
  signature: z.object({ result: z.object({ signature: text }) }),
  user: z.object({ result: z.object({ signingMethods: z.array(z.unknown()) }) }),
  errors: z.object({ errors: z.tuple([z.object({ code: text })]) }),
  session: z.object({ sessionId: text, url: text }),
  challenge: z.object({ jwt: text, message: text }),
  login: z.object({ jwt: text }),
  application: z.object({ id: text }),
  didWallet: z.object({ wallet: z.object({ did: text }) }),
  publicKey: z.object({ publicKey: text }),
} as const
