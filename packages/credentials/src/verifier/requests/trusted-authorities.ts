import type { DcqlCredential, DcqlQuery } from '../../dcql/dcql-query.ts'
import { readCertificateFields } from '../../trust/certificate-fields.ts'
import type { TrustList } from '../../trust/trust-list.ts'

const maxAuthorities = 32

/**
 * Adds the key identifiers of the trust anchors to each credential of a query that names no authorities (OpenID4VP 1.0 section
 * 6.1.1.1), so that a wallet offers what will be accepted.
 */
export async function addTrustedAuthorities(issuers: TrustList, query: DcqlQuery): Promise<DcqlQuery> {
  const credentials = await Promise.all(query.credentials.map((credential) => addAuthorities(issuers, credential)))
  return { ...query, credentials }
}

async function addAuthorities(issuers: TrustList, credential: DcqlCredential): Promise<DcqlCredential> {
  if (credential.trusted_authorities !== undefined) return credential
  const types = credential.format === 'dc+sd-jwt' ? credential.meta.vct_values : [credential.meta.doctype_value]
  const lists = await Promise.all(types.map((type) => issuers.anchors({ purpose: 'issuer', type, chain: [] })))
  const identifiers = lists.flat().map(({ certificate }) => readCertificateFields(certificate).subjectKeyIdentifier)
  const values = [...new Set(identifiers.map((identifier) => identifier?.toString('base64url')))]
  const known = values.filter((value) => value !== undefined)
  // An anchor without a key identifier cannot be named, and an incomplete list would hide its credentials.
  if (known.length === 0 || known.length < values.length || known.length > maxAuthorities) return credential
  return { ...credential, trusted_authorities: [{ type: 'aki', values: known }] }
}
