import { expect, it } from 'vitest'
import { newId } from '../../kernel/ids.ts'
import { batch, insert } from '../../kernel/storage/index.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createUsersApi } from '../users/api.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { users as userTable } from '../users/table.ts'
import { createVerifierClient } from './verifier-client.ts'
import { enrolmentWrites } from './enrolment.ts'
import { findFacePerson, listFaceTemplates } from './face-people.ts'
import { facesData } from './personal-data.ts'
import { removeFace } from './remove-face.ts'
import { scriptedVerifier } from './scripted-verifier.ts'
import type { FaceTemplate } from './verifier.ts'

const services = testServices()
const actor = { tenant: 't', id: 'host' }
const inline: FaceTemplate = { kind: 'inline', format: 'scripted/1', bytes: new Uint8Array(32) }

async function createTestUser(): Promise<string> {
  const row = { id: newId(), tenant: 't', reference: null, origin: 'test', createdAt: services.now(), archivedAt: null }
  await services.storage.commit(batch(insert(userTable, row)))
  return row.id
}

async function enrol(userId: string, template: FaceTemplate = inline): Promise<void> {
  const owner = { tenant: 't', community: 'default', userId }
  await services.storage.commit(batch(...(await enrolmentWrites(services, actor, owner, undefined, [template]))))
}

it('erases a face that is enrolled concurrently with the erasure of its user', async () => {
  const userId = await createTestUser()
  let hasEnrolled = false
  // Enrols between the reads and the commit of the erasure.
  const another: PersonalData = {
    name: 'another',
    tables: [],
    collect: async () => undefined,
    erase: async () => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      if (!hasEnrolled) await enrol(userId)
      hasEnrolled = true
      return { writes: [] }
    },
  }
  await createUsersApi(services, [facesData(undefined), another], () => actor).erase(userId)
  expect(hasEnrolled).toBe(true)
  expect(await findFacePerson(services, { tenant: 't', community: 'default', userId })).toBeUndefined()
})

it("erases nothing while the vendor's store is unavailable, and removes the face there first", async () => {
  const userId = await createTestUser()
  await enrol(userId, { kind: 'reference', format: 'vendor/1', reference: 'face 1' })
  const removed: string[] = []
  let isUp = false
  const vendor = createVerifierClient({
    ...scriptedVerifier(),
    capabilities: {
      identify: true,
      templates: { kind: 'reference', format: 'vendor/1' },
      liveness: 'challenge',
      assurance: 'basic',
    },
    remove: async ({ templates }) => {
      if (!isUp) throw new Error('the vendor is down')
      for (const template of templates) if (template.kind === 'reference') removed.push(template.reference)
    },
  })
  const users = createUsersApi(services, [facesData(vendor)], () => actor)
  const owner = { tenant: 't', community: 'default', userId }
  expect(await outcomeCode(users.erase(userId))).toBe('verifier.unavailable')
  const person = await findFacePerson(services, owner)
  expect(person?.templates).toBe(1)
  isUp = true
  await users.erase(userId)
  expect(removed).toEqual(['face 1'])
  expect(await listFaceTemplates(services, person?.id ?? '')).toEqual([])
  expect(await outcomeCode(removeFace(services, vendor, actor, owner))).toBe('face.not-found')
})
