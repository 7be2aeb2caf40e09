import { parseArgs } from 'node:util'
import { suggestWord } from './closest-word.ts'
import { type Command, ProblemsFoundExit, type Terminal, UsageError } from './command.ts'
import { formatDefinitions, formatOptions, formatParagraphs, type OptionDefinitions } from './format-help.ts'
import { parseOrUsageError } from './parse-arguments.ts'

/** The output of a subcommand: text, and data for `--json`. */
export interface CommandOutput {
  readonly text: string
  readonly data: unknown
  /** True if problems were found. Sets exit code 3. */
  readonly hasProblems?: boolean
}

/** The values of options, by name. */
export type OptionValues<O extends OptionDefinitions> = ReturnType<
  typeof parseArgs<{ options: { [K in keyof O]: O[K] }; allowPositionals: true }>
>['values']

/** What a command with options does, see {@link defineSubcommand}. */
export interface SubcommandDefinition<O extends OptionDefinitions> {
  /** The positional arguments, as shown in the help: `ID`. Default: none. */
  readonly arguments?: string
  /** What it does, in the imperative: `revoke a service key`. */
  readonly summary: string
  /** Paragraphs for its help. */
  readonly details?: string
  readonly options: O
  /** @param rest the positional arguments */
  readonly run: (values: OptionValues<O>, rest: readonly string[], terminal: Terminal) => Promise<CommandOutput>
}

/** A subcommand with its help and its parser. */
export interface Subcommand {
  readonly arguments: string
  readonly summary: string
  readonly details: string
  readonly options: OptionDefinitions
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<CommandOutput>
}

/** Defines a subcommand: `run` gets the parsed values of exactly its options. */
export function defineSubcommand<const O extends OptionDefinitions>({
  options,
  run,
  ...definition
}: SubcommandDefinition<O>): Subcommand {
  const maxArguments = definition.arguments === undefined ? 0 : definition.arguments.split(' ').length
  return {
    arguments: '',
    details: '',
    ...definition,
    options,
    run: (args, terminal) => {
      const { values, positionals } = parseOrUsageError(() =>
        parseArgs({ args: [...args], options, allowPositionals: true }),
      )
      const [surplus] = positionals.slice(maxArguments)
      if (surplus !== undefined) throw new UsageError(`Unexpected argument: ${JSON.stringify(surplus)}`)
      return run(values, positionals, terminal)
    },
  }
}

/** The definition of a command with subcommands. */
export interface CommandGroup extends Pick<Command, 'name' | 'summary'> {
  /** Paragraphs for its help. */
  readonly details?: string
  readonly subcommands: Readonly<Record<string, Subcommand>>
}

const jsonHelp = { json: { type: 'boolean', help: 'print one line of JSON' } } as const

/** Creates a command of the form `billfold COMMAND SUBCOMMAND [...]`. It prints text, or one line of JSON with `--json`. */
export function createCommandGroup({ name, summary, details = '', subcommands }: CommandGroup): Command {
  return {
    name,
    summary,
    subcommands: Object.keys(subcommands),
    help: ([word = '']) => {
      const found = Object.hasOwn(subcommands, word) ? subcommands[word] : undefined
      if (found !== undefined) return formatSubcommand(`billfold ${name} ${word}`, found)
      const list = Object.entries(subcommands).map(
        ([verb, one]) => [`${verb} ${one.arguments}`.trimEnd(), one.summary] as const,
      )
      const about = details === '' ? '' : `\n${formatParagraphs(details)}`
      return `billfold ${name} <subcommand>: ${summary}\n\n${formatDefinitions(list)}${about}\nRun billfold ${name} <subcommand> --help for its options.\n`
    },
    run: (args, terminal) => {
      const [word = '', ...rest] = args
      const found = Object.hasOwn(subcommands, word) ? subcommands[word] : undefined
      if (found === undefined) throw new UsageError(describeMissing(word, Object.keys(subcommands)))
      return runSubcommand(found, rest, terminal)
    },
  }
}

/** Creates a command without subcommands. */
export function createSingleCommand({
  name,
  command,
}: {
  readonly name: string
  readonly command: Subcommand
}): Command {
  return {
    name,
    summary: command.summary,
    subcommands: [],
    help: () => formatSubcommand(`billfold ${name}`, command),
    run: (args, terminal) => runSubcommand(command, args, terminal),
  }
}

function describeMissing(word: string, known: readonly string[]): string {
  if (word === '' || word.startsWith('-')) return `Missing subcommand: ${joinWords(known)}`
  return `Unknown subcommand ${JSON.stringify(word)}: ${joinWords(known)}.${suggestWord(word, known)}`
}

function formatSubcommand(line: string, { arguments: words, summary, details, options }: Subcommand): string {
  const about = `${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.${details === '' ? '' : `\n\n${details}`}`
  return `${`${line} ${words}`.trimEnd()} [options]\n\n${formatParagraphs(about)}\n${formatOptions({ ...options, ...jsonHelp })}`
}

async function runSubcommand(command: Subcommand, args: readonly string[], terminal: Terminal): Promise<void> {
  const isJson = args.includes('--json')
  const output = await command.run(
    args.filter((arg) => arg !== '--json'),
    terminal,
  )
  terminal.print(isJson ? `${JSON.stringify(output.data)}\n` : output.text)
  if (output.hasProblems === true) throw new ProblemsFoundExit()
}

function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
