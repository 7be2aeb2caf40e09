import { parseArgs, type ParseArgsConfig } from 'node:util'
import { type Command, ProblemsFoundExit, type Terminal, UsageError } from './command.ts'
import { parseOrUsageError } from './parse-arguments.ts'

/** The output of a subcommand: text, and data for `--json`. */
export interface CommandOutput {
  readonly text: string
  readonly data: unknown
  /** True if problems were found. Sets exit code 3. */
  readonly hasProblems?: boolean
}

type Options = NonNullable<ParseArgsConfig['options']>
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>['values']

/** A subcommand. `rest` contains the positional arguments after its name. */
export type Subcommand<O extends Options> = (
  values: Values<O>,
  rest: readonly string[],
  terminal: Terminal,
) => Promise<CommandOutput>

/** The definition of a command with subcommands. */
export interface CommandGroup<O extends Options> extends Pick<Command, 'name' | 'summary' | 'usage'> {
  readonly options: O
  readonly subcommands: Readonly<Record<string, Subcommand<O>>>
}

/**
 * Creates a command of the form `billfold COMMAND SUBCOMMAND [...]`. It prints text, or one line of JSON with `--json`.
 */
export function createCommandGroup<const O extends Options>({
  options,
  subcommands,
  usage,
  ...group
}: CommandGroup<O>): Command {
  return {
    ...group,
    usage: `${usage}\n  --json           print one line of JSON`,
    async run(args, terminal) {
      const isJson = args.includes('--json')
      const words = args.filter((arg) => arg !== '--json')
      const { values, positionals } = parseOrUsageError(() =>
        parseArgs({ args: words, options, allowPositionals: true }),
      )
      const [name = '', ...rest] = positionals
      const verb = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined
      if (verb === undefined) throw new UsageError(`Missing subcommand: ${joinWords(Object.keys(subcommands))}`)
      const output = await verb(values, rest, terminal)
      terminal.print(isJson ? `${JSON.stringify(output.data)}\n` : output.text)
      if (output.hasProblems === true) throw new ProblemsFoundExit()
    },
  }
}

function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
