import { z } from 'zod'
import { type DemoAction, defineAction, uuidSchema } from './demo-action.ts'
import { type ActionContext, callInProcess, DemoError } from './context.ts'

const approval = z.object({ applicationId: uuidSchema, token: z.string().regex(/^[\w.-]{1,4096}$/) })

/** Action: approve an application, as a reviewer of the host. */
export const onboardingDemoActions: Readonly<Record<string, DemoAction>> = {
  'onboarding/approve': defineAction(approval, async ({ applicationId, token }, context) => {
    await assertReadable(context, applicationId, token)
    const { applications } = context.billfold.onboarding
    for (const to of ['in_review', 'approved'] as const) {
      const code = `await billfold.onboarding.applications.transition('${applicationId}', { to: '${to}' })`
      await callInProcess(context, code, () => applications.transition(applicationId, { to }))
    }
    return {}
  }),
}

/** Asserts that the wallet token can read the application, so that the console approves its own applications only. @throws DemoError */
export async function assertReadable({ settings }: ActionContext, applicationId: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  const { ok, body } = await fetch(`${settings.localUrl}/onboarding/applications/${applicationId}`, { headers })
  await body?.cancel()
  if (!ok) throw new DemoError('The demo approves only applications submitted by the console')
}
