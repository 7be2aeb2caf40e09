import type { AuthLevel, Licence } from '@billfold/core'
import { UsageError } from './command.ts'
import { createCommandGroup, defineSubcommand } from './command-group.ts'
import { formatTable, formatTime } from './format-table.ts'
import { requireArgument, parseTime } from './parse-arguments.ts'
import { billfoldOptions, withBillfold } from './with-billfold.ts'

/** `billfold licence`: creates, revokes and lists licences. */
export const licenceCommand = createCommandGroup({
  name: 'licence',
  summary: 'create, revoke and list licences of the authentication API',
  details: 'Licences are the credentials of relying parties for the authentication API.',
  subcommands: {
    create: defineSubcommand({
      summary: 'create a licence, which is printed only once',
      options: {
        tag: { type: 'string', value: 'NAME', help: 'a name for the licence' },
        level: {
          type: 'string',
          value: 'LEVEL',
          help: 'standard or system; system licences can read and reset service keys; default: standard',
        },
        community: {
          type: 'string',
          value: 'ID',
          help: 'the only community that the licence is valid for; default: all of the tenant',
        },
        expires: { type: 'string', value: 'DATE', help: 'expiry: 2027-01-31, or an ISO 8601 time; default: none' },
        ...billfoldOptions,
      },
      run: async (values, _, terminal) => {
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
    }),
    revoke: defineSubcommand({
      arguments: 'ID',
      summary: 'revoke a licence at once, in all processes',
      options: billfoldOptions,
      run: async (values, [id], terminal) => {
        const licence = requireArgument(id, 'ID of the licence: billfold licence revoke ID')
        await withBillfold(values, terminal, (billfold) => billfold.licences.revoke(licence, values.tenant))
        return { text: `Revoked ${licence}\n`, data: { revoked: licence } }
      },
    }),
    list: defineSubcommand({
      summary: 'list licences, also those that have ended',
      options: billfoldOptions,
      run: async (values, _, terminal) => {
        const data = await withBillfold(values, terminal, (billfold) => billfold.licences.list(values.tenant))
        return { text: formatTable(data, columns, 'No licences'), data }
      },
    }),
  },
})

const columns = [
  { heading: 'ID', cell: ({ id }: Licence) => id },
  { heading: 'CREATED', cell: ({ createdAt }: Licence) => formatTime(createdAt) },
  { heading: 'LEVEL', cell: ({ authLevel }: Licence) => authLevel },
  { heading: 'STATE', cell: formatState },
  { heading: 'UNTIL', cell: ({ expiresAt, revokedAt }: Licence) => formatTime(revokedAt ?? expiresAt) },
  { heading: 'COMMUNITY', cell: ({ community }: Licence) => community ?? 'all' },
  { heading: 'TAG', cell: ({ tag }: Licence) => tag },
]

function parseLevel(level = 'standard'): AuthLevel {
  if (level !== 'standard' && level !== 'system') throw new UsageError(`--level must be standard or system: ${level}`)
  return level
}

function formatState({ expiresAt, revokedAt }: Licence): string {
  if (revokedAt !== undefined) return 'revoked'
  return expiresAt !== undefined && expiresAt <= Date.now() ? 'expired' : 'valid'
}
