import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Act, act } from './act.ts'
import { callApi } from './ground.ts'

const service = z.object({ name: z.string().min(1).max(31), value: z.url({ protocol: /^https$/ }).max(200) })
const did = z.string().regex(/^did:[a-z]+:[A-Za-z0-9:]{1,128}$/)

/** A wallet of the service with a DID, and a further service in its document. */
export const didActs: Readonly<Record<string, Act>> = {
  'dids/create': act(service, async (given, acting) => {
    const walletConfig = { txsInput: [{ service: given }, { delegate: {} }] }
    return (await callApi(acting, 'POST', '/dids/wallet', { walletConfig })).json
  }),
  'dids/configure': act(service.extend({ did }), async (given, acting) => {
    const { name, value } = given
    const change = { wallet: { did: given.did }, walletConfig: { txsInput: [{ service: { name, value } }] } }
    const bod = createHash('sha256').update(JSON.stringify(change)).digest('base64url')
    const wanted = { did: given.did, act: 'POST /wallet/configure', bod }
    const signed = z
      .object({ token: z.string() })
      .parse((await callApi(acting, 'POST', '/dids/wallet/auth', wanted)).json)
    const headers = { 'x-did-auth': signed.token }
    return (await callApi(acting, 'POST', '/dids/wallet/configure', change, headers)).json
  }),
}
