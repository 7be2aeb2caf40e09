import { createBillfold } from '@billfold/core'
import {
  type CredentialRecords,
  credentials,
  type CredentialStatus,
  type HeldCredential,
  type IssuedCredential,
} from '@billfold/credentials'
import { createCommandGroup, defineSubcommand, type Subcommand } from './command-group.ts'
import type { Terminal } from './command.ts'
import { formatTable, formatTime } from './format-table.ts'
import { requireArgument } from './parse-arguments.ts'
import { type BillfoldOptionValues, billfoldOptions, withBillfoldSettings } from './with-billfold.ts'

/** The most that is listed at once. */
const pageSize = 200

/** `billfold credentials`: lists credentials, and changes their status. */
export const credentialsCommand = createCommandGroup({
  name: 'credentials',
  summary: 'list issued and held credentials, suspend, restore and revoke them',
  details:
    'Reads and changes what the module @billfold/credentials has stored. Its tables are created by the migrations of a host that has the module.',
  subcommands: {
    issued: defineSubcommand({
      summary: `list issued credentials, oldest first, ${pageSize} at once`,
      options: {
        user: { type: 'string', value: 'ID', help: 'only those about this user' },
        application: { type: 'string', value: 'ID', help: 'only those of this application' },
        type: { type: 'string', value: 'NAME', help: 'only those of this credential type' },
        after: { type: 'string', value: 'ID', help: 'goes on after the last one of the previous page' },
        ...billfoldOptions,
      },
      run: async (values, _, terminal) => {
        const { user: userId, application: applicationId, type, after } = values
        const filter = { userId, applicationId, type, after, limit: pageSize }
        const data = await withRecords(values, terminal, ({ issued }) => issued(filter))
        return { text: formatTable(data, issuedColumns, 'No issued credentials'), data }
      },
    }),
    suspend: statusSubcommand('make verifiers refuse a credential until it is restored', 'suspended'),
    restore: statusSubcommand('end the suspension of a credential', 'valid'),
    revoke: statusSubcommand('make verifiers refuse a credential for good', 'revoked'),
    held: defineSubcommand({
      arguments: 'USER',
      summary: 'list the credentials that a user holds, without values',
      options: billfoldOptions,
      run: async (values, [user], terminal) => {
        const userId = requireArgument(user, 'USER, the id of a user: billfold credentials held USER')
        const data = await withRecords(values, terminal, ({ held }) => held(userId))
        return { text: formatTable(data, heldColumns, 'No held credentials'), data }
      },
    }),
  },
})

function statusSubcommand(summary: string, status: CredentialStatus): Subcommand {
  return defineSubcommand({
    arguments: 'ID',
    summary,
    options: {
      reason: { type: 'string', value: 'TEXT', help: 'why, for the audit log; no personal data' },
      ...billfoldOptions,
    },
    run: async (values, [id], terminal) => {
      const credentialId = requireArgument(id, 'ID of the credential')
      const { reason } = values
      const change = { status, ...(reason !== undefined && { reason }) }
      const data = await withRecords(values, terminal, ({ changeStatus }) => changeStatus(credentialId, change))
      return { text: formatTable([data], issuedColumns, ''), data }
    },
  })
}

function withRecords<T>(
  values: BillfoldOptionValues,
  terminal: Terminal,
  work: (records: CredentialRecords) => Promise<T>,
): Promise<T> {
  return withBillfoldSettings(values, terminal, (settings) =>
    work(createBillfold({ ...settings, modules: [credentials({})] }).credentials.records),
  )
}

const issuedColumns = [
  { heading: 'ID', cell: ({ id }: IssuedCredential) => id },
  { heading: 'STATUS', cell: ({ status }: IssuedCredential) => status },
  { heading: 'ISSUED', cell: ({ createdAt }: IssuedCredential) => formatTime(createdAt) },
  { heading: 'EXPIRES', cell: ({ expiresAt }: IssuedCredential) => formatTime(expiresAt) },
  { heading: 'FORMAT', cell: ({ format }: IssuedCredential) => format },
  { heading: 'TYPE', cell: ({ type }: IssuedCredential) => type },
  { heading: 'USER', cell: ({ userId }: IssuedCredential) => userId ?? '-' },
]

const heldColumns = [
  { heading: 'ID', cell: ({ id }: HeldCredential) => id },
  { heading: 'EXPIRES', cell: ({ expiresAt }: HeldCredential) => formatTime(expiresAt) },
  { heading: 'FORMAT', cell: ({ format }: HeldCredential) => format },
  { heading: 'LEFT', cell: ({ instancesLeft }: HeldCredential) => String(instancesLeft) },
  { heading: 'TYPE', cell: ({ type }: HeldCredential) => type },
  { heading: 'ISSUER', cell: ({ issuer }: HeldCredential) => issuer.name },
]
