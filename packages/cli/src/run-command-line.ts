import { suggestWord } from './closest-word.ts'
import { type Command, ProblemsFoundExit, type Terminal, UsageError } from './command.ts'
import { readVersion } from './read-version.ts'

/** The commands are imported when they run, since most of the time of a start is for loading code. */
export const commands: readonly (Pick<Command, 'name' | 'summary'> & { readonly load: () => Promise<Command> })[] = [
  {
    name: 'init',
    summary: 'write a host that runs: server, database connection, migration, keys',
    load: async () => (await import('./init-command.ts')).initCommand,
  },
  {
    name: 'doctor',
    summary: 'check the keyring, the database, the clock, public documents and a chain node, and say what to do',
    load: async () => (await import('./doctor-command.ts')).doctorCommand,
  },
  {
    name: 'migrate',
    summary: 'migrate the database to the schema that this release requires',
    load: async () => (await import('./migrate-command.ts')).migrateCommand,
  },
  {
    name: 'keys',
    summary: 'create, rotate and retire keyring keys',
    load: async () => (await import('./keys-command.ts')).keysCommand,
  },
  {
    name: 'audit',
    summary: 'search, checkpoint, verify and prune the audit log',
    load: async () => (await import('./audit-command.ts')).auditCommand,
  },
  {
    name: 'user',
    summary: 'export or erase the personal data of a user, unlock a user, list or delete passkeys',
    load: async () => (await import('./user-command.ts')).userCommand,
  },
  {
    name: 'payments',
    summary: 'audit the ledger against the payments',
    load: async () => (await import('./payments-command.ts')).paymentsCommand,
  },
  {
    name: 'licence',
    summary: 'create, revoke and list licences of the authentication API',
    load: async () => (await import('./licence-command.ts')).licenceCommand,
  },
  {
    name: 'service-key',
    summary: 'create, revoke and list service keys',
    load: async () => (await import('./service-key-command.ts')).serviceKeyCommand,
  },
  {
    name: 'webhook',
    summary: 'create, list, rotate, test and delete webhook endpoints',
    load: async () => (await import('./webhook-command.ts')).webhookCommand,
  },
  {
    name: 'risk',
    summary: 'list and explain assessments, list policies',
    load: async () => (await import('./risk-command.ts')).riskCommand,
  },
  {
    name: 'credentials',
    summary: 'list issued and held credentials, suspend, restore and revoke them',
    load: async () => (await import('./credentials-command.ts')).credentialsCommand,
  },
  {
    name: 'did-registry',
    summary: 'deploy or check an ERC-1056 DID registry contract',
    load: async () => (await import('./did-registry-command.ts')).didRegistryCommand,
  },
]

const overview = `billfold <command> [options]

${commands.map((command) => `  ${command.name.padEnd(12)} ${command.summary}`).join('\n')}

Run billfold <command> --help for its subcommands, billfold <command> <subcommand> --help for the options,
or billfold --version for the version.
`

/**
 * Runs a command line.
 *
 * @param args - the arguments, without the program's name
 * @returns the exit code: 0 for success, 1 for a failure, 2 for invalid arguments, 3 if problems were found
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args
  if (name === 'help' && rest.length > 0) return runCommandLine([...rest, '--help'], terminal)
  if (name === undefined || isHelpFlag(name) || name === 'help') {
    terminal.print(overview)
    return name === undefined ? 2 : 0
  }
  if (name === '--version') {
    terminal.print(`${await readVersion()}\n`)
    return 0
  }
  const listed = commands.find((known) => known.name === name)
  if (listed === undefined) {
    const known = commands.map((command) => command.name)
    terminal.report(
      `Unknown command: ${JSON.stringify(name)}.${suggestWord(name, known)} Run billfold --help for the list\n`,
    )
    return 2
  }
  const command = await listed.load()
  if (rest.some(isHelpFlag)) {
    terminal.print(command.help(rest))
    return 0
  }
  return runCommand(command, rest, terminal)
}

function isHelpFlag(arg: string): boolean {
  return arg === '--help' || arg === '-h'
}

async function runCommand(command: Command, args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await command.run(args, terminal)
    return 0
  } catch (error) {
    if (error instanceof ProblemsFoundExit) return 3
    if (error instanceof UsageError) {
      const verb = command.subcommands.find((known) => known === args[0])
      const words = verb === undefined ? command.name : `${command.name} ${verb}`
      terminal.report(`${error.message}\nRun billfold ${words} --help for help\n`)
      return 2
    }
    terminal.report(`${await formatError(error)}\n`)
    return 1
  }
}

async function formatError(error: unknown): Promise<string> {
  if (!(error instanceof Error)) return 'Unknown error'
  const { isBillfoldError } = await import('@billfold/core')
  const issues = isBillfoldError(error)
    ? error.issues.map((issue) => `\n  ${issue.path}: ${issue.message}`).join('')
    : ''
  const cause = error.cause instanceof Error ? `\n  ${error.cause.message}` : ''
  return `${error.message}${issues}${cause}`
}
