import { verifyMessage } from 'ethers'
import { z } from 'zod'
import { compareOnPostgres } from './compare-on-postgres.ts'
import { type ComparedServer, postJson } from './compared-servers.ts'
import { pincode, type SignatureCaller, signatureCaller } from './signature-caller.ts'

// CPU time of a signature with a PIN whose hash costs nothing, on PostgreSQL: Billfold on Express, and a bare Express route over pg
// with the same guarantees. The servers take turns: node dist/signature.js [rounds] [signatures per round]

const reply = z.object({ result: z.object({ signature: z.string() }) })

async function sign(server: ComparedServer<SignatureCaller>, client: number): Promise<void> {
  const { authorization, wallets } = server.ready
  const walletId = wallets[client]
  const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data: 'benchmark' }
  const signed = await postJson(server, '/api/signatures', { pincode, signatureRequest }, { authorization })
  verifyMessage('benchmark', reply.parse(signed).result.signature)
}

await compareOnPostgres({
  title: 'a signature with a PIN whose hash costs nothing',
  program: 'signature-server.js',
  ready: signatureCaller.extend({ port: z.number() }),
  clients: 8,
  operate: sign,
})
