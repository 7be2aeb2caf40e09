import type { AdditionalModule } from '@billfold/core'
import type { PersonalData } from '@billfold/core/modules'
import { batch, bytes, defineTable, insert, remove, text } from '@billfold/core/storage'
import { expect, test } from 'vitest'
import { describeModule } from './describe-module.ts'
import { moduleCases } from './module-cases.ts'

const badges = defineTable({
  name: 'badges',
  columns: { userId: text(36), tenant: text(64), title: text(40) },
  key: ['userId'],
})

const badgeData: PersonalData = {
  name: 'badges',
  tables: [badges],
  collect: async ({ storage }, { tenant, userId }) => {
    const rows = await storage.find(badges, { where: { tenant, userId } })
    return rows.length === 0 ? undefined : rows.map(({ title }) => title)
  },
  erase: async (_, { tenant, userId }) => ({
    writes: [remove(badges, { where: { tenant, userId }, expectedRows: 'any' })],
  }),
}

/** Creates a module that awards badges, with some personal data and declarations. */
function badgeModule(personalData: readonly PersonalData[], declared: Partial<AdditionalModule> = {}) {
  return {
    tables: [badges],
    ...declared,
    name: 'badges',
    create: ({ services: { storage } }: Parameters<AdditionalModule['create']>[0]) => ({
      personalData,
      functions: {
        award: (userId: string) =>
          storage.commit(batch(insert(badges, { userId, tenant: 'default', title: 'first steps' }))),
      },
    }),
  } as const
}

describeModule('a module that forgets nothing', () => ({
  module: badgeModule([badgeData]),
  fill: (billfold, userId) => billfold.badges.award(userId),
}))

const sealed = defineTable({ name: 'sealed_badges', columns: { id: text(36), sealedTitle: bytes(99) }, key: ['id'] })

test.each([
  ['exports and erases every table', badgeModule([])],
  ['exports what it stores', badgeModule([{ ...badgeData, erase: async () => ({ writes: [] }) }])],
  ['exports what it stores', badgeModule([{ ...badgeData, collect: async () => undefined }])],
  ['declares how every column', badgeModule([badgeData], { tables: [badges, sealed] })],
  ['gives every error code', badgeModule([badgeData], { errors: { 'badge.bad': { status: 200, message: 'Bad' } } })],
  ['gives every error code', badgeModule([badgeData], { auditActions: { badge_awarded: 'A badge was awarded' } })],
  ['has no name in common', badgeModule([badgeData], { auditActions: { 'wallet.created': 'A wallet was created' } })],
])('the case "%s" fails for a module that violates it', async (title, module) => {
  const found = moduleCases.find(({ name }) => name.startsWith(title))
  await expect(found?.run({ module, fill: (billfold, userId) => billfold.badges.award(userId) })).rejects.toMatchObject(
    { name: 'AssertionError' },
  )
})
