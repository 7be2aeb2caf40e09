import { describe, expect, test } from 'vitest'
import { english } from './languages/en.ts'
import { prefersHtml } from './page-html.ts'
import { negotiateLanguage, parsePageLanguages } from './page-languages.ts'
import { allowedUrl, themeStylesheet } from './page-options.ts'
import { pageTextNames } from './page-texts.ts'
import { parseLogoOrigins, parseRelyingParty, resolveRelyingParty } from './relying-party.ts'

const pixel = `data:image/png;base64,${Buffer.from('png').toString('base64')}`

describe('the languages of the page', () => {
  test.each(['en', 'de', 'fr', 'es'])('have all texts in %s, and the same placeholders', (tag) => {
    const texts = parsePageLanguages({}).get(tag)?.texts ?? english
    for (const name of pageTextNames) {
      expect(texts[name].trim(), name).not.toBe('')
      expect(texts[name].includes('{name}'), name).toBe(english[name].includes('{name}'))
      if (tag !== 'en' && !['pinLabel'].includes(name)) expect(texts[name], name).not.toBe(english[name])
    }
  })

  test('are refused with the names of the texts that are missing, unknown or too long', () => {
    const { title, cancel: _, ...rest } = english
    const incomplete: Readonly<Record<string, unknown>> = { nl: { texts: { ...rest, title: '', colour: 'x' } } }
    expect(title).not.toBe('')
    // As a team that reads its languages from JSON passes them, unchecked.
    expect(() => parsePageLanguages(JSON.parse(JSON.stringify({ languages: incomplete })))).toThrow(
      'authentication.page.languages.nl: missing texts: title, cancel; unknown texts: colour',
    )
    expect(() => parsePageLanguages({ languages: { nl: { texts: { ...english, title: 'x'.repeat(1001) } } } })).toThrow(
      'missing texts: title',
    )
    expect(() => parsePageLanguages({ languages: { 'n l': { texts: english } } })).toThrow('not a language tag')
  })

  test('are chosen by the parameter, then by the browser in the order of its weights, else English', () => {
    const languages = parsePageLanguages({ languages: { 'pt-BR': { texts: english } } })
    const choose = (lang?: string, accepted?: string) => negotiateLanguage(languages, lang, accepted).language
    expect(choose('fr', 'de')).toBe('fr')
    expect(choose(undefined, 'de-CH, fr;q=0.9')).toBe('de')
    expect(choose(undefined, 'nl, fr;q=0.2, es;q=0.7')).toBe('es')
    expect(choose(undefined, 'de;q=0, fr;q=0.1')).toBe('fr')
    expect(choose(undefined, 'PT-br')).toBe('pt-BR')
    expect(choose(undefined, 'pt-PT')).toBe('en')
    for (const odd of [undefined, '', '*', ';;;', 'x'.repeat(5000), 'de;q=much', '__proto__', 'constructor'])
      expect(choose(odd, odd)).toBe('en')
  })

  test('take the texts that a host replaces, and a language with a few texts is completed by English ones', () => {
    const languages = parsePageLanguages({
      texts: { de: { title: 'Bei Acme anmelden' }, nl: { title: 'Sign in at Acme' } },
    })
    expect(negotiateLanguage(languages, 'de', undefined).texts).toMatchObject({
      title: 'Bei Acme anmelden',
      pinLabel: 'PIN',
    })
    expect(negotiateLanguage(languages, 'nl', undefined).texts).toMatchObject({
      title: 'Sign in at Acme',
      cancel: english.cancel,
    })
  })
})

describe('who asks', () => {
  test('is taken with a plain name, a logo of an allowed kind, and a notice', async () => {
    const options = { logoOrigins: ['https://cdn.example'] }
    const whole = {
      name: 'Smith & Daughters <Ltd>',
      logo: 'https://cdn.example/logo.png',
      privacyNotice: { url: 'http://localhost:3000/privacy', version: '1' },
    }
    expect(parseRelyingParty(whole, options)).toBe(whole)
    expect(parseRelyingParty({ logo: pixel }, {})).toEqual({ logo: pixel })
    const session = { tenant: 'default', community: 'default', creatorId: 'licence 7' }
    const relyingParty = ({ creatorId }: { readonly creatorId: string | null }) => ({ name: `shop of ${creatorId}` })
    expect(await resolveRelyingParty({ relyingParty }, session)).toEqual({ name: 'shop of licence 7' })
    expect(await resolveRelyingParty({ relyingParty: () => undefined }, session)).toEqual({})
    await expect(resolveRelyingParty({ relyingParty: () => ({ name: '' }) }, session)).rejects.toThrow(RangeError)
  })

  test.each([
    ['an empty name', { name: ' ' }],
    ['a name of 65 characters', { name: 'x'.repeat(65) }],
    ['a name that turns the direction of text', { name: 'Acme\u202Egpj' }],
    ['a name with an invisible character', { name: 'Ac\u200Bme' }],
    ['a logo of an origin that is not allowed', { logo: 'https://evil.example/logo.png' }],
    ['a logo that is a script', { logo: 'javascript:alert(1)' }],
    ['a logo that is a page', { logo: 'data:text/html;base64,PGI+' }],
    ['a logo above 64 KiB', { logo: `data:image/png;base64,${'A'.repeat(64 * 1024)}` }],
    ['a notice without TLS', { privacyNotice: { url: 'http://shop.example/', version: '1' } }],
    ['a notice that is a script', { privacyNotice: { url: 'javascript:alert(1)', version: '1' } }],
    ['a notice without a version', { privacyNotice: { url: 'https://shop.example/', version: '' } }],
  ])('is refused with %s', (_, relyingParty) => {
    expect(() => parseRelyingParty(relyingParty, { logoOrigins: ['https://cdn.example'] })).toThrow(RangeError)
  })

  test.each(['http://cdn.example', 'https://cdn.example/', 'https://cdn.example;script-src *', '*', "'unsafe-inline'"])(
    'may not have a logo from %s, which would end up in the content security policy',
    (origin) => expect(() => parseLogoOrigins({ logoOrigins: [origin] })).toThrow(RangeError),
  )
})

describe('the options of the page', () => {
  test('have a theme for both schemes, and one for the dark scheme only', () => {
    expect(themeStylesheet({ theme: { accent: '#0a7' } })).toBe(':root{--billfold-accent:#0a7}')
    expect(themeStylesheet({ darkTheme: { accent: '#6dc' } })).toBe(
      '@media (prefers-color-scheme:dark){:root{--billfold-accent:#6dc}}',
    )
    expect(() => themeStylesheet({ darkTheme: { accent: 'red}body{display:none' } })).toThrow(
      'authentication.page.darkTheme.accent',
    )
  })

  test('let the page leave for URLs of allowed origins only', () => {
    const options = { returnOrigins: ['https://shop.example'] }
    const allowed = (otherWayUrl: unknown) => allowedUrl({ otherWayUrl }, 'otherWayUrl', options)
    expect(allowed('https://shop.example/letter')).toBe('https://shop.example/letter')
    for (const url of ['https://shop.example.evil/', 'javascript:alert(1)', 'http://shop.example/', 7, undefined])
      expect(allowed(url)).toBeUndefined()
  })

  test.each([
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    ['TEXT/HTML', true],
    ['*/*', false],
    ['application/json', false],
    ['application/json, text/html', false],
    ['text/html;q=0.5, application/json;q=0.4', true],
    ['text/html;q=0', false],
    [undefined, false],
  ])('serve an error as a page for Accept: %s? %s', (accept, expected) => {
    expect(prefersHtml(accept)).toBe(expected)
  })
})
