import { type ServiceKeyInfo, serviceKeyScopes } from '@billfold/core'
import { credentialScopes } from '@billfold/credentials'
import { riskScopes } from '@billfold/risk'
import { suggestWord } from './closest-word.ts'
import { UsageError } from './command.ts'
import { createCommandGroup, defineSubcommand } from './command-group.ts'
import { formatTable, formatTime } from './format-table.ts'
import { requireArgument } from './parse-arguments.ts'
import { billfoldOptions, withBillfold } from './with-billfold.ts'

const scopes: Readonly<Record<string, string>> = {
  '*': 'Every scope of every API',
  ...serviceKeyScopes,
  ...riskScopes,
  ...credentialScopes,
}

/** `billfold service-key`: creates, revokes and lists service keys. */
export const serviceKeyCommand = createCommandGroup({
  name: 'service-key',
  summary: 'create, revoke and list service keys',
  details: 'Service keys are the API credentials of machine clients.',
  subcommands: {
    create: defineSubcommand({
      summary: 'create a service key, whose secret is printed only once',
      details: `The scopes are:\n\n${Object.keys(scopes).join(', ')}.\n\nbillfold service-key scopes explains them.`,
      options: {
        tag: { type: 'string', value: 'NAME', help: 'a name for the key' },
        scope: { type: 'string', multiple: true, value: 'SCOPE', help: 'a scope; can be repeated' },
        'own-scope': {
          type: 'string',
          multiple: true,
          value: 'SCOPE',
          help: "a scope of one of the host's own modules, which is not checked; can be repeated",
        },
        type: { type: 'string', value: 'TYPE', help: 'a type, shown in lists; default: service' },
        debug: { type: 'boolean', help: 'a flag, shown in lists' },
        ...billfoldOptions,
      },
      run: async (values, _, terminal) => {
        const tag = requireArgument(values.tag, '--tag NAME')
        const { type, debug = false, 'own-scope': ownScopes = [] } = values
        const wanted = [...(values.scope ?? []).map(parseScope), ...ownScopes]
        if (wanted.length === 0) throw new UsageError('Missing argument: --scope SCOPE')
        const input = { tag, scopes: wanted, debug, ...(type !== undefined && { type }) }
        const data = await withBillfold(values, terminal, (billfold) => billfold.serviceKeys.create(input))
        return { text: `keyId     ${data.keyId}\nkeySecret ${data.keySecret}\n`, data }
      },
    }),
    revoke: defineSubcommand({
      arguments: 'ID',
      summary: 'revoke a service key at once, in all processes',
      options: billfoldOptions,
      run: async (values, [id], terminal) => {
        const key = requireArgument(id, 'ID of the key: billfold service-key revoke ID')
        await withBillfold(values, terminal, (billfold) => billfold.serviceKeys.revoke(key, values.tenant))
        return { text: `Revoked ${key}\n`, data: { revoked: key } }
      },
    }),
    list: defineSubcommand({
      summary: 'list the keys that are not revoked, oldest first',
      options: billfoldOptions,
      run: async (values, _, terminal) => {
        const data = await withBillfold(values, terminal, (billfold) => billfold.serviceKeys.list(values.tenant))
        return { text: formatTable(data, columns, 'No service keys'), data }
      },
    }),
    scopes: defineSubcommand({
      summary: 'list the scopes',
      options: {},
      run: async () => {
        const rows = Object.entries(scopes).map(([scope, description]) => ({ scope, description }))
        const text = formatTable(
          rows,
          [
            { heading: 'SCOPE', cell: ({ scope }) => scope },
            { heading: 'GRANTS', cell: ({ description }) => description },
          ],
          '',
        )
        return { text, data: rows }
      },
    }),
  },
})

const columns = [
  { heading: 'ID', cell: ({ keyId }: ServiceKeyInfo) => keyId },
  { heading: 'CREATED', cell: ({ createdAt }: ServiceKeyInfo) => formatTime(createdAt) },
  { heading: 'TYPE', cell: ({ type }: ServiceKeyInfo) => type },
  { heading: 'TAG', cell: ({ tag, debug }: ServiceKeyInfo) => (debug ? `${tag} (debug)` : tag) },
  { heading: 'SCOPES', cell: (key: ServiceKeyInfo) => key.scopes.join(' ') },
]

function parseScope(word: string): string {
  if (Object.hasOwn(scopes, word)) return word
  const suggestion = suggestWord(word, Object.keys(scopes))
  throw new UsageError(
    `Unknown scope: ${JSON.stringify(word)}.${suggestion} Run billfold service-key scopes for the list; a scope of your own module is given with --own-scope`,
  )
}
