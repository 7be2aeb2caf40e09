import { remove } from '../../kernel/storage/index.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { openFaceAttempt } from './face-step/face-attempts.ts'
import { faceAttempts } from './tables.ts'

/** The maximum number of attempts in an export, newest first. */
const maxAttempts = 1000

/** Personal data: the face attempts of a user in sessions, with what camera and device reported. They are retained for 90 days. */
export const faceAttemptsData: PersonalData = {
  name: 'faceAttempts',
  tables: [faceAttempts],
  collect: async (services, { tenant, userId }) => {
    const rows = await services.storage.find(faceAttempts, {
      where: { tenant, userId },
      orderBy: [['id', 'desc']],
      limit: maxAttempts,
    })
    if (rows.length === 0) return undefined
    return Promise.all(
      rows.map(async (row) => ({
        at: new Date(row.at).toISOString(),
        decision: row.decision,
        inputs: await openFaceAttempt(services, row),
      })),
    )
  },
  erase: async (_, { tenant, userId }) => ({
    writes: [remove(faceAttempts, { where: { tenant, userId }, expectedRows: 'any' })],
  }),
}
