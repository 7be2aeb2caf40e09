import { listTestDatabases } from '@billfold/test-databases'
import { verifyMessage } from 'ethers'
import { z } from 'zod'
import {
  compareInTurns,
  type ComparedServer,
  postJson,
  reportComparison,
  startComparedServer,
  stopServers,
} from './compared-servers.ts'
import { pincode, type SignatureCaller, signatureCaller } from './signature-caller.ts'

// CPU time of a signature with a PIN whose hash costs nothing, on PostgreSQL: Billfold on Express, and a bare Express route over pg
// with the same guarantees. The servers take turns: node dist/signature.js [rounds] [signatures per round]

const [rounds = 7, operations = 200] = process.argv.slice(2).map(Number)
const clients = 8
const reply = z.object({ result: z.object({ signature: z.string() }) })

async function sign(server: ComparedServer<SignatureCaller>, client: number): Promise<void> {
  const { authorization, wallets } = server.ready
  const walletId = wallets[client]
  const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data: 'benchmark' }
  const signed = await postJson(server, '/api/signatures', { pincode, signatureRequest }, { authorization })
  verifyMessage('benchmark', reply.parse(signed).result.signature)
}

const database = (await listTestDatabases({ servers: 'always' })).find(({ kind }) => kind === 'postgres')
if (database === undefined) throw new Error('signature needs PostgreSQL')
const fresh = [await database.create(), await database.create()] as const
const ready = signatureCaller.extend({ port: z.number() })
const start = (name: string, which: string, url = ''): Promise<ComparedServer<SignatureCaller>> =>
  startComparedServer(name, 'signature-server.js', [which, url, String(clients)], ready, clients)
const servers = await Promise.all([
  start('Billfold', 'billfold', fresh[0].url),
  start('bare Express route over pg', 'bare', fresh[1].url),
])
try {
  await compareInTurns(servers, { rounds, operations, clients }, sign)
  reportComparison('a signature with a PIN whose hash costs nothing, PostgreSQL', ...servers)
} finally {
  stopServers(servers)
  for (const { drop } of fresh) await drop()
}
