import type { AuthLevel, Licence } from '@billfold/core'
import { UsageError } from './command.ts'
import { nounCommand } from './noun-command.ts'
import { required, timeNamed } from './parse-arguments.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'

const text = { type: 'string' } as const

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
export const licenceCommand = nounCommand({
  name: 'licence',
  summary: 'make, revoke and list licences of the authentication API',
  usage,
  options: { ...billfoldOptions, tag: text, level: text, community: text, expires: text },
  verbs: {
    create: async (values, _, terminal) => {
      const tag = required(values.tag, 'what you call it: --tag NAME')
      const { community, expires } = values
      const input = {
        tag,
        authLevel: levelNamed(values.level),
        ...(community !== undefined && { community }),
        ...(expires !== undefined && { expiresAt: timeNamed(expires) }),
      }
      const data = await withBillfold(values, terminal, (billfold) => billfold.licences.create(input))
      return { text: `id      ${data.id}\nlicence ${data.licence}\n`, data }
    },
    revoke: async (values, [id], terminal) => {
      const licence = required(id, 'which licence: billfold licence revoke ID')
      await withBillfold(values, terminal, (billfold) => billfold.licences.revoke(licence, values.tenant))
      return { text: `Revoked ${licence}\n`, data: { revoked: licence } }
    },
    list: async (values, _, terminal) => {
      const data = await withBillfold(values, terminal, (billfold) => billfold.licences.list(values.tenant))
      return { text: data.map(line).join(''), data }
    },
  },
})

function levelNamed(level = 'standard'): AuthLevel {
  if (level !== 'standard' && level !== 'system') throw new UsageError('A level is standard or system')
  return level
}

function line({ id, tag, authLevel, community, expiresAt, revokedAt }: Licence): string {
  const ended = revokedAt !== undefined || (expiresAt !== undefined && expiresAt <= Date.now())
  const until = expiresAt === undefined ? '' : `  until ${new Date(expiresAt).toISOString()}`
  const where = community === undefined ? '' : `  community ${community}`
  return `${id}  ${authLevel.padEnd(8)}  ${ended ? 'ended' : 'good '}  ${tag}${where}${until}\n`
}
