/** Viramas: characters with the combining class 9, after which ZWJ and ZWNJ shape letters of Indic scripts (RFC 5892 appendix A.1). */
const virama =
  '\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca\u0e3a\u0eba\u0f84\u1039\u103a\u1714\u1715\u1734\u17d2\u1a60\u1b44\u1baa\u1bab\u1bf2\u1bf3\u2d7f\ua806\ua82c\ua8c4\ua953\ua9c0\uaaf6\uabed'
const joiner = new RegExp(`(?<=[${virama}])[\\u200c\\u200d]`, 'gu')

/** Disallowed in both classes of RFC 8264: controls, ignorable and unassigned characters, old Hangul jamo. */
const disallowed =
  /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb\u0640\u07fa\u3031-\u3035\u303b]|\u302e|\u302f/u

/** Letters, digits, marks and printable ASCII; further single characters (RFC 8264 sections 4.2 and 9). */
const identifierCharacters =
  /^[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}!-~\u00b7\u0375\u05f3\u05f4\u06fd\u06fe\u0f0b\u3007\u30fb]+$/u

/** Contextual rules of RFC 5892 appendix A.3 to A.9. */
const contextRules: readonly RegExp[] = [
  /(?<!l)\u00b7|\u00b7(?!l)/u,
  /\u0375(?!\p{Script=Greek})/u,
  /(?<!\p{Script=Hebrew})[\u05f3\u05f4]/u,
  /[\u0660-\u0669].*[\u06f0-\u06f9]|[\u06f0-\u06f9].*[\u0660-\u0669]/su,
]
const japanese = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u

const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}](?<=\p{L})/u
const letter = /\p{L}/u

/**
 * Returns true for text that RFC 8265 allows as a password (profile OpaqueString, FreeformClass of RFC 8264): no controls, no ignorable
 * or unassigned characters. Emoji are allowed, but not those that are made with joiners or variation selectors, which
 * keyboards write differently.
 */
export function isOpaqueString(text: string): boolean {
  const mapped = mapOpaqueString(text).replaceAll(joiner, '')
  return mapped !== '' && !disallowed.test(mapped) && hasValidContext(mapped)
}

/**
 * Maps a password to what is hashed and compared (RFC 8265 section 4.2): spaces of any kind are ordinary ones, NFC. Unlike NFKC it
 * keeps different passwords different: a full-width 1 is not 1.
 */
export function mapOpaqueString(text: string): string {
  return text.replaceAll(/\p{Zs}/gu, ' ').normalize('NFC')
}

/**
 * Normalizes a username by the profile UsernameCaseMapped of RFC 8265: full-width characters become ordinary ones, upper case lower
 * case, NFC; only letters, digits, marks and printable ASCII remain. Spaces separate the parts of a name: outer ones are dropped and
 * others are one each, since keyboards add them by themselves.
 *
 * Stricter than the profile: ZWNJ is allowed after a virama only.
 * @returns undefined if the text is no username
 */
export function normalizeUsername(text: string): string | undefined {
  const mapped = text
    .replaceAll(/[\uff01-\uffee\u3000]/gu, (character) => character.normalize('NFKC'))
    .replaceAll(/ +/gu, ' ')
    .replaceAll(/^ | $/gu, '')
    .toLowerCase()
    .normalize('NFC')
  return mapped !== '' && mapped.split(' ').every(isUserpart) && isOneDirection(mapped) ? mapped : undefined
}

function isUserpart(part: string): boolean {
  const text = part.replaceAll(joiner, '')
  // A character with a compatibility form (RFC 8264 section 9.17) could be mistaken for that form.
  return (
    identifierCharacters.test(text) &&
    !disallowed.test(text) &&
    text.normalize('NFKC') === text &&
    hasValidContext(text)
  )
}

function hasValidContext(text: string): boolean {
  return !contextRules.some((broken) => broken.test(text)) && (!text.includes('\u30fb') || japanese.test(text))
}

/** The Bidi Rule (RFC 5893 section 2), for letters: a name is written in one direction, and begins and ends in it. */
function isOneDirection(text: string): boolean {
  const characters = [...text]
  if (!characters.some((character) => rightToLeft.test(character))) return true
  const last = characters.findLast((character) => !/\p{Mn}/u.test(character)) ?? ''
  return (
    rightToLeft.test(characters[0] ?? '') &&
    (rightToLeft.test(last) || /\p{Nd}/u.test(last)) &&
    characters.every((character) => !letter.test(character) || rightToLeft.test(character)) &&
    !(/[0-9\u06f0-\u06f9]/u.test(text) && /[\u0660-\u0669]/u.test(text))
  )
}
