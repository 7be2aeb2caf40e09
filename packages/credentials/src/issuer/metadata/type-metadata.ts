import { issuerError } from '../issuer-error.ts'
import type { IssuerSettings } from '../settings.ts'
import { describeClaims } from '../types/claim-paths.ts'

/**
 * The Type Metadata of a type whose `vct` is its URL here (SD-JWT VC section 6.2).
 * @throws BillfoldError `credential-type.not-found`
 */
export function createTypeMetadata(
  { types, publicUrl }: IssuerSettings,
  id: string,
): Readonly<Record<string, unknown>> {
  const type = types.get(id)
  if (type?.sdJwt?.vct !== `${publicUrl}/types/${id}`) throw issuerError('credential-type.not-found')
  const [first] = type.display
  return {
    vct: type.sdJwt.vct,
    ...(first !== undefined && { name: first.name }),
    display: type.display.map(({ name, locale = 'en', description }) => {
      return { locale, name, ...(description !== undefined && { description }) }
    }),
    claims: describeClaims(type).map(({ path, mandatory, display = [] }) => ({
      path,
      mandatory,
      display: display.map(({ name, locale }) => ({ locale, label: name })),
    })),
  }
}
