import type { RequestDriver } from '../request-driver.ts'
import type { FaceHost } from './face-host.ts'
import { createLoginFlow, type LoginBrowser, type LoginFlow } from './login-flow.ts'

/** Logins by face at a host. */
export interface FaceLogins {
  /** The steps of a login; one relying party for all tests of a suite. */
  readonly steps: () => Promise<LoginFlow>
  /** Creates a user with this face, and starts a session in a browser. @param dvcID the tag of a verification configuration */
  readonly login: (
    person: string,
    dvcID: string,
    more?: Readonly<Record<string, unknown>>,
  ) => Promise<{ readonly userId: string; readonly browser: LoginBrowser }>
}

/** Creates the logins of a suite, whose host is there within tests only. */
export function createFaceLogins(client: RequestDriver, host: () => FaceHost): FaceLogins {
  let known: Promise<LoginFlow> | undefined
  const steps = (): Promise<LoginFlow> => (known ??= createLoginFlow(client, host().billfold, host().licence))
  return {
    steps,
    login: async (person, dvcID, more = {}) => {
      const at = await steps()
      const userId = await at.createEnrolledUser(person)
      const made = await at.createSession({ userId, dvcID, ...more })
      return { userId, browser: await at.startBrowser(made.url) }
    },
  }
}
