import { expect, test } from 'vitest'
import { newId } from '../../kernel/ids.ts'
import { batch, insert } from '../../kernel/storage/index.ts'
import { createAuditApi } from '../../platform/audit/api.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { type ApplicationContent, sealApplicationContent } from './application.ts'
import { applications } from './tables.ts'
import { viewApplication } from './view-application.ts'

const tenant = 't'
const reviewer = { tenant, id: 'review:grace' }

async function createHost(content: Partial<ApplicationContent> = {}) {
  const services = testServices()
  const key = { id: newId(), tenant }
  const sealedContent = await sealApplicationContent(services, key, { attributes: [], files: [], ...content })
  const times = { createdAt: 1, updatedAt: 1 }
  const hashes = { owner: 'o', contentHash: 'h', idempotencyKey: null }
  const row = { ...key, ...hashes, ...times, template: '1', status: 'submitted', sealedContent }
  await services.storage.commit(batch(insert(applications, row)))
  return { services, id: key.id, audit: createAuditApi(services, (of = tenant) => ({ ...reviewer, tenant: of })) }
}

test('a view of an application is in the audit log, with who looked and the kinds of content, and nothing of the content', async () => {
  const attributes = [{ id: 'name', data: { value: { first: 'Ada' } } }]
  const { services, id, audit } = await createHost({ attributes, files: ['f'], messages: [] })
  expect(await viewApplication(services, reviewer, id)).toMatchObject({ id, attributes, files: ['f'] })
  const { records } = await audit.search()
  expect(records).toMatchObject([
    { action: 'application.viewed', actor: 'review:grace', subject: id, detail: { kinds: 'attributes files' } },
  ])
  expect(JSON.stringify(records)).not.toContain('Ada')
})

test('a view of an unknown application, or of one of another tenant, leaves no record', async () => {
  const { services, id, audit } = await createHost()
  const notFound = { code: 'application.not-found' }
  await expect(viewApplication(services, reviewer, 'none')).rejects.toMatchObject(notFound)
  await expect(viewApplication(services, { ...reviewer, tenant: 'other' }, id)).rejects.toMatchObject(notFound)
  for (const of of [tenant, 'other']) expect((await audit.search({ tenant: of })).records).toEqual([])
})

test('a view returns nothing if its record cannot be written', async () => {
  const { services, id } = await createHost()
  const storage = { ...services.storage, commit: () => Promise.reject(new Error('read only')) }
  await expect(viewApplication({ ...services, storage }, reviewer, id)).rejects.toThrow('read only')
})
