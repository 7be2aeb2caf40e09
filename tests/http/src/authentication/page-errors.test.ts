import { memoryStorage, type RateLimiter, type Storage } from '@billfold/core'
import { beforeEach, expect, test } from 'vitest'
import { describeMounted } from '../hosts/describe-mounted.ts'
import type { HttpReply, MountedClient } from '../request-driver.ts'
import { createFaceHost } from './face-host.ts'

/** What a browser sends when a person opens a link. */
const navigation = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
const unknown = '018f0000-0000-7000-8000-000000000000'

let isLimited = false
let failure: Error | undefined

const limiter: RateLimiter = {
  consume: async () => ({ allowed: !isLimited, retryAfterSeconds: 7 }),
  peek: async () => ({ allowed: !isLimited, retryAfterSeconds: 7 }),
}

function failingStorage(): Storage {
  const memory = memoryStorage()
  return {
    ...memory,
    find: async (...input) => {
      if (failure !== undefined) throw failure
      return memory.find(...input)
    },
  }
}

beforeEach(() => {
  isLimited = false
  failure = undefined
})

describeMounted(
  'the errors of a link to the authentication page',
  async () => (await createFaceHost({ storage: failingStorage(), rateLimiter: limiter })).billfold.authentication,
  suite,
)

function suite(client: MountedClient): void {
  const session = Buffer.from(`https://login.example/walletapi/sessions/session/${unknown}`).toString('base64url')
  const link = `/v2/authenticate?session=${session}`
  const open = (path: string, accept = navigation, method = 'GET'): Promise<HttpReply> =>
    client.request(method, path, { headers: { accept, 'accept-language': 'en' } })
  const problemOf = ({ text }: HttpReply): string | undefined =>
    /name="billfold-problem" content="(\w*)"/.exec(text)?.[1]

  const expectPage = (reply: HttpReply, status: number, problem: string): void => {
    expect({ status: reply.status, problem: problemOf(reply) }).toEqual({ status, problem })
    expect(reply.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(reply.headers['content-security-policy']).toContain("default-src 'none'")
    expect(reply.headers['cache-control']).toBe('no-store')
  }

  const causes: readonly (readonly [string, number, string, () => void])[] = [
    ['an unknown session', 404, 'unknownLink', () => {}],
    [
      'too many requests',
      429,
      'busy',
      () => {
        isLimited = true
      },
    ],
    [
      'a failure of the host',
      500,
      'broken',
      () => {
        failure = new Error('the disk is full')
      },
    ],
  ]

  test.each(causes)('are a screen for a browser, and JSON for a client: %s', async (_, status, problem, arrange) => {
    arrange()
    const page = await open(link)
    expectPage(page, status, problem)
    expect(page.text).not.toContain('the disk is full')
    if (status === 429) expect(page.headers['retry-after']).toBe('7')
    for (const accept of ['application/json', '*/*', 'text/html;q=0.5, application/json']) {
      const reply = await open(link, accept)
      expect({ status: reply.status, json: reply.json }).toMatchObject({ status, json: { statusCode: status } })
    }
  })

  test('are a screen for a link that is too long or malformed, and for the page itself', async () => {
    expectPage(await open(`/v2/authenticate?session=${'x'.repeat(5000)}`), 400, 'unknownLink')
    expectPage(await open('/v2/authenticate?session=%25'), 400, 'unknownLink')
    expectPage(await open('/v2/authenticate?session=%E0%A4%A'), 400, 'unknownLink')
    expectPage(await open(`/v2/authentication?lang=${'x'.repeat(65)}`), 400, 'unknownLink')
    isLimited = true
    const limited = await open('/v2/authentication')
    expectPage(limited, 429, 'busy')
    expect(limited.headers['retry-after']).toBe('7')
  })

  test('are a screen for a form that is sent to it', async () => {
    const reply = await open('/v2/authenticate', navigation, 'POST')
    expectPage(reply, 405, 'unknownLink')
    expect(reply.headers['allow']).toBe('GET, HEAD')
    expect((await open('/v2/authenticate', 'application/json', 'POST')).json).toMatchObject({ statusCode: 405 })
  })

  test('speak the language of the link, whatever is in it', async () => {
    isLimited = true
    expect((await open(`${link}&lang=de`)).text).toContain('<html lang="de"')
    const hostile = await open(`${link}&lang=${encodeURIComponent('"><script>alert(1)</script>')}`)
    expectPage(hostile, 429, 'busy')
    expect(hostile.text).not.toContain('<script>alert')
  })

  test('stay JSON in every other route, also for a browser', async () => {
    for (const path of [`/v2/authentication/settings?session=${unknown}`, `/sessions/session/${unknown}`]) {
      expect((await open(path)).json).toMatchObject({ statusCode: 404 })
      isLimited = true
      expect((await open(path)).json).toMatchObject({ statusCode: 429 })
      isLimited = false
    }
  })
}
