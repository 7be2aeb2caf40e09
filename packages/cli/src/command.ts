/** Where a command reads from and writes to. */
export interface Terminal {
  readonly print: (text: string) => void
  /** Says what is wrong, or how far it is: not where the answer is read from. */
  readonly report: (text: string) => void
  /** All of what is piped in. */
  readonly readInput: () => Promise<string>
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** One command of the command line: one file each. */
export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  readonly usage: string
  /** Runs it with the arguments after its name. Throws a {@link UsageError} for arguments that it does not take. */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<void>
}

/** The command line was not understood, or something that it needs is not there; the message is for whoever typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What was asked for was done and printed, and what it found is not as it should be. */
export class Findings extends Error {
  override readonly name = 'Findings'
}
