import { memoryStorage } from '@billfold/core'
import { batch, remove } from '@billfold/core/storage'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { credentialType } from '../../issuer/types/credential-type.ts'
import { claimsOf } from '../../issuer/types/dataset-source.ts'
import { storeHeldRows } from '../../test-fixtures/held-credentials.ts'
import { createWalletHost, createWalletPki } from '../../test-fixtures/wallet-host.ts'
import type { WalletRequest } from '../wallet-http.ts'
import { heldCredentials } from '../tables.ts'

const late = credentialType({
  id: 'late',
  claims: z.object({ level: z.string() }),
  sdJwt: { vct: 'urn:example:late:1' },
  from: claimsOf(() => sourced, { mayDefer: true }),
})
let sourced: { level: string } | 'later' = 'later'

test('a credential that comes later, with a user who has 200, is asked for once there is a slot', async () => {
  const storage = memoryStorage()
  let now = Date.now()
  const sent: WalletRequest[] = []
  const host = await createWalletHost(await createWalletPki(), {
    storage,
    types: [late],
    now: () => now,
    wrapHttp: (send) => (request) => {
      sent.push(request)
      return send(request)
    },
  })
  const user = await host.createUser()
  const { uri } = await host.billfold.credentials.issuer.offer(late, { subject: { userId: user.userId } })
  const { id } = z.object({ id: z.string() }).parse((await host.call(user, 'POST', '/offers', { offer: uri })).body)
  const accepted = await host.call(user, 'POST', `/offers/${id}/accept`, {}, user.method)
  expect(accepted).toMatchObject({ status: 200, body: { credentials: [], pending: true } })
  await storeHeldRows(storage, user.userId, 200)
  sourced = { level: 'gold' }
  sent.length = 0
  now += 4000_000
  await host.billfold.maintain()
  expect(sent).toEqual([])
  const where = { userId: user.userId }
  expect(await storage.find(heldCredentials, { where })).toHaveLength(200)
  await storage.commit(batch(remove(heldCredentials, { where: { ...where, slot: 17 } })))
  now += 4000_000
  await host.billfold.maintain()
  const rows = await storage.find(heldCredentials, { where: { ...where, slot: 17 } })
  expect(rows.map(({ type }) => type)).toEqual(['urn:example:late:1'])
})
