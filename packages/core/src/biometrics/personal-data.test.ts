import { expect, it } from 'vitest'
import { newId } from '../ids.ts'
import { batch, insert } from '../storage/index.ts'
import { codeOf } from '../test-fixtures/code-of.ts'
import { testServices } from '../test-fixtures/services.ts'
import { inProcessUsers } from '../users/in-process.ts'
import type { PersonalData } from '../users/personal-data.ts'
import { users as userTable } from '../users/table.ts'
import { checkedVerifier } from './checked-verifier.ts'
import { enrolmentWrites } from './enrol.ts'
import { findPerson, templatesOf } from './people.ts'
import { facesData } from './personal-data.ts'
import { removeFace } from './remove-face.ts'
import { scriptedVerifier } from './scripted-verifier.ts'
import type { Template } from './verifier.ts'

const services = testServices()
const actor = { tenant: 't', id: 'host' }
const inline: Template = { kind: 'inline', format: 'scripted/1', bytes: new Uint8Array(32) }

async function createTestUser(): Promise<string> {
  const row = { id: newId(), tenant: 't', reference: null, createdAt: services.now(), archivedAt: null }
  await services.storage.commit(batch(insert(userTable, row)))
  return row.id
}

async function enrol(userId: string, template: Template = inline): Promise<void> {
  const owner = { tenant: 't', community: 'default', userId }
  await services.storage.commit(batch(...(await enrolmentWrites(services, actor, owner, undefined, [template]))))
}

it('erases a face that is enrolled concurrently with the erasure of its user', async () => {
  const userId = await createTestUser()
  let hasEnrolled = false
  // Enrols between the reads and the commit of the erasure.
  const another: PersonalData = {
    name: 'another',
    collect: async () => undefined,
    erase: async () => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      if (!hasEnrolled) await enrol(userId)
      hasEnrolled = true
      return { writes: [] }
    },
  }
  await inProcessUsers(services, [facesData(undefined), another], () => actor).erase(userId)
  expect(hasEnrolled).toBe(true)
  expect(await findPerson(services, { tenant: 't', community: 'default', userId })).toBeUndefined()
})

it("erases nothing while the vendor's store is unavailable, and removes the face there first", async () => {
  const userId = await createTestUser()
  await enrol(userId, { kind: 'reference', format: 'vendor/1', reference: 'face 1' })
  const removed: string[] = []
  let isUp = false
  const vendor = checkedVerifier({
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
  const users = inProcessUsers(services, [facesData(vendor)], () => actor)
  const owner = { tenant: 't', community: 'default', userId }
  expect(await codeOf(users.erase(userId))).toBe('verifier.unavailable')
  const person = await findPerson(services, owner)
  expect(person?.templates).toBe(1)
  isUp = true
  await users.erase(userId)
  expect(removed).toEqual(['face 1'])
  expect(await templatesOf(services, person?.id ?? '')).toEqual([])
  expect(await codeOf(removeFace(services, vendor, actor, owner))).toBe('face.unknown')
})
