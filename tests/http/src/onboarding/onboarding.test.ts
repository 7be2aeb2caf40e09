import { afterAll } from 'vitest'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { createOnboardingHost, type OnboardingHost } from './onboarding-host.ts'
import { onboardingSuite } from './onboarding-suite.ts'

const hosts: OnboardingHost[] = []
afterAll(() => Promise.all(hosts.map((host) => host.drop())))

describeMounted(
  'the onboarding API',
  async () => {
    const host = await createOnboardingHost()
    hosts.push(host)
    return host.billfold.onboarding
  },
  (client) =>
    onboardingSuite(client, () => {
      const host = hosts.at(-1)
      if (host === undefined) throw new Error('there is no host yet')
      return host
    }),
  // A third of the mountings is enough: nested routers are covered by the suites of the adapters.
  {
    only: ({ framework, through, prefix, parser }) =>
      through === 'app' && (framework !== 'express 4' || (prefix === '/id' && parser)),
  },
)
