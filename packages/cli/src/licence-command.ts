import type { AuthLevel, Licence } from '@billfold/core'
import { UsageError } from './command.ts'
import { createCommandGroup } from './command-group.ts'
import { requireArgument, parseTime } from './parse-arguments.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'

const text = { type: 'string' } as const

const usage = `billfold licence create --tag NAME [--level standard|system] [--community ID] [--expires DATE]
billfold licence revoke ID
billfold licence list

Manages licences, the credentials of relying parties for the authentication API. A licence is printed only once, when it is
created.

  --tag NAME       a name for the licence
  --level LEVEL    system licences can read and reset service keys; default: standard
  --community ID   the only community that the licence is valid for; default: all of the tenant
  --expires DATE   expiry: 2027-01-31, or an ISO 8601 time
${billfoldUsage}`

/** `billfold licence`: creates, revokes and lists licences. */
export const licenceCommand = createCommandGroup({
  name: 'licence',
  summary: 'create, revoke and list licences of the authentication API',
  usage,
  options: { ...billfoldOptions, tag: text, level: text, community: text, expires: text },
  subcommands: {
    create: async (values, _, terminal) => {
      const tag = requireArgument(values.tag, '--tag NAME')
      const { community, expires } = values
      const input = {
        tag,
        authLevel: parseLevel(values.level),
        ...(community !== undefined && { community }),
        ...(expires !== undefined && { expiresAt: parseTime(expires) }),
      }
      const data = await withBillfold(values, terminal, (billfold) => billfold.licences.create(input))
      return { text: `id      ${data.id}\nlicence ${data.licence}\n`, data }
    },
    revoke: async (values, [id], terminal) => {
      const licence = requireArgument(id, 'ID of the licence: billfold licence revoke ID')
      await withBillfold(values, terminal, (billfold) => billfold.licences.revoke(licence, values.tenant))
      return { text: `Revoked ${licence}\n`, data: { revoked: licence } }
    },
    list: async (values, _, terminal) => {
      const data = await withBillfold(values, terminal, (billfold) => billfold.licences.list(values.tenant))
      return { text: data.map(formatLicence).join(''), data }
    },
  },
})

function parseLevel(level = 'standard'): AuthLevel {
  if (level !== 'standard' && level !== 'system') throw new UsageError(`--level must be standard or system: ${level}`)
  return level
}

function formatLicence({ id, tag, authLevel, community, expiresAt, revokedAt }: Licence): string {
  const hasEnded = revokedAt !== undefined || (expiresAt !== undefined && expiresAt <= Date.now())
  const until = expiresAt === undefined ? '' : `  until ${new Date(expiresAt).toISOString()}`
  const where = community === undefined ? '' : `  community ${community}`
  return `${id}  ${authLevel.padEnd(8)}  ${hasEnded ? 'ended' : 'valid'}  ${tag}${where}${until}\n`
}
