import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVerificationConfiguration } from '../../../identity/biometrics/verification-configurations.ts'
import { outcomeCode } from '../../../test-fixtures/outcome-code.ts'
import { testServices } from '../../../test-fixtures/services.ts'
import {
  testCertificate,
  type TestSessionService,
  startSessionService,
} from '../../../test-fixtures/session-service.ts'
import { importForeignSession } from './import-session.ts'
import type { ForeignSessionService } from './foreign-session.ts'
import { startInBrowser } from '../start-session.ts'

const services = testServices()
const actor = { tenant: 'default', id: 'anonymous' }
let service: TestSessionService
let trustedServices: readonly ForeignSessionService[]

beforeAll(async () => {
  await createVerificationConfiguration(services, actor, {
    tag: 'theirs',
    community: 'shop',
    selfieCaptureMode: 'manual',
  })
  service = await startSessionService((request, response) =>
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
  trustedServices = [{ origin, community: 'shop', allowPrivateAddresses: true, ca: testCertificate }]
})
afterAll(() => service.close())

const importFrom = (path: string) =>
  importForeignSession(services, actor, `https://127.0.0.1:${service.port}${path}`, trustedServices)

describe('importForeignSession', () => {
  it('stores one session for concurrent and repeated imports, which only one browser can start', async () => {
    const ids = await Promise.all([1, 2, 3, 4].map(() => importFrom('/one')))
    expect(new Set([...ids, await importFrom('/one')]).size).toBe(1)
    const [id = ''] = ids
    const started = await startInBrowser(services, actor, id, undefined)
    expect(started.configuration).toMatchObject({ tag: 'theirs', selfieCaptureMode: 'manual' })
    expect(started.session).toMatchObject({ community: 'shop', scopes: 'wallet selfie' })
    expect(await outcomeCode(startInBrowser(services, actor, id, undefined))).toBe('session.wrong-client')
  })

  it('ignores the user and the purpose that the other service names', async () => {
    const { session } = await startInBrowser(services, actor, await importFrom('/two'), undefined)
    expect(session).toMatchObject({ userId: null, purpose: 'authenticate', creatorId: null, identityVerified: false })
  })

  it('imports a session with an unknown configuration, which cannot be started', async () => {
    const started = startInBrowser(services, actor, await importFrom('/without'), undefined)
    expect(await outcomeCode(started)).toBe('verification-configuration.not-found')
  })
})
