import type { AboutHost, Exchange, HttpExchange } from '#exchange'

/** What a call is copied as: a command for the shell, or code. */
export function copied(exchange: Exchange, about: AboutHost): { readonly as: 'curl' | 'code'; readonly text: string } {
  if (exchange.kind === 'in-process') return { as: 'code', text: exchange.code }
  if (exchange.code !== undefined) return { as: 'code', text: exchange.code }
  return { as: 'curl', text: curl(exchange, about) }
}

/** A command that makes the call again. Calls of the host read its key from the file that the host keeps it in. */
function curl({ by, method, path, headers, body }: HttpExchange, { baseUrl, credentials }: AboutHost): string {
  const lines =
    by === 'host'
      ? [`KEY=$(node -p "k=JSON.parse(fs.readFileSync('${credentials}')).serviceKey;k.keyId+':'+k.keySecret")`]
      : []
  const parts = [`curl -sS -X ${method} ${quoted(`${baseUrl}${path}`)}`]
  if (by === 'host') parts.push('-u "$KEY"')
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`)
  if (body !== undefined) parts.push(`--data-raw ${quoted(body)}`)
  return [...lines, parts.join(' \\\n  ')].join('\n')
}

/** One word of a POSIX shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
