import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOpaqueString, normalizeUsername } from './precis.ts'

describe('a username (RFC 8265 UsernameCaseMapped)', () => {
  it.each([
    // RFC 8265 section 3.5, table 1.
    ['juliet@example.com', 'juliet@example.com'],
    ['fussball', 'fussball'],
    ['fu\u00dfball', 'fu\u00dfball'],
    ['\u03c0', '\u03c0'],
    ['\u03a3', '\u03c3'],
    ['\u03c3', '\u03c3'],
    ['\u03c2', '\u03c2'],
    ['Ann', 'ann'],
    ['\uff21\uff4e\uff4e\uff11', 'ann1'],
    ['z ', 'z'],
    [' ann  smith ', 'ann smith'],
    ['ann\u3000smith', 'ann smith'],
    ['e\u0301ve', '\u00e9ve'],
    ['\u05d3\u05d5\u05d3', '\u05d3\u05d5\u05d3'],
    ['\u0645\u062d\u0645\u062f12', '\u0645\u062d\u0645\u062f12'],
    ['\u0915\u094d\u200d\u0937', '\u0915\u094d\u200d\u0937'],
    ['l\u00b7l', 'l\u00b7l'],
    ['\u30ac\u30fb\u30ae', '\u30ac\u30fb\u30ae'],
  ])('%j is %j', (text, expected) => {
    expect(normalizeUsername(text)).toBe(expected)
  })

  it.each([
    // RFC 8265 section 3.5, table 2.
    ['', 'empty'],
    [' ', 'only a space'],
    ['henry\u2163', 'a Roman numeral, which has a compatibility form'],
    ['\u265a', 'a symbol'],
    ['z\u200d', 'a zero-width joiner'],
    ['z\u200cz', 'a zero-width non-joiner'],
    ['z\u00a0', 'a no-break space'],
    ['z\u00ad', 'a soft hyphen'],
    ['\u200ez', 'a direction mark'],
    ['z\u202e', 'a direction override'],
    ['z\ufe0f', 'a variation selector'],
    ['z\u115f', 'a Hangul filler'],
    ['\ufb01n', 'a ligature'],
    ['z\t', 'a control character'],
    ['z\u0378', 'an unassigned character'],
    ['z\ue000', 'a character for private use'],
    ['\ud83d\ude00', 'an emoji'],
    ['a\u00b7b', 'a middle dot that is not between two l'],
    ['a\u30fb', 'a katakana dot without Japanese letters'],
    ['a\u05d3', 'letters of two directions'],
    ['1\u05d3', 'a right-to-left name that begins with a digit'],
    ['\u05d31\u0661', 'two kinds of digits in a right-to-left name'],
  ])('cannot be %j: %s', (text) => {
    expect(normalizeUsername(text)).toBeUndefined()
  })

  it('is normalized idempotently, whatever the text', () => {
    let names = 0
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const normalized = normalizeUsername(text)
        if (normalized === undefined) return
        names += 1
        expect(normalizeUsername(normalized)).toBe(normalized)
      }),
      { numRuns: 2000 },
    )
    expect(names).toBeGreaterThan(0)
  })
})

describe('a password (RFC 8265 OpaqueString)', () => {
  it.each([
    // RFC 8265 section 4.3, table 3.
    'correct horse battery staple',
    'Correct Horse Battery Staple',
    '\u03c0\u00df\u00e5',
    'Jack of \u2666s',
    'foo\u1680bar',
    'my cat is a \ud83d\ude00',
    '\u0915\u094d\u200d\u0937',
    '\ufb01ve',
  ])('may be %j', (text) => {
    expect(isOpaqueString(text)).toBe(true)
  })

  it.each([
    ['', 'empty'],
    ['my cat is a \u0009by', 'a control character'],
    ['a\u0000', 'U+0000'],
    ['a\ud800', 'a lone surrogate'],
    ['a\u200b', 'a zero-width space'],
    ['a\u200d', 'a zero-width joiner'],
    ['\u2764\ufe0f', 'a variation selector'],
    ['a\ufeff', 'a byte order mark'],
    ['a\uffff', 'a noncharacter'],
  ])('cannot be %j: %s', (text) => {
    expect(isOpaqueString(text)).toBe(false)
  })
})
