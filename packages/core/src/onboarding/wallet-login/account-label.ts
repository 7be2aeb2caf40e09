import { getUser } from '../../identity/users/find.ts'
import { listIdentifiers, openIdentifier } from '../../identity/users/identifiers.ts'
import type { Services } from '../../platform/services.ts'

/** The maximum length of a label on the login page, in characters. */
const maxLabelLength = 120

/** Identifiers that name an account to its owner, the best first. Only verified ones: anybody can claim the others. */
const namingKinds = ['email', 'phone', 'username', 'public-key'] as const

/**
 * Finds the label of an account, by which its owner recognizes it: a verified email address, phone number or username, otherwise the
 * wallet's public key, shortened.
 * @throws BillfoldError `user.not-found`
 */
export async function findAccountLabel(services: Services, tenant: string, userId: string): Promise<string> {
  const user = await getUser(services, tenant, userId)
  const rows = (await listIdentifiers(services, userId)).filter(({ verifiedBy }) => verifiedBy !== null)
  const best = namingKinds.map((kind) => rows.find((row) => row.kind === kind)).find((row) => row !== undefined)
  if (best === undefined) return toLabel(user.reference ?? `user ${shorten(user.id)}`)
  const value = await openIdentifier(services, best)
  return toLabel(best.kind === 'public-key' ? `wallet ${shorten(value)}` : value)
}

/** Removes what could hide or reorder the text: control characters and bidirectional marks. */
export function toLabel(text: string): string {
  return [...text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')].slice(0, maxLabelLength).join('')
}

function shorten(text: string): string {
  return text.length <= 16 ? text : `${text.slice(0, 8)}…${text.slice(-6)}`
}
