import { readFile } from 'node:fs/promises'
import { isBillfoldError } from '@billfold/core'
import { auditCommand } from './audit-command.ts'
import { type Command, ProblemsFoundExit, type Terminal, UsageError } from './command.ts'
import { didRegistryCommand } from './did-registry-command.ts'
import { keysCommand } from './keys-command.ts'
import { licenceCommand } from './licence-command.ts'
import { migrateCommand } from './migrate-command.ts'
import { paymentsCommand } from './payments-command.ts'
import { serviceKeyCommand } from './service-key-command.ts'
import { userCommand } from './user-command.ts'
import { webhookCommand } from './webhook-command.ts'

const commands: readonly Command[] = [
  migrateCommand,
  keysCommand,
  auditCommand,
  userCommand,
  paymentsCommand,
  licenceCommand,
  serviceKeyCommand,
  webhookCommand,
  didRegistryCommand,
]

const overview = `billfold <command> [options]

${commands.map((command) => `  ${command.name.padEnd(12)} ${command.summary}`).join('\n')}

Run billfold <command> --help for details, or billfold --version for the version.
`

/**
 * Runs a command line.
 *
 * @param args - the arguments, without the program's name
 * @returns the exit code: 0 for success, 1 for a failure, 2 for invalid arguments, 3 if problems were found
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || isHelpFlag(name) || name === 'help') {
    terminal.print(overview)
    return name === undefined ? 2 : 0
  }
  if (name === '--version') {
    terminal.print(`${await readVersion()}\n`)
    return 0
  }
  const command = commands.find((known) => known.name === name)
  if (command === undefined) {
    terminal.report(`Unknown command: ${JSON.stringify(name)}\n\n${overview}`)
    return 2
  }
  if (rest.some(isHelpFlag)) {
    terminal.print(`${command.usage}\n`)
    return 0
  }
  return runCommand(command, rest, terminal)
}

function isHelpFlag(arg: string): boolean {
  return arg === '--help' || arg === '-h'
}

async function readVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : ''
}

async function runCommand(command: Command, args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await command.run(args, terminal)
    return 0
  } catch (error) {
    if (error instanceof ProblemsFoundExit) return 3
    if (error instanceof UsageError) {
      terminal.report(`${error.message}\n\n${command.usage}\n`)
      return 2
    }
    terminal.report(`${formatError(error)}\n`)
    return 1
  }
}

function formatError(error: unknown): string {
  if (!(error instanceof Error)) return 'Unknown error'
  const issues = isBillfoldError(error)
    ? error.issues.map((issue) => `\n  ${issue.path}: ${issue.message}`).join('')
    : ''
  const cause = error.cause instanceof Error ? `\n  ${error.cause.message}` : ''
  return `${error.message}${issues}${cause}`
}
