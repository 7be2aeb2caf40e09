/** How an option is parsed, and how it is described in the help. */
export interface OptionDefinition {
  readonly type: 'string' | 'boolean'
  readonly multiple?: boolean
  /** The placeholder of the value, such as `FILE`. */
  readonly value?: string
  readonly help: string
}

/** Options by their names. */
export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>

const width = 100

/** Formats options as lines: the name with its placeholder, and what it does. */
export function formatOptions(options: OptionDefinitions): string {
  return formatDefinitions(Object.entries(options).map(([name, { value, help }]) => [toSyntax(name, value), help]))
}

function toSyntax(name: string, value: string | undefined): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`
}

/** Formats terms and their explanations in two columns. An explanation continues under itself. */
export function formatDefinitions(definitions: readonly (readonly [term: string, explanation: string])[]): string {
  const column = Math.min(Math.max(0, ...definitions.map(([term]) => term.length)), 30)
  const indent = ' '.repeat(column + 4)
  return definitions
    .map(([term, explanation]) => {
      const text = wrapText(explanation, width - indent.length).join(`\n${indent}`)
      const first = term.length > column ? `  ${term}\n${indent}` : `  ${term.padEnd(column)}  `
      return `${first}${text}\n`
    })
    .join('')
}

/** Formats paragraphs, separated by empty lines. */
export function formatParagraphs(text: string): string {
  return text
    .split('\n\n')
    .map((paragraph) => `${wrapText(paragraph.replaceAll('\n', ' '), width).join('\n')}\n`)
    .join('\n')
}

/** Splits a text into lines of at most `limit` characters, between words. */
function wrapText(text: string, limit: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > limit) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
