import { type EncryptionContext, open, seal } from '@billfold/core/crypto'
import { sealedColumn, type Services } from '@billfold/core/modules'
import { z } from 'zod'
import { dcqlQuerySchema } from '../../dcql/dcql-query.ts'
import { presentationRequests, type PresentationRequestRow } from '../tables.ts'

const ecKey = { kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() }

const claimPath = z.array(z.union([z.string(), z.number(), z.null()]))

const requestBodySchema = z.object({
  /** The secret in the URLs of the request. */
  ref: z.string(),
  nonce: z.string(),
  state: z.string(),
  clientId: z.string(),
  dcql: dcqlQuerySchema,
  /** The paths of attributes by credential of the query and name. */
  attributes: z.record(z.string(), z.record(z.string(), claimPath)),
  /** The key that responses are encrypted to. */
  publicKey: z.object({ ...ecKey, kid: z.string() }),
  privateKey: z.object({ ...ecKey, d: z.string() }),
  /** Its SHA-256 thumbprint (RFC 7638), base64url. */
  thumbprint: z.string(),
  isEncrypted: z.boolean(),
  isSigned: z.boolean(),
  /** The origin of the page, over the Digital Credentials API. */
  origin: z.string().optional(),
  /** Transaction data as they are in the request, base64url, with the credentials that they are bound to. */
  transactionData: z.array(z.object({ encoded: z.string(), credentialIds: z.array(z.string()) })),
  /** The template that the result becomes evidence for, as JSON, and the credentials of each of its queries. */
  evidence: z.object({ template: z.string(), queries: z.record(z.string(), z.array(z.string())) }).optional(),
})

/** What a request consists of besides its row. */
export type RequestBody = z.infer<typeof requestBodySchema>

type Key = Pick<PresentationRequestRow, 'id' | 'tenant'>
type Field = 'body' | 'result' | 'presentation'

const toContext =
  (field: Field) =>
  ({ id, tenant }: Key): EncryptionContext => ({ tenant, table: presentationRequests.name, row: id, field })

/** The sealed columns of the requests table. */
export const sealedRequestColumns = [
  sealedColumn(presentationRequests, 'sealedBody', toContext('body')),
  sealedColumn(presentationRequests, 'sealedResult', toContext('result')),
  sealedColumn(presentationRequests, 'sealedPresentation', toContext('presentation')),
]

/** Seals a value of a request. */
export function sealField({ keyring }: Services, key: Key, field: Field, value: unknown): Promise<Uint8Array> {
  return seal(keyring, Buffer.from(JSON.stringify(value)), toContext(field)(key))
}

/** Opens a sealed value of a request, not validated. */
export async function openField({ keyring }: Services, key: Key, field: Field, sealed: Uint8Array): Promise<unknown> {
  return JSON.parse(Buffer.from(await open(keyring, sealed, toContext(field)(key))).toString('utf8'))
}

/** Opens the body of a request. */
export async function openRequestBody(services: Services, row: PresentationRequestRow): Promise<RequestBody> {
  return requestBodySchema.parse(await openField(services, row, 'body', row.sealedBody))
}
