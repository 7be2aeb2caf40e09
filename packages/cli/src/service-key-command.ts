import { UsageError } from './command.ts'
import { nounCommand } from './noun-command.ts'
import { required } from './parse-arguments.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'

const text = { type: 'string' } as const

const usage = `billfold service-key create --tag NAME --scope SCOPE [--scope SCOPE ...] [--type TYPE] [--debug]
billfold service-key revoke ID
billfold service-key list

Service keys are what machines call the APIs with. The secret is shown when the key is made; the list does not show it.

  --tag NAME       what you call it
  --scope SCOPE    what it may do: custody, authentication, authentication:liveid, ...; * for everything
  --type TYPE      what kind of key it is, for those who list them; default: service
  --debug          marks it, for those who list them
${billfoldUsage}`

/** `billfold service-key`: makes, ends and lists service keys. */
export const serviceKeyCommand = nounCommand({
  name: 'service-key',
  summary: 'make, revoke and list service keys',
  usage,
  options: {
    ...billfoldOptions,
    tag: text,
    scope: { type: 'string', multiple: true },
    type: text,
    debug: { type: 'boolean' },
  },
  verbs: {
    create: async (values, _, terminal) => {
      const tag = required(values.tag, 'what you call it: --tag NAME')
      const { scope: scopes, type, debug = false } = values
      if (scopes === undefined) throw new UsageError('Say what it may do: --scope SCOPE')
      const input = { tag, scopes, debug, ...(type !== undefined && { type }) }
      const data = await withBillfold(values, terminal, (billfold) => billfold.serviceKeys.create(input))
      return { text: `keyId     ${data.keyId}\nkeySecret ${data.keySecret}\n`, data }
    },
    revoke: async (values, [id], terminal) => {
      const key = required(id, 'which key: billfold service-key revoke ID')
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
