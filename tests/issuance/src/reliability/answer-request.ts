import type { CredentialSigner } from '@billfold/credentials/formats'
import { CompactEncrypt, decodeJwt, importJWK } from 'jose'
import { z } from 'zod'
import { presentMembership } from '../present-membership.ts'
import type { CredentialHost } from './credential-host.ts'

/** What became of the responses to one request. */
export interface AnswerCounts {
  readonly taken: number
  readonly refused: number
  /** Replies other than 200 and 400. */
  readonly unexpected: readonly string[]
  /** What the request has come to. */
  readonly result: string
  /** Audit records of its outcome. */
  readonly outcomes: number
}

const requestSchema = z.object({
  client_id: z.string(),
  nonce: z.string(),
  state: z.string(),
  response_uri: z.string(),
  dcql_query: z.object({ credentials: z.tuple([z.object({ id: z.string() })]) }),
  client_metadata: z.object({
    jwks: z.object({ keys: z.tuple([z.object({ kty: z.string(), kid: z.string(), alg: z.string() }).loose()]) }),
  }),
})

type WalletRequest = z.output<typeof requestSchema>

/** Sends as many responses to one request, all of them right, all at once, to the processes in turn. */
export async function answerRequest(
  host: CredentialHost,
  ports: readonly number[],
  signer: CredentialSigner,
  count: number,
): Promise<AnswerCounts> {
  const { verifier } = host.credentials
  const created = await verifier.request({ query: 'membership', flow: 'cross-device' })
  const request = await fetchRequest(created.uri ?? '', ports[0] ?? 0)
  const presentation = await presentMembership(signer, { nonce: request.nonce, audience: request.client_id })
  const responses = await Promise.all(Array.from({ length: count }, () => encrypt(request, presentation)))
  const path = new URL(request.response_uri).pathname
  const statuses = await Promise.all(
    responses.map(async (response, index) => {
      const url = `http://127.0.0.1:${ports[index % ports.length] ?? 0}${path}`
      return (await fetch(url, { method: 'POST', body: new URLSearchParams({ response }) })).status
    }),
  )
  const { records } = await host.audit.search({ subject: created.id })
  return {
    taken: statuses.filter((status) => status === 200).length,
    refused: statuses.filter((status) => status === 400).length,
    unexpected: statuses.filter((status) => status !== 200 && status !== 400).map(String),
    result: (await verifier.result({ transaction: created.transaction })).status,
    outcomes: records.filter(({ action }) => action !== 'presentation.requested').length,
  }
}

async function fetchRequest(uri: string, port: number): Promise<WalletRequest> {
  const path = new URL(new URL(uri).searchParams.get('request_uri') ?? '').pathname
  const jwt = await (await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' })).text()
  return requestSchema.parse(decodeJwt(jwt))
}

async function encrypt(request: WalletRequest, presentation: string): Promise<string> {
  const [jwk] = request.client_metadata.jwks.keys
  const [{ id }] = request.dcql_query.credentials
  const content = JSON.stringify({ state: request.state, vp_token: { [id]: [presentation] } })
  return new CompactEncrypt(Buffer.from(content))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A128GCM', kid: jwk.kid })
    .encrypt(await importJWK(jwk, 'ECDH-ES'))
}
