import { UsageError } from './command.ts'
import { createCommandGroup } from './command-group.ts'
import { requireArgument } from './parse-arguments.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'

const text = { type: 'string' } as const

const usage = `billfold service-key create --tag NAME --scope SCOPE [--scope SCOPE ...] [--type TYPE] [--debug]
billfold service-key revoke ID
billfold service-key list

Manages service keys, the API credentials of machine clients. The secret is printed only once, when the key is created.

  --tag NAME       a name for the key
  --scope SCOPE    a scope: custody, authentication, authentication:liveid, ...; * grants all
  --type TYPE      a type, shown in lists; default: service
  --debug          a flag, shown in lists
${billfoldUsage}`

/** `billfold service-key`: creates, revokes and lists service keys. */
export const serviceKeyCommand = createCommandGroup({
  name: 'service-key',
  summary: 'create, revoke and list service keys',
  usage,
  options: {
    ...billfoldOptions,
    tag: text,
    scope: { type: 'string', multiple: true },
    type: text,
    debug: { type: 'boolean' },
  },
  subcommands: {
    create: async (values, _, terminal) => {
      const tag = requireArgument(values.tag, '--tag NAME')
      const { scope: scopes, type, debug = false } = values
      if (scopes === undefined) throw new UsageError('Missing argument: --scope SCOPE')
      const input = { tag, scopes, debug, ...(type !== undefined && { type }) }
      const data = await withBillfold(values, terminal, (billfold) => billfold.serviceKeys.create(input))
      return { text: `keyId     ${data.keyId}\nkeySecret ${data.keySecret}\n`, data }
    },
    revoke: async (values, [id], terminal) => {
      const key = requireArgument(id, 'ID of the key: billfold service-key revoke ID')
      await withBillfold(values, terminal, (billfold) => billfold.serviceKeys.revoke(key, values.tenant))
      return { text: `Revoked ${key}\n`, data: { revoked: key } }
    },
    list: async (values, _, terminal) => {
      const data = await withBillfold(values, terminal, (billfold) => billfold.serviceKeys.list(values.tenant))
      const lines = data.map((key) => `${key.keyId}  ${key.type}  ${key.tag}  ${key.scopes.join(' ')}\n`)
      return { text: lines.join(''), data }
    },
  },
})
