import { type DidMethod, didMethods, formatDid, parseDid } from '../registries/did.ts'
import { BillfoldError } from '../../kernel/errors.ts'

/** The DID method of new wallets if none is given. */
export const defaultDidMethod = 'spherity'

/** The method of a new DID, and its network if given. */
export interface ParsedDidMethod {
  readonly method: DidMethod
  readonly network: string | undefined
}

/** Parses `spherity`, `ethr`, or either with a network: `ethr:sepolia`. @throws BillfoldError `did.invalid` */
export function parseDidMethod(text: string): ParsedDidMethod {
  const colon = text.indexOf(':')
  const name = colon < 0 ? text : text.slice(0, colon)
  const method = didMethods.find((known) => known === name)
  if (method === undefined) throw new BillfoldError('did.invalid')
  const network = colon < 0 ? undefined : text.slice(colon + 1)
  return { method, network: parseDid(formatDid(method, `0x${'0'.repeat(40)}`, network)).network }
}
