import { chainLimits } from './limits.ts'

/** `fetch`, as a host may bring its own. */
export type Fetch = typeof globalThis.fetch

/** What a node answered: its status, and its JSON (undefined when it is not JSON). */
export interface NodeAnswer {
  readonly status: number
  readonly json: unknown
}

/** A request to a node; JSON is posted where there is some. */
export interface NodeRequest {
  readonly url: string
  readonly json?: unknown
  readonly timeoutMs: number
  readonly fetch: Fetch
}

/**
 * Asks a node, in bounded time for an answer of bounded size, following no redirect. The errors it throws name the host
 * of the URL only, since paths and queries carry keys; a user and a password in the URL are sent as Basic authentication.
 */
export async function askNode(request: NodeRequest): Promise<NodeAnswer> {
  const { target, host, authorization } = readUrl(request.url)
  try {
    const response = await request.fetch(target, {
      method: request.json === undefined ? 'GET' : 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(request.timeoutMs),
      headers: {
        accept: 'application/json',
        ...(request.json !== undefined && { 'content-type': 'application/json' }),
        ...(authorization !== undefined && { authorization }),
      },
      ...(request.json !== undefined && { body: JSON.stringify(request.json) }),
    })
    return { status: response.status, json: parseJson(await readBounded(response)) }
  } catch (error) {
    // oxlint-disable-next-line eslint/preserve-caught-error -- it quotes the URL, and with it what must not be logged
    throw new Error(`The node at ${host} did not answer: ${kindOf(error)}`)
  }
}

/** Fetch refuses URLs with credentials in them, and its errors quote them. */
function readUrl(text: string): { target: string; host: string; authorization: string | undefined } {
  const url = new URL(text)
  const { username, password, host } = url
  if (username === '' && password === '') return { target: text, host, authorization: undefined }
  url.username = ''
  url.password = ''
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { target: url.href, host, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  const body: ReadableStream<Uint8Array> | null = response.body
  const reader = body?.getReader()
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    length += read.value.length
    if (length > chainLimits.answerBytes) {
      await reader?.cancel()
      throw new RangeError('the answer is too large')
    }
    chunks.push(read.value)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The kind of a failure without its words, which can quote the URL: `ECONNREFUSED`, `TimeoutError`. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { cause } = error
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return error instanceof RangeError ? error.message : error.name
}
