import { z } from 'zod'
import { type Act, act, id } from './act.ts'
import { type Acting, callInProcess, Refused } from './setup.ts'

const approval = z.object({ applicationId: id, token: z.string().regex(/^[\w.-]{1,4096}$/) })

/** Action: approve an application, as a reviewer of the host. */
export const onboardingActs: Readonly<Record<string, Act>> = {
  'onboarding/approve': act(approval, async ({ applicationId, token }, context) => {
    await assertReadable(context, applicationId, token)
    const { applications } = context.billfold.onboarding
    for (const to of ['in_review', 'approved'] as const) {
      const code = `await billfold.onboarding.applications.move('${applicationId}', { to: '${to}' })`
      await callInProcess(context, code, () => applications.move(applicationId, { to }))
    }
    return {}
  }),
}

/** Asserts that the wallet token can read the application, so that the console approves its own applications only. @throws DemoError */
async function assertReadable({ settings }: Acting, applicationId: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  const { ok, body } = await fetch(`${settings.localUrl}/onboarding/applications/${applicationId}`, { headers })
  await body?.cancel()
  if (!ok) throw new Refused('The demo approves only applications submitted by the console')
}
