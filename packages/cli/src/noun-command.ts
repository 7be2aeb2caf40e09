import { parseArgs, type ParseArgsConfig } from 'node:util'
import { type Command, Findings, type Terminal, UsageError } from './command.ts'
import { understood } from './parse-arguments.ts'

/** What a verb answers: in words, and, with `--json`, as data. */
export interface Answer {
  readonly text: string
  readonly data: unknown
  /** Whether something was found that is not as it should be: the exit code then says so. */
  readonly isBad?: boolean
}

type Options = NonNullable<ParseArgsConfig['options']>
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>['values']

/** One thing that can be done with a noun. `rest` is what follows the verb, options aside. */
export type Verb<O extends Options> = (
  values: Values<O>,
  rest: readonly string[],
  terminal: Terminal,
) => Promise<Answer>

/** What a command that is a noun and takes a verb is made of. */
export interface Noun<O extends Options> extends Pick<Command, 'name' | 'summary' | 'usage'> {
  readonly options: O
  readonly verbs: Readonly<Record<string, Verb<O>>>
}

/** A command of the form `billfold NOUN VERB [...]`, which prints words, or one line of JSON with `--json`. */
export function nounCommand<const O extends Options>({ options, verbs, usage, ...noun }: Noun<O>): Command {
  return {
    ...noun,
    usage: `${usage}\n  --json           answers with one line of JSON`,
    async run(args, terminal) {
      const isJson = args.includes('--json')
      const words = args.filter((arg) => arg !== '--json')
      const { values, positionals } = understood(() => parseArgs({ args: words, options, allowPositionals: true }))
      const [name = '', ...rest] = positionals
      const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
      if (verb === undefined) throw new UsageError(`Say what to do: ${listed(Object.keys(verbs))}`)
      const answer = await verb(values, rest, terminal)
      terminal.print(isJson ? `${JSON.stringify(answer.data)}\n` : answer.text)
      if (answer.isBad === true) throw new Findings()
    },
  }
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
