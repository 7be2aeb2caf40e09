import type { SolanaClient } from '../../../chain-clients/index.ts'

/** Fetches the priority fee that the node recommends for a transaction that writes these accounts, at most the limit of the client. */
export async function fetchUnitPrice(
  client: SolanaClient,
  addresses: readonly string[],
  { callNode }: { readonly callNode: (call: () => Promise<bigint>) => Promise<bigint> },
): Promise<bigint> {
  const recommended = await callNode(() => client.computeUnitPrice(addresses))
  return recommended > client.maxComputeUnitPrice ? client.maxComputeUnitPrice : recommended
}
