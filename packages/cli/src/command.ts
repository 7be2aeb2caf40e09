/** The input and output of a command. */
export interface Terminal {
  readonly print: (text: string) => void
  /** Prints errors and progress to standard error. */
  readonly report: (text: string) => void
  /** Reads all of standard input. */
  readonly readInput: () => Promise<string>
  /** Prints a question and reads one line; undefined if nobody can answer, since standard input is no terminal. */
  readonly ask?: (question: string) => Promise<string>
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** A command of the command line, one per file. */
export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** The names of its subcommands. */
  readonly subcommands: readonly string[]
  /**
   * Returns the help.
   * @param words the arguments, of which the first may be a subcommand: then its help is returned
   */
  readonly help: (words: readonly string[]) => string
  /**
   * Runs the command with the arguments after its name.
   * @throws UsageError if the arguments are invalid
   */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<void>
}

/** Thrown for invalid arguments or a missing prerequisite. The message is shown to the user. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Thrown after a command has printed its output, if it found problems. Sets exit code 3. */
export class ProblemsFoundExit extends Error {
  override readonly name = 'Findings'
}
