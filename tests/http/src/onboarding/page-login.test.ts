import { afterAll, expect, it } from 'vitest'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { decodeClaims, logInApplicant, sendOnboardingRequest } from './applicant.ts'
import { createOnboardingHost, type OnboardingHost } from './onboarding-host.ts'

const hosts: OnboardingHost[] = []
afterAll(() => Promise.all(hosts.map((host) => host.drop())))

const page = { origin: 'https://shop.example' }

describeMounted(
  'a page that has a user token only',
  async () => {
    const host = await createOnboardingHost(undefined, { loginOrigins: [page.origin] })
    hosts.push(host)
    return host.billfold.onboarding
  },
  (client) => {
    const userToken = async (): Promise<string> => {
      const applicant = await logInApplicant(client)
      return (await applicant.send('POST', '/users', { json: { attributes: [] } })).body.token
    }
    const logIn = (token: string, headers: Record<string, string> = page) =>
      sendOnboardingRequest(client, 'POST', '/login', { headers, json: { token } })

    it('logs in from an allowed origin, once for each token', async () => {
      const token = await userToken()
      const replies = await Promise.all(Array.from({ length: 8 }, () => logIn(token)))
      const winners = replies.filter(({ status }) => status === 200)
      expect(winners).toHaveLength(1)
      expect(winners[0]?.body.redirectTo).toContain('/login/complete?ticket=')
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 401]))
    })

    it('is rejected from any other origin, and without one', async () => {
      const token = await userToken()
      for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, {}])
        expect((await logIn(token, headers)).status).toBe(401)
      expect((await logIn(token)).status).toBe(200)
    })

    it('is rejected with a token of a wallet, and with that of an erased user', async () => {
      const { jwt } = await logInApplicant(client)
      expect((await logIn(jwt)).status).toBe(401)
      const token = await userToken()
      await hosts.at(-1)?.billfold.users.erase(decodeClaims(token).sub)
      expect((await logIn(token)).status).toBe(404)
    })
  },
)
