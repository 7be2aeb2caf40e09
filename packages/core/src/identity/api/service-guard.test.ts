import { expect, it } from 'vitest'
import type { IncomingRequest } from '../../http/index.ts'
import { createServiceKey } from '../service-keys/service-keys.ts'
import { serviceKeyTable } from '../service-keys/table.ts'
import { batch, update } from '../../kernel/storage/index.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { serviceGuard, serviceTokenType } from './service-guard.ts'

function requestWith(authorization: string): IncomingRequest {
  return {
    method: 'GET',
    path: '/',
    mount: '',
    params: {},
    query: '',
    headers: { authorization },
    ip: '192.0.2.1',
    body: { kind: 'none' },
    signal: new AbortController().signal,
  }
}

it('rejects a token whose service key has moved to another tenant', async () => {
  const services = testServices()
  const { admit } = serviceGuard(services, 'custody')
  const actor = { tenant: 'one', id: 'host' }
  const { keyId } = await createServiceKey(services, actor, { tag: 't', scopes: ['custody'] })
  const token = await services.tokens.issue({
    type: serviceTokenType,
    audience: 'custody',
    tenant: 'one',
    subject: keyId,
    lifetimeSeconds: 300,
  })
  expect(await admit(requestWith(`Bearer ${token}`))).toMatchObject({ tenant: 'one', id: keyId })
  await services.storage.commit(batch(update(serviceKeyTable, { where: { id: keyId }, set: { tenant: 'two' } })))
  await expect(admit(requestWith(`Bearer ${token}`))).rejects.toMatchObject({ code: 'caller.unauthenticated' })
})

it('rejects malformed credentials with the same error as wrong ones', async () => {
  const { admit } = serviceGuard(testServices(), 'custody')
  for (const credentials of ['a:b', 'a\0b:c', 'a:b\0c', `${'a'.repeat(500)}:b`, ':']) {
    const basic = `Basic ${Buffer.from(credentials).toString('base64')}`
    await expect(admit(requestWith(basic))).rejects.toMatchObject({ code: 'caller.unauthenticated' })
  }
})
