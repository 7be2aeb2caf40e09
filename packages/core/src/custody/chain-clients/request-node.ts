import { readBounded } from '../../platform/http-client/read-bounded.ts'
import { chainLimits } from './limits.ts'

/** The type of a custom `fetch` implementation. */
export type Fetch = typeof globalThis.fetch

/** The HTTP status and body of a node's response. `json` is undefined if the body is not JSON. */
export interface NodeResponse {
  readonly status: number
  readonly json: unknown
  readonly text: string
}

/** A request to a node: POST if `json` or `text` is present, otherwise GET. */
export interface NodeRequest {
  readonly url: string
  readonly json?: unknown
  readonly text?: string | undefined
  /** Header fields besides those of the request itself. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly timeoutMs: number
  /** Default: 1 MiB. */
  readonly maxResponseBytes?: number | undefined
  readonly fetch: Fetch
}

/**
 * Sends a request to a node with limits on response time and size, without following redirects. Errors contain only the host
 * of the URL, because paths and queries can contain API keys. Credentials in the URL are sent as HTTP Basic authentication.
 */
export async function requestNode(request: NodeRequest): Promise<NodeResponse> {
  const { target, host, authorization } = parseUrl(request.url)
  const body = request.json === undefined ? request.text : JSON.stringify(request.json)
  try {
    const response = await request.fetch(target, {
      method: body === undefined ? 'GET' : 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(request.timeoutMs),
      headers: {
        ...request.headers,
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': request.json === undefined ? 'text/plain' : 'application/json' }),
        ...(authorization !== undefined && { authorization }),
      },
      ...(body !== undefined && { body }),
    })
    const text = await readBounded(response, request.maxResponseBytes ?? chainLimits.maxResponseBytes)
    return { status: response.status, json: parseJson(text), text }
  } catch (error) {
    // oxlint-disable-next-line eslint/preserve-caught-error -- it quotes the URL, which can contain secrets
    throw new Error(`node at ${host} did not respond: ${toErrorCode(error)}`)
  }
}

/** Moves credentials out of the URL, because fetch rejects URLs with credentials and quotes them in errors. */
function parseUrl(text: string): { target: string; host: string; authorization: string | undefined } {
  const url = new URL(text)
  const { username, password, host } = url
  if (username === '' && password === '') return { target: text, host, authorization: undefined }
  url.username = ''
  url.password = ''
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { target: url.href, host, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Returns the code or name of an error without its message, which can quote the URL: `ECONNREFUSED`, `TimeoutError`. */
function toErrorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { cause } = error
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return error instanceof RangeError ? error.message : error.name
}
