import { createBillfold, localKeyring, memoryStorage, newId, newKey, silentLogger } from '@billfold/core'
import { type Act, defineModule } from '@billfold/core/modules'
import { expect, test } from 'vitest'
import { risk } from '../risk.ts'

const transfer = (index: number): Buffer =>
  Buffer.from(`a9059cbb${index.toString(16).padStart(64, '0')}${'f'.repeat(64)}`, 'hex')

function createHost() {
  const module = defineModule({
    name: 'probe',
    tables: [],
    create: ({ services, host }) => ({
      functions: {
        authorize: async (act: Omit<Act, 'actor'>) => services.actAuthorizers[0]?.({ ...act, actor: host() }),
      },
    }),
  })
  return createBillfold({
    storage: memoryStorage(),
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    logger: silentLogger,
    modules: [risk(), module],
  })
}

test('an act of many calls waits, and says that it does more than is shown', async () => {
  const { probe, risk: module } = createHost()
  await module.policies.add({
    name: 'Ask',
    subject: { kind: 'tenant' },
    then: { decision: 'approve', by: 1, of: ['somebody'] },
  })
  const calls = Array.from({ length: 100 }, (_, index) => ({
    to: `0x${(index + 1).toString(16).padStart(40, '0')}`,
    value: 0n,
    data: transfer(index + 1),
  }))
  const decided = await probe.authorize({
    kind: 'transaction',
    userId: newId(),
    network: 'eip155:1',
    content: 'x'.repeat(5000),
    calls,
  })
  expect(decided).toMatchObject({ decision: 'approve' })
  const [waiting] = await module.approvals.list()
  expect(waiting?.act).toMatchObject({ complete: false, content: 'x'.repeat(2000), contentLength: 5000 })
  expect(waiting?.act.effects.length).toBeGreaterThan(10)
  const odd = { kind: 'transaction', userId: newId(), content: '\u0001"\ud800€'.repeat(1000) } as const
  expect(await probe.authorize(odd)).toMatchObject({ decision: 'approve' })
  const shown = await Promise.all((await module.approvals.list()).map(({ id }) => module.approvals.get(id)))
  expect(shown.map(({ act }) => act.content)).toEqual([odd.content, 'x'.repeat(5000)])
})

test('an act that is longer than can be shown is denied where it would have to be approved', async () => {
  const { probe, risk: module } = createHost()
  await module.policies.add({
    name: 'Ask',
    subject: { kind: 'tenant' },
    then: { decision: 'approve', by: 1, of: ['somebody'] },
  })
  const act = (length: number) => ({ kind: 'message', userId: newId(), content: 'x'.repeat(length) }) as const
  expect(await probe.authorize(act(1024 * 1024))).toMatchObject({ decision: 'approve' })
  expect(await probe.authorize(act(1024 * 1024 + 1))).toMatchObject({ decision: 'deny' })
})
