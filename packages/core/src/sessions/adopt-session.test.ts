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
let known: readonly ForeignService[]

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
  known = [{ origin, community: 'shop', privateAddresses: true, ca: testCertificate }]
})
afterAll(() => service.close())

const adopt = (path: string) => adoptSession(services, actor, `https://127.0.0.1:${service.port}${path}`, known)

describe('a session of another service that is opened here', () => {
  it('is stored once, however often and by however many it is opened, and opened by one browser', async () => {
    const ids = await Promise.all([1, 2, 3, 4].map(() => adopt('/one')))
    expect(new Set([...ids, await adopt('/one')]).size).toBe(1)
    const [id = ''] = ids
    const opened = await openInBrowser(services, actor, id, undefined)
    expect(opened.configuration).toMatchObject({ tag: 'theirs', selfieCaptureMode: 'manual' })
    expect(opened.session).toMatchObject({ community: 'shop', scopes: 'wallet selfie' })
    expect(await codeOf(openInBrowser(services, actor, id, undefined))).toBe('session.elsewhere')
  })

  it('names neither its user nor a purpose but to authenticate', async () => {
    const { session } = await openInBrowser(services, actor, await adopt('/two'), undefined)
    expect(session).toMatchObject({ userId: null, purpose: 'authenticate', creatorId: null, vouched: false })
  })

  it('without a configuration that is known here is not opened', async () => {
    const opened = openInBrowser(services, actor, await adopt('/without'), undefined)
    expect(await codeOf(opened)).toBe('verification-configuration.unknown')
  })
})
