import { z } from 'zod'
import { type Act, act, id } from './act.ts'
import { type Acting, callInProcess, Refused } from './setup.ts'

const approval = z.object({ applicationId: id, token: z.string().regex(/^[\w.-]{1,4096}$/) })

/** What those who work for the host do with an application. */
export const onboardingActs: Readonly<Record<string, Act>> = {
  'onboarding/approve': act(approval, async ({ applicationId, token }, acting) => {
    await assertOwn(acting, applicationId, token)
    const { applications } = acting.billfold.onboarding
    for (const to of ['in_review', 'approved'] as const) {
      const code = `await billfold.onboarding.applications.move('${applicationId}', { to: '${to}' })`
      await callInProcess(acting, code, () => applications.move(applicationId, { to }))
    }
    return {}
  }),
}

/** The page shows the token of the wallet that applied. @throws Refused for an application that the token does not open */
async function assertOwn({ settings }: Acting, applicationId: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  const { ok, body } = await fetch(`${settings.localUrl}/onboarding/applications/${applicationId}`, { headers })
  await body?.cancel()
  if (!ok) throw new Refused('The demo approves only what the console has applied for')
}
