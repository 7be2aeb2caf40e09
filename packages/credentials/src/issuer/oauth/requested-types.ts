import { z } from 'zod'
import type { IssuerContext } from '../settings.ts'
import { wireError } from '../wire-errors.ts'

/** What a wallet asks for: credential configurations, and whether the token response names them as identifiers. */
export interface RequestedTypes {
  readonly configurations: readonly string[]
  readonly hasIdentifiers: boolean
}

const detailsSchema = z
  .array(
    z.looseObject({
      type: z.string().max(64),
      credential_configuration_id: z.string().max(64),
      locations: z.array(z.string().max(2048)).max(4).optional(),
    }),
  )
  .min(1)
  .max(100)

/**
 * Parses `scope` and `authorization_details` (OpenID4VCI section 5.1). Unknown scopes are ignored (section 5.1.2).
 *
 * @param offered what may be asked for
 * @returns undefined if there is neither
 * @throws BillfoldError `oauth.invalid-scope`, `oauth.invalid-authorization-details`
 */
export function parseRequestedTypes(
  { settings }: IssuerContext,
  {
    scope,
    authorization_details: details,
  }: { readonly scope?: string | undefined; readonly authorization_details?: string | undefined },
  offered: readonly string[],
): RequestedTypes | undefined {
  if (details !== undefined)
    return { configurations: parseDetails(details, offered, settings.publicUrl), hasIdentifiers: true }
  if (scope === undefined) return undefined
  const scopes = new Set(scope.split(' '))
  const configurations = offered.filter((id) => scopes.has(id))
  if (configurations.length === 0) throw wireError('oauth.invalid-scope')
  return { configurations, hasIdentifiers: false }
}

function parseDetails(text: string, offered: readonly string[], issuer: string): readonly string[] {
  const parsed = detailsSchema.safeParse(toJson(text))
  if (!parsed.success) throw wireError('oauth.invalid-authorization-details')
  const wanted = parsed.data.map(({ type, credential_configuration_id: id, locations }) => {
    const isHere = locations === undefined || (locations.length === 1 && locations[0] === issuer)
    if (type !== 'openid_credential' || !isHere || !offered.includes(id))
      throw wireError('oauth.invalid-authorization-details', 'A detail is of another kind or is not offered')
    return id
  })
  return [...new Set(wanted)]
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
