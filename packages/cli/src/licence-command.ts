import { parseArgs } from 'node:util'
import type { AuthLevel, Licence } from '@billfold/core'
import { type Command, type Terminal, UsageError } from './command.ts'
import { required, understood } from './parse-arguments.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'

const text = { type: 'string' } as const
const options = { ...billfoldOptions, tag: text, level: text, community: text, expires: text } as const

const usage = `billfold licence create --tag NAME [--level standard|system] [--community ID] [--expires DATE]
billfold licence revoke ID
billfold licence list

Licences are what relying parties call the authentication API with. One is shown when it is made, and never again.

  --tag NAME       what you call it
  --level LEVEL    system: may read and reset service keys; default: standard
  --community ID   the one community that it is good for; default: all of the tenant
  --expires DATE   when it ends: 2027-01-31, or a whole ISO 8601 time
${billfoldUsage}`

/** `billfold licence`: makes, ends and lists licences. */
export const licenceCommand: Command = {
  name: 'licence',
  summary: 'make, revoke and list licences of the authentication API',
  usage,
  async run(args, terminal) {
    const { values, positionals } = parse(args)
    const [verb, id] = positionals
    if (verb === 'create') return create(values, terminal)
    if (verb === 'revoke') {
      const licence = required(id, 'which licence: billfold licence revoke ID')
      await withBillfold(values, terminal, (billfold) => billfold.licences.revoke(licence, values.tenant))
      return terminal.print(`Revoked ${licence}\n`)
    }
    if (verb !== 'list') throw new UsageError('Say what to do: create, revoke or list')
    const all = await withBillfold(values, terminal, (billfold) => billfold.licences.list(values.tenant))
    return terminal.print(all.map(line).join(''))
  },
}

type Values = ReturnType<typeof parse>['values']

async function create(values: Values, terminal: Terminal): Promise<void> {
  const tag = required(values.tag, 'what you call it: --tag NAME')
  const { community, expires } = values
  const input = {
    tag,
    authLevel: levelNamed(values.level),
    ...(community !== undefined && { community }),
    ...(expires !== undefined && { expiresAt: timeNamed(expires) }),
  }
  const { id, licence } = await withBillfold(values, terminal, (billfold) => billfold.licences.create(input))
  terminal.print(`id      ${id}\nlicence ${licence}\n`)
}

function levelNamed(level = 'standard'): AuthLevel {
  if (level !== 'standard' && level !== 'system') throw new UsageError('A level is standard or system')
  return level
}

function timeNamed(date: string): number {
  const time = Date.parse(date)
  if (Number.isNaN(time)) throw new UsageError('A date looks like 2027-01-31')
  return time
}

function line({ id, tag, authLevel, community, expiresAt, revokedAt }: Licence): string {
  const ended = revokedAt !== undefined || (expiresAt !== undefined && expiresAt <= Date.now())
  const until = expiresAt === undefined ? '' : `  until ${new Date(expiresAt).toISOString()}`
  const where = community === undefined ? '' : `  community ${community}`
  return `${id}  ${authLevel.padEnd(8)}  ${ended ? 'ended' : 'good '}  ${tag}${where}${until}\n`
}

function parse(args: readonly string[]) {
  return understood(() => parseArgs({ args: [...args], options, allowPositionals: true }))
}
