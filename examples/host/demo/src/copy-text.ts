import type { HostInfo, RecordedCall, HttpCall } from '#exchange'

/** Converts a call to text for the clipboard: a curl command or code. */
export function toCopyText(
  exchange: RecordedCall,
  about: HostInfo,
): { readonly as: 'curl' | 'code'; readonly text: string } {
  if (exchange.kind === 'in-process') return { as: 'code', text: exchange.code }
  if (exchange.code !== undefined) return { as: 'code', text: exchange.code }
  return { as: 'curl', text: toCurl(exchange, about) }
}

/** Formats a curl command. Calls made by the host read the service key from its credentials file. */
function toCurl({ by, method, path, headers, body }: HttpCall, { baseUrl, credentials }: HostInfo): string {
  const lines =
    by === 'host'
      ? [`KEY=$(node -p "k=JSON.parse(fs.readFileSync('${credentials}')).serviceKey;k.keyId+':'+k.keySecret")`]
      : []
  const parts = [`curl -sS -X ${method} ${shellQuote(`${baseUrl}${path}`)}`]
  if (by === 'host') parts.push('-u "$KEY"')
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${shellQuote(`${name}: ${value}`)}`)
  if (body !== undefined) parts.push(`--data-raw ${shellQuote(body)}`)
  return [...lines, parts.join(' \\\n  ')].join('\n')
}

/** Quotes a text for a POSIX shell. */
function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
