import { z } from 'zod'
import { type EncryptionContext, open, seal } from '../../kernel/crypto/index.ts'
import type { RowOf } from '../../kernel/storage/index.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'
import type { Services } from '../../platform/services.ts'
import { gatewayTransactions } from '../tables.ts'

const detailsShape = z.object({ reference: z.string(), gateway: z.string(), fundingMethod: z.string() })

/** What the user or the gateway wrote into a deposit or a withdrawal. */
export type GatewayDetails = z.output<typeof detailsShape>

type Row = Pick<RowOf<typeof gatewayTransactions>, 'tenant' | 'id' | 'sealedDetails'>

/** Seals the details of a transaction for storage. */
export function sealGatewayDetails(
  services: Pick<Services, 'keyring'>,
  row: Pick<Row, 'tenant' | 'id'>,
  { reference, gateway, fundingMethod }: GatewayDetails,
): Promise<Uint8Array> {
  const plain = new TextEncoder().encode(JSON.stringify({ reference, gateway, fundingMethod }))
  return seal(services.keyring, plain, encryptionContext(row))
}

/** Opens the details of a transaction; undefined if its user was erased. */
export async function openGatewayDetails(
  services: Pick<Services, 'keyring'>,
  row: Row,
): Promise<GatewayDetails | undefined> {
  if (row.sealedDetails === null) return undefined
  const plain = await open(services.keyring, row.sealedDetails, encryptionContext(row))
  return detailsShape.parse(JSON.parse(new TextDecoder().decode(plain)))
}

function encryptionContext({ tenant, id }: Pick<Row, 'tenant' | 'id'>): EncryptionContext {
  return { tenant, table: gatewayTransactions.name, row: id, field: 'details' }
}

/** The column that key rotation re-encrypts. */
export const sealedGatewayDetails = sealedColumn(gatewayTransactions, 'sealedDetails', encryptionContext)
