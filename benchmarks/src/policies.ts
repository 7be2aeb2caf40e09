import {
  type Billfold,
  createBillfold,
  createPasswordHasher,
  localKeyring,
  newKey,
  type PasswordHasher,
} from '@billfold/core'
import { risk } from '@billfold/risk'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { z } from 'zod'
import { loginDatabase } from './login-database.ts'
import { saveResult } from './save-result.ts'

// CPU time of a signature with ten rules, compared with one of a host without the module, on SQLite:
// node dist/policies.js [rounds] [signatures per round]

const [, , roundsText = '9', signaturesText = '40'] = process.argv
const rounds = Number(roundsText)
const signatures = Number(signaturesText)
const pincode = '471147'

/** Hashes almost for nothing, so that what the module adds is not hidden by the hash of the PIN. */
const cheapHasher = createPasswordHasher({
  cost: { logN: 1, r: 1, p: 1 },
  concurrency: 4,
  queue: 1000,
  perSource: 1000,
  perAnonymousSource: 1000,
})

interface Signer {
  readonly sign: () => Promise<void>
  /** Microseconds of CPU time per signature, one entry per round. */
  readonly costs: number[]
}

const reply = z.object({ result: z.object({ id: z.string() }) })

async function callCustody(billfold: Billfold, authorization: string, id: string, body: object): Promise<unknown> {
  const route = billfold.custody.routes.find((one) => one.id === id)
  if (route === undefined) throw new Error(`no route ${id}`)
  const response = await billfold.custody.handle(route, {
    method: route.method,
    path: route.path,
    mount: '',
    params: {},
    query: '',
    headers: { authorization, 'content-type': 'application/json' },
    ip: '127.0.0.1',
    body: { kind: 'parsed', value: body },
    signal: new AbortController().signal,
  })
  const { status, body: text } = response
  if (status !== 200 || typeof text !== 'string') throw new Error(`${id} was answered with ${status}`)
  return JSON.parse(text)
}

/** @param passwordHasher undefined for the default cost */
async function createSigner(rules: number, passwordHasher: PasswordHasher | undefined): Promise<Signer> {
  const { kysely } = loginDatabase()
  const modules = rules === 0 ? [] : [risk()]
  await migrate(kysely, { dialect: 'sqlite', modules })
  const options = {
    storage: kyselyStorage(kysely, { dialect: 'sqlite' }),
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    ...(passwordHasher !== undefined && { passwordHasher }),
  }
  const billfold = rules === 0 ? createBillfold(options) : await withRules(options, rules)
  const { keyId, keySecret } = await billfold.serviceKeys.create({ tag: 'benchmark', scopes: ['custody'] })
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
  const call = (id: string, body: object): Promise<unknown> => callCustody(billfold, authorization, id, body)
  const user = reply.parse(await call('createUser', { signingMethod: { type: 'PIN', value: pincode } }))
  const wallet = { secretType: 'ETHEREUM', userId: user.result.id, pincode }
  const { result } = reply.parse(await call('createWallet', wallet))
  const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: result.id, data: 'benchmark' }
  return {
    sign: async () => {
      await call('createSignature', { pincode, signatureRequest })
    },
    costs: [],
  }
}

/** Ten rules that a host may have: limits by count, hours and countersignatures, none of which the signatures meet. */
async function withRules(options: Parameters<typeof createBillfold>[0], rules: number): Promise<Billfold> {
  const billfold = createBillfold({ ...options, modules: [risk()] })
  for (let number = 0; number < rules; number++)
    await billfold.risk.policies.add({
      name: `rule ${number}`,
      subject: { kind: 'tenant' },
      acts: ['message'],
      when: { count: { above: 1_000_000 + number, window: { seconds: 3600 } } },
      then: { decision: 'deny' },
    })
  return billfold
}

async function measure({ sign }: Signer): Promise<number> {
  const before = process.cpuUsage()
  for (let number = 0; number < signatures; number++) await sign()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / signatures
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
}

async function compare(name: string, passwordHasher: PasswordHasher | undefined): Promise<void> {
  const plain = await createSigner(0, passwordHasher)
  const ruled = await createSigner(10, passwordHasher)
  for (const signer of [plain, ruled]) await measure(signer)
  for (let round = 0; round < rounds; round++)
    for (const signer of round % 2 === 0 ? [plain, ruled] : [ruled, plain]) signer.costs.push(await measure(signer))
  const ratios = ruled.costs.map((cost, round) => cost / (plain.costs[round] ?? Number.NaN))
  const [ours, theirs] = [median(ruled.costs), median(plain.costs)]
  const format = (cost: number): string => `${(cost / 1000).toFixed(2)} ms CPU`
  process.stdout.write(
    `${name}: ten rules ${format(ours)}; no module ${format(theirs)}; ratio ${median(ratios).toFixed(3)}\n`,
  )
  saveResult({
    name: `policies: ${name}`,
    billfold: `ten rules ${format(ours)}`,
    other: `no module ${format(theirs)}`,
    ratio: median(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
  })
}

await compare('a signature with a PIN', undefined)
await compare('a signature with a PIN whose hash costs nothing', cheapHasher)
process.exit(0)
