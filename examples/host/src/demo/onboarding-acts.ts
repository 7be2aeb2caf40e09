import { z } from 'zod'
import { type Act, act, id } from './act.ts'
import { callInProcess } from './ground.ts'

/** What those who work for the host do with an application. */
export const onboardingActs: Readonly<Record<string, Act>> = {
  'onboarding/approve': act(z.object({ applicationId: id }), async ({ applicationId }, acting) => {
    const { applications } = acting.billfold.onboarding
    for (const to of ['in_review', 'approved'] as const) {
      const code = `await billfold.onboarding.applications.move('${applicationId}', { to: '${to}' })`
      await callInProcess(acting, code, () => applications.move(applicationId, { to }))
    }
    return {}
  }),
}
