import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import MiniSearch from 'minisearch'
import { z } from 'zod'
import { siteConfig } from './site-config.ts'

/** What people look for, each with the page that must be among the first three results. */
const questions = [
  ['rotate key', '/keys.html'],
  ['lockout', '/account-lockout.html'],
  ['GDPR', '/operations.html'],
  ['Venly', '/migrate-from-venly.html'],
  ['passkey', '/passkeys.html'],
  ['webhook retry', '/webhooks.html'],
  ['Galera', '/databases.html'],
  ['debug login', '/debug-a-failing-login.html'],
  ['upgrade', '/upgrade.html'],
  ['production', '/production.html'],
] as const

/** Misspelt words, each with the page that the search must find. */
// cspell:disable
const mistyped = [
  ['custdoy', '/custody.html'],
  ['idempotncy', '/idempotency.html'],
  ['onbording', '/onboarding.html'],
  ['wehbook', '/webhooks.html'],
  ['obsrvability', '/observability.html'],
] as const
// cspell:enable

/**
 * Lists what the search of a built site fails to find, one line each: names of the references, answers to questions, and pages for
 * misspelt words.
 */
export async function searchFaults(site: string, names: readonly string[]): Promise<readonly string[]> {
  const index = await readIndex(site)
  const options = siteConfig.themeConfig?.search?.provider === 'local' ? siteConfig.themeConfig.search.options : {}
  const find = (query: string): readonly string[] =>
    index.search(query, options?.miniSearch?.searchOptions ?? {}).map(({ id }) => String(id))
  const exact = { prefix: false, fuzzy: false } as const
  return [
    ...[...new Set(names)]
      .filter((name) => index.search(name, exact).length === 0)
      .map((name) => `the search does not find ${name}`),
    ...questions
      .filter(
        ([query, page]) =>
          !find(query)
            .slice(0, 3)
            .some((id) => id.startsWith(page)),
      )
      .map(([query, page]) => `the search finds ${find(query).slice(0, 3).join(', ')} for ${query}, not ${page}`),
    ...mistyped
      .filter(
        ([query, page]) =>
          !find(query)
            .slice(0, 10)
            .some((id) => id.startsWith(page)),
      )
      .map(([query, page]) => `the search does not find ${page} for ${query}`),
  ]
}

/** The index as VitePress writes it: a module whose default export is the JSON of MiniSearch. */
async function readIndex(site: string): Promise<MiniSearch> {
  const folder = join(site, 'assets/chunks')
  const name = (existsSync(folder) ? readdirSync(folder) : []).find((file) => file.startsWith('@localSearchIndex'))
  if (name === undefined) throw new Error(`${site} has no search index`)
  const loaded = z.object({ default: z.string() }).parse(await import(pathToFileURL(join(folder, name)).href))
  return MiniSearch.loadJSON(loaded.default, { fields: ['title', 'titles', 'text'], storeFields: ['title', 'titles'] })
}
