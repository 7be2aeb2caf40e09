import { parseArgs, type ParseArgsConfig } from 'node:util'
import { type Command, Findings, type Terminal, UsageError } from './command.ts'
import { understood } from './parse-arguments.ts'

/** The output of a subcommand: text, and data for `--json`. */
export interface Answer {
  readonly text: string
  readonly data: unknown
  /** True if problems were found. Sets exit code 3. */
  readonly isBad?: boolean
}

type Options = NonNullable<ParseArgsConfig['options']>
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>['values']

/** A subcommand. `rest` contains the positional arguments after its name. */
export type Verb<O extends Options> = (
  values: Values<O>,
  rest: readonly string[],
  terminal: Terminal,
) => Promise<Answer>

/** The definition of a command with subcommands. */
export interface Noun<O extends Options> extends Pick<Command, 'name' | 'summary' | 'usage'> {
  readonly options: O
  readonly verbs: Readonly<Record<string, Verb<O>>>
}

/**
 * Creates a command of the form `billfold COMMAND SUBCOMMAND [...]`. It prints text, or one line of JSON with `--json`.
 */
export function nounCommand<const O extends Options>({ options, verbs, usage, ...group }: Noun<O>): Command {
  return {
    ...group,
    usage: `${usage}\n  --json           print one line of JSON`,
    async run(args, terminal) {
      const isJson = args.includes('--json')
      const words = args.filter((arg) => arg !== '--json')
      const { values, positionals } = understood(() => parseArgs({ args: words, options, allowPositionals: true }))
      const [name = '', ...rest] = positionals
      const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
      if (verb === undefined) throw new UsageError(`Missing subcommand: ${joinWords(Object.keys(verbs))}`)
      const output = await verb(values, rest, terminal)
      terminal.print(isJson ? `${JSON.stringify(output.data)}\n` : output.text)
      if (output.isBad === true) throw new Findings()
    },
  }
}

function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
