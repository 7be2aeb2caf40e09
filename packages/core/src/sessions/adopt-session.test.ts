import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createConfiguration } from '../biometrics/configurations.ts'
import { codeOf } from '../test-fixtures/code-of.ts'
import { testServices } from '../test-fixtures/services.ts'
import { testCertificate, type TestSessionService, testSessionService } from '../test-fixtures/session-service.ts'
import { adoptSession } from './adopt-session.ts'
import type { ForeignService } from './foreign-session.ts'
import { openInBrowser } from './open-session.ts'

const services = testServices()
const actor = { tenant: 'default', id: 'anonymous' }
let service: TestSessionService
let trustedServices: readonly ForeignService[]

beforeAll(async () => {
  await createConfiguration(services, actor, { tag: 'theirs', community: 'shop', selfieCaptureMode: 'manual' })
  service = await testSessionService((request, response) =>
    response.end(
      JSON.stringify({
        sessionId: request.url,
        scopes: 'wallet, selfie',
        purpose: 'enroll',
        userId: 'somebody',
        privateInfo: { dvcID: request.url === '/without' ? undefined : 'theirs' },
      }),
    ),
  )
  const origin = `https://127.0.0.1:${service.port}`
  trustedServices = [{ origin, community: 'shop', privateAddresses: true, ca: testCertificate }]
})
afterAll(() => service.close())

const importFrom = (path: string) =>
  adoptSession(services, actor, `https://127.0.0.1:${service.port}${path}`, trustedServices)

describe('importForeignSession', () => {
  it('stores one session for concurrent and repeated imports, which only one browser can start', async () => {
    const ids = await Promise.all([1, 2, 3, 4].map(() => importFrom('/one')))
    expect(new Set([...ids, await importFrom('/one')]).size).toBe(1)
    const [id = ''] = ids
    const started = await openInBrowser(services, actor, id, undefined)
    expect(started.configuration).toMatchObject({ tag: 'theirs', selfieCaptureMode: 'manual' })
    expect(started.session).toMatchObject({ community: 'shop', scopes: 'wallet selfie' })
    expect(await codeOf(openInBrowser(services, actor, id, undefined))).toBe('session.elsewhere')
  })

  it('ignores the user and the purpose that the other service names', async () => {
    const { session } = await openInBrowser(services, actor, await importFrom('/two'), undefined)
    expect(session).toMatchObject({ userId: null, purpose: 'authenticate', creatorId: null, vouched: false })
  })

  it('imports a session with an unknown configuration, which cannot be started', async () => {
    const started = openInBrowser(services, actor, await importFrom('/without'), undefined)
    expect(await codeOf(started)).toBe('verification-configuration.unknown')
  })
})
