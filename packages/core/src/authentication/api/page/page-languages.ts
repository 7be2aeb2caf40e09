import { english } from './languages/en.ts'
import { french } from './languages/fr.ts'
import { german } from './languages/de.ts'
import { spanish } from './languages/es.ts'
import type { PageOptions } from './page-options.ts'
import { type PageLanguage, pageTextNames, type PageTexts } from './page-texts.ts'

// cspell:ignore subtag subtags
/** The languages of the page by lower-case BCP 47 tag. */
export type PageLanguages = ReadonlyMap<string, Required<PageLanguage> & { readonly language: string }>

const builtIn: Readonly<Record<string, PageLanguage>> = {
  en: { texts: english },
  de: { texts: german },
  fr: { texts: french },
  es: { texts: spanish },
}

/** The maximum length of a text, in characters. */
const maxTextLength = 1000

/**
 * Builds the languages of the page: the built-in ones, the host's, and with both the texts that the host replaces.
 * @throws RangeError if a language lacks texts, has unknown ones, or its tag is not a BCP 47 language tag
 */
export function parsePageLanguages({ languages = {}, texts = {} }: PageOptions): PageLanguages {
  const result = new Map<string, Required<PageLanguage> & { readonly language: string }>()
  for (const [tag, language] of Object.entries({ ...builtIn, ...languages })) {
    assertComplete(tag, language)
    const { direction = 'ltr' } = language
    result.set(parseTag(tag).toLowerCase(), { language: tag, direction, texts: language.texts })
  }
  for (const [tag, replaced] of Object.entries(texts)) {
    const key = parseTag(tag).toLowerCase()
    const { direction = 'ltr', language = tag, texts: before = english } = result.get(key) ?? {}
    result.set(key, { language, direction, texts: { ...before, ...replaced } })
  }
  return result
}

function parseTag(tag: string): string {
  if (!/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/.test(tag))
    throw new RangeError(`authentication.page.languages: not a language tag (BCP 47): ${tag}`)
  return tag
}

function assertComplete(tag: string, { texts, direction = 'ltr' }: PageLanguage): void {
  const given: Readonly<Record<string, unknown>> = texts
  const isText = (value: unknown): boolean =>
    typeof value === 'string' && value.trim() !== '' && value.length <= maxTextLength
  const missing = pageTextNames.filter((name) => !isText(given[name]))
  const unknown = Object.keys(given).filter((name) => !pageTextNames.some((known) => known === name))
  if (missing.length > 0 || unknown.length > 0)
    throw new RangeError(
      `authentication.page.languages.${tag}: missing texts: ${missing.join(', ') || 'none'}; unknown texts: ${unknown.join(', ') || 'none'}`,
    )
  if (direction !== 'ltr' && direction !== 'rtl')
    throw new RangeError(`authentication.page.languages.${tag}.direction must be "ltr" or "rtl"`)
}

/** The texts of the page for one visitor. */
export interface NegotiatedLanguage {
  /** BCP 47. */
  readonly language: string
  readonly direction: 'ltr' | 'rtl'
  readonly texts: PageTexts
}

/**
 * Selects the language of a visitor: the one asked for, else the first that the browser prefers, else English. A tag without texts of its
 * own is looked up without its last subtag (RFC 4647 section 3.4).
 * @param requested the `lang` parameter
 * @param acceptLanguage the `Accept-Language` header (RFC 9110 section 12.5.4)
 */
export function negotiateLanguage(
  languages: PageLanguages,
  requested: string | undefined,
  acceptLanguage: string | undefined,
): NegotiatedLanguage {
  const preferred = [...(requested === undefined ? [] : [requested]), ...parseAcceptLanguage(acceptLanguage ?? '')]
  for (const tag of preferred) {
    const found = lookUp(languages, tag.toLowerCase())
    if (found !== undefined) return found
  }
  return { language: 'en', direction: 'ltr', texts: languages.get('en')?.texts ?? english }
}

function lookUp(languages: PageLanguages, tag: string): NegotiatedLanguage | undefined {
  const subtags = tag.split('-')
  for (let length = Math.min(subtags.length, 8); length > 0; length--) {
    const found = languages.get(subtags.slice(0, length).join('-'))
    if (found !== undefined) return found
  }
  return undefined
}

/** Parses the tags of an Accept-Language header, preferred first. At most 20, since anybody can send a long one. */
function parseAcceptLanguage(header: string): readonly string[] {
  return header
    .slice(0, 1000)
    .split(',', 20)
    .map((entry) => {
      const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
      return { tag, weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ tag, weight }) => tag !== '' && tag !== '*' && weight > 0)
    .sort((left, right) => right.weight - left.weight)
    .map(({ tag }) => tag)
}
