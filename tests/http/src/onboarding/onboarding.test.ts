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
  // A third of the ways would show no more: how routers are nested is the adapters' own suites' to show.
  {
    only: ({ framework, through, prefix, parser }) =>
      through === 'app' && (framework !== 'express 4' || (prefix === '/id' && parser)),
  },
)
