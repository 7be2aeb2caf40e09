import { z } from 'zod'
import { takeTxCode } from '../notifier.ts'
import { type ActionContext, callApi, callInProcess, DemoError } from './context.ts'
import { assertCreatedByDemo, type DemoAction, defineAction, pinSchema, uuidSchema } from './demo-action.ts'
import { assertReadable } from './onboarding-actions.ts'
import { shopOrigin } from './local-http.ts'

const byPin = { userId: uuidSchema, pinId: uuidSchema, pin: pinSchema }
const wireText = z.string().min(1).max(8192)
const choiceSchema = z.record(z.string().max(64), uuidSchema)

const receiving = z.object({ ...byPin, applicationId: uuidSchema, token: z.string().max(4096), offer: wireText })
const presenting = z.object({ ...byPin, requestId: uuidSchema, choice: choiceSchema, consent: z.string().max(64) })

const offerReply = z.object({ id: z.string() })
const acceptedReply = z.object({ credentials: z.array(z.string()) })
const shownReply = z.looseObject({
  id: z.string(),
  options: z.array(z.object({ query: z.string(), candidates: z.array(z.object({ credential: z.string() })) })),
})

/** Actions: receive a credential, look at a request, agree and present. */
export const credentialDemoActions: Readonly<Record<string, DemoAction>> = {
  'credentials/shop': async (_, { settings }) => ({ url: `${shopOrigin(settings)}/shop` }),
  'credentials/receive': defineAction(receiving, async ({ userId, applicationId, token, offer, ...pin }, context) => {
    await assertCreatedByDemo(context, userId)
    await assertReadable(context, applicationId, token)
    const txCode = await readTxCode(context, applicationId)
    const path = `/holder/users/${userId}`
    const resolved = await callApi(context, 'POST', `${path}/offers`, { offer })
    const { id } = offerReply.parse(resolved.json)
    const accepted = await callApi(context, 'POST', `${path}/offers/${id}/accept`, { txCode }, methodHeader(pin))
    const [credentialId] = acceptedReply.parse(accepted.json).credentials
    if (credentialId === undefined) throw new DemoError('No credential was issued')
    const credential = (await callApi(context, 'GET', `${path}/credentials/${credentialId}`)).json
    return { offer: resolved.json, credential }
  }),
  'credentials/request': defineAction(
    z.object({ userId: uuidSchema, uri: wireText }),
    async ({ userId, uri }, context) => {
      await assertCreatedByDemo(context, userId)
      const path = `/holder/users/${userId}/requests`
      const shown = shownReply.parse((await callApi(context, 'POST', path, { uri })).json)
      const choice = Object.fromEntries(
        shown.options.flatMap(({ query, candidates: [first] }) => (first ? [[query, first.credential]] : [])),
      )
      if (Object.keys(choice).length === 0) throw new DemoError('This wallet has no credential that is asked for')
      const consent = (await callApi(context, 'POST', `${path}/${shown.id}/consent`, { choice })).json
      return { shown, choice, consent }
    },
  ),
  'credentials/present': defineAction(presenting, async ({ userId, requestId, choice, consent, ...pin }, context) => {
    await assertCreatedByDemo(context, userId)
    const path = `/holder/users/${userId}/requests/${requestId}/present`
    return (await callApi(context, 'POST', path, { choice, consent }, methodHeader(pin))).json
  }),
}

/** Delivers the messages that are due, and returns the code that the notifier was given for the applicant. */
async function readTxCode(context: ActionContext, applicationId: string): Promise<string> {
  await callInProcess(context, 'await billfold.deliver()', () => context.billfold.deliver())
  const code = takeTxCode(applicationId)
  if (code === undefined) throw new DemoError('No transaction code was sent for this application')
  return code
}

function methodHeader({ pinId, pin }: { readonly pinId: string; readonly pin: string }) {
  return { 'signing-method': `${pinId}:${pin}` }
}
