/** What a resolver replies with: the result, or the document with its JSON-LD context or as plain JSON without one. */
export interface Representation {
  readonly kind: 'result' | 'JSON-LD' | 'JSON'
  readonly mediaType: string
}

/** The media type of a resolution result (W3C DID Resolution, "HTTP(S) Binding"). */
export const resultMediaType = 'application/ld+json;profile="https://w3id.org/did-resolution"'

/** The representations, in the order of preference where a client has none. */
const representations: readonly Representation[] = [
  { kind: 'result', mediaType: resultMediaType },
  { kind: 'result', mediaType: 'application/did-resolution' },
  { kind: 'result', mediaType: 'application/json' },
  { kind: 'JSON-LD', mediaType: 'application/did+ld+json' },
  { kind: 'JSON', mediaType: 'application/did+json' },
  { kind: 'JSON-LD', mediaType: 'application/did' },
]

interface AcceptedRange {
  readonly type: string
  readonly profile: string | undefined
  readonly quality: number
}

/** The maximum length of a header, in characters, that is read. */
const maxHeaderLength = 1024

/**
 * Chooses the representation that a client prefers (RFC 9110 section 12.5.1): of the highest quality, where the most specific
 * range decides. Undefined if it accepts none.
 */
export function negotiateRepresentation(header: string | readonly string[] | undefined): Representation | undefined {
  const text = typeof header === 'string' ? header : (header ?? []).join(',')
  if (text.trim() === '') return representations[0]
  const ranges = text.slice(0, maxHeaderLength).split(',').map(parseRange)
  const rated = representations.map((representation) => ({
    representation,
    quality: rate(ranges, representation.mediaType),
  }))
  const best = Math.max(...rated.map(({ quality }) => quality))
  return best > 0 ? rated.find(({ quality }) => quality === best)?.representation : undefined
}

function parseRange(text: string): AcceptedRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim())
  const find = (name: string): string | undefined =>
    parameters
      .find((parameter) => parameter.toLowerCase().startsWith(`${name}=`))
      ?.slice(name.length + 1)
      .replace(/^"(.*)"$/, '$1')
  const quality = Number(find('q') ?? 1)
  return { type: type.toLowerCase(), profile: find('profile'), quality: Number.isNaN(quality) ? 0 : quality }
}

/** The quality of the most specific range that includes a media type; 0 if none does. */
function rate(ranges: readonly AcceptedRange[], mediaType: string): number {
  const [type = '', profile] = mediaType.split(';profile=').map((part) => part.replace(/^"(.*)"$/, '$1'))
  const matching = (accepted: string, wanted: string | undefined): number | undefined =>
    ranges.find((range) => range.type === accepted && (wanted === undefined || range.profile === wanted))?.quality
  return (
    (profile === undefined ? undefined : matching(type, profile)) ??
    ranges.find((range) => range.type === type && range.profile === undefined)?.quality ??
    matching(`${type.split('/')[0]}/*`, undefined) ??
    matching('*/*', undefined) ??
    0
  )
}
