import { ssrfSafeRequest } from '@billfold/core/modules'
import { parseJsonObject } from '../formats/json.ts'
import type { IssuerSettings } from './settings.ts'

/** What a wallet would not find. */
export interface SelfCheckProblem {
  readonly url: string
  /** What is wrong: the status, the media type, or the field. */
  readonly problem: string
}

/** The result of a self-check. */
export interface IssuerSelfCheck {
  readonly ok: boolean
  readonly problems: readonly SelfCheckProblem[]
}

const timeoutMs = 10_000

/** Fetches the well-known documents as a wallet does, without redirects: where their names are inserted, and below the mount. */
export async function runSelfCheck({ publicUrl, isNamedBySigner }: IssuerSettings): Promise<IssuerSelfCheck> {
  const { origin, pathname } = new URL(publicUrl)
  const path = pathname === '/' ? '' : pathname
  const documents = [
    { name: 'openid-credential-issuer', field: 'credential_issuer' },
    { name: 'oauth-authorization-server', field: 'issuer' },
    ...(isNamedBySigner ? [{ name: 'jwt-vc-issuer', field: 'issuer' }] : []),
  ]
  const checks = documents.flatMap(({ name, field }) => {
    const urls = new Set([`${origin}/.well-known/${name}${path}`, `${publicUrl}/.well-known/${name}`])
    return [...urls].map((url) => check(url, field, publicUrl))
  })
  const problems = (await Promise.all(checks)).flatMap((problem) => problem ?? [])
  return { ok: problems.length === 0, problems }
}

async function check(url: string, field: string, expected: string): Promise<SelfCheckProblem | undefined> {
  try {
    const { status, headers, body } = await ssrfSafeRequest({
      url: new URL(url),
      method: 'GET',
      headers: { accept: 'application/json' },
      // The host's own URL, which may be loopback.
      allowPrivateAddresses: true,
      signal: AbortSignal.timeout(timeoutMs),
      maxResponseBytes: 1024 * 1024,
      oversizedResponse: 'reject',
    })
    if (status !== 200) return { url, problem: `the status is ${status}, not 200` }
    if (!String(headers['content-type']).startsWith('application/json'))
      return { url, problem: 'the media type is not application/json' }
    const document = parseJsonObject(Buffer.from(body))
    if (document === undefined) return { url, problem: 'the document is not a JSON object' }
    return document[field] === expected ? undefined : { url, problem: `${field} is not ${expected}` }
  } catch (error) {
    return { url, problem: error instanceof Error ? error.message : 'it cannot be fetched' }
  }
}
