import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type DemoAction, defineAction } from './demo-action.ts'
import { callApi, DemoError } from './context.ts'

const service = z.object({ name: z.string().min(1).max(31), value: z.url({ protocol: /^https$/ }).max(200) })
const did = z.string().regex(/^did:[a-z]+:[A-Za-z0-9:]{1,128}$/)

/** DIDs created by this process. Updates of other DIDs are rejected. */
const createdDids = new Set<string>()
const createdWallet = z.object({ wallet: z.object({ did: z.string() }) })

/** Actions: create a DID wallet, add a service to its document. */
export const didDemoActions: Readonly<Record<string, DemoAction>> = {
  'dids/create': defineAction(service, async (input, context) => {
    const walletConfig = { txsInput: [{ service: input }, { delegate: {} }] }
    const { json } = await callApi(context, 'POST', '/dids/wallet', { walletConfig })
    createdDids.add(createdWallet.parse(json).wallet.did)
    return json
  }),
  'dids/configure': defineAction(service.extend({ did }), async (input, context) => {
    if (!createdDids.has(input.did)) throw new DemoError('The demo updates only DIDs that it has created')
    const { name, value } = input
    const change = { wallet: { did: input.did }, walletConfig: { txsInput: [{ service: { name, value } }] } }
    const bod = createHash('sha256').update(JSON.stringify(change)).digest('base64url')
    const authorization = { did: input.did, act: 'POST /wallet/configure', bod }
    const signed = z
      .object({ token: z.string() })
      .parse((await callApi(context, 'POST', '/dids/wallet/auth', authorization)).json)
    const headers = { 'x-did-auth': signed.token }
    return (await callApi(context, 'POST', '/dids/wallet/configure', change, headers)).json
  }),
}
