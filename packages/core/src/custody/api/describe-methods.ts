import { describeMethods } from '../../identity/signing-methods/method-kinds.ts'
import { listMethods, type MethodResult } from '../../identity/signing-methods/methods.ts'
import type { SigningMethodRow } from '../../identity/signing-methods/sealing.ts'
import type { CustodyServices } from '../services.ts'
import { toSigningMethodBody } from './response-bodies.ts'

type MethodBody = ReturnType<typeof toSigningMethodBody>

/** Returns a new or replaced method as the API shows it. */
export async function describeMethod(
  services: CustodyServices,
  { row, generatedValue }: MethodResult,
): Promise<MethodBody> {
  return toSigningMethodBody(row, generatedValue, (await describeMethods(services, [row])).get(row.id))
}

/** Returns methods of one owner as the API shows them. */
export async function describeRows(
  services: CustodyServices,
  rows: readonly SigningMethodRow[],
): Promise<readonly MethodBody[]> {
  const details = await describeMethods(services, rows)
  return rows.map((row) => toSigningMethodBody(row, undefined, details.get(row.id)))
}

/** Lists the methods of a user as the API shows them, oldest first. */
export async function listMethodBodies(
  services: CustodyServices,
  { tenant, id }: { readonly tenant: string; readonly id: string },
): Promise<readonly MethodBody[]> {
  return describeRows(services, await listMethods(services, tenant, id))
}
