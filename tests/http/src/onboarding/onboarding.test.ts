import { afterAll, expect } from 'vitest'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { isDefaultMounting } from '../hosts/mountings.ts'
import { createOnboardingHost, type OnboardingHost } from './onboarding-host.ts'
import { applicationSuite } from './application-suite.ts'
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
  (client) => {
    const host = (): OnboardingHost => hosts.at(-1) ?? expect.fail('no host is running')
    onboardingSuite(client, host)
    applicationSuite(client, host)
  },
  // Those that meet every pair, and Express 4: nested routers are covered by the suites of the adapters.
  {
    only: (mounting) =>
      isDefaultMounting(mounting) ||
      (mounting.framework === 'express 4' &&
        mounting.through === 'app' &&
        mounting.prefix === '/id' &&
        mounting.parser),
  },
)
