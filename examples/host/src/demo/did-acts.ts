import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Act, act } from './act.ts'
import { callApi, Refused } from './setup.ts'

const service = z.object({ name: z.string().min(1).max(31), value: z.url({ protocol: /^https$/ }).max(200) })
const did = z.string().regex(/^did:[a-z]+:[A-Za-z0-9:]{1,128}$/)

/** Those that this process has made for the console: it changes no others. */
const made = new Set<string>()
const created = z.object({ wallet: z.object({ did: z.string() }) })

/** A wallet of the service with a DID, and a further service in its document. */
export const didActs: Readonly<Record<string, Act>> = {
  'dids/create': act(service, async (given, acting) => {
    const walletConfig = { txsInput: [{ service: given }, { delegate: {} }] }
    const { json } = await callApi(acting, 'POST', '/dids/wallet', { walletConfig })
    made.add(created.parse(json).wallet.did)
    return json
  }),
  'dids/configure': act(service.extend({ did }), async (given, acting) => {
    if (!made.has(given.did)) throw new Refused('The demo changes only DIDs that it has made')
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
