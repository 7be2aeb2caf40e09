import { createBillfold } from '@billfold/core'
import {
  type CredentialRecords,
  credentials,
  type CredentialStatus,
  type HeldCredential,
  type IssuedCredential,
} from '@billfold/credentials'
import { type CommandOutput, createCommandGroup, type Subcommand } from './command-group.ts'
import type { Terminal } from './command.ts'
import { requireArgument } from './parse-arguments.ts'
import { type BillfoldOptionValues, billfoldOptions, billfoldUsage, withBillfoldSettings } from './with-billfold.ts'

const text = { type: 'string' } as const
const options = { ...billfoldOptions, user: text, application: text, type: text, after: text, reason: text } as const

const usage = `billfold credentials issued [--user ID] [--application ID] [--type NAME] [--after ID]
billfold credentials suspend | restore | revoke ID [--reason TEXT]
billfold credentials held USER

Reads and changes what the module @billfold/credentials has stored. Its tables are created by the migrations of a host that has the
module.

  issued    issued credentials, oldest first, 200 at once
  suspend   verifiers refuse the credential until it is restored
  restore   ends a suspension
  revoke    verifiers refuse the credential for good
  held      the credentials that a user holds, without values

  --after ID       goes on after the last one of the previous page
  --reason TEXT    why, for the audit log; no personal data
${billfoldUsage}`

/** `billfold credentials`: lists credentials, and changes their status. */
export const credentialsCommand = createCommandGroup({
  name: 'credentials',
  summary: 'list issued and held credentials, suspend, restore and revoke them',
  usage,
  options,
  subcommands: {
    issued: async (values, _, terminal) => {
      const { user: userId, application: applicationId, type, after } = values
      const filter = { userId, applicationId, type, after, limit: 200 }
      const data = await withRecords(values, terminal, ({ issued }) => issued(filter))
      return { text: data.map(formatIssued).join(''), data }
    },
    suspend: statusSubcommand('suspend', 'suspended'),
    restore: statusSubcommand('restore', 'valid'),
    revoke: statusSubcommand('revoke', 'revoked'),
    held: async (values, [user], terminal) => {
      const userId = requireArgument(user, 'USER, the id of a user: billfold credentials held USER')
      const data = await withRecords(values, terminal, ({ held }) => held(userId))
      return { text: data.map(formatHeld).join(''), data }
    },
  },
})

function statusSubcommand(name: string, status: CredentialStatus): Subcommand<typeof options> {
  return async (values, [id], terminal): Promise<CommandOutput> => {
    const credentialId = requireArgument(id, `ID of the credential: billfold credentials ${name} ID`)
    const { reason } = values
    const change = { status, ...(reason !== undefined && { reason }) }
    const data = await withRecords(values, terminal, ({ changeStatus }) => changeStatus(credentialId, change))
    return { text: formatIssued(data), data }
  }
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

function formatIssued({ id, type, format, status, createdAt, expiresAt, userId }: IssuedCredential): string {
  const days = [createdAt, expiresAt].map((time) => new Date(time).toISOString().slice(0, 10)).join(' to ')
  return `${id}  ${status.padEnd(9)}  ${days}  ${format.padEnd(9)}  ${type}  ${userId ?? '-'}\n`
}

function formatHeld({ id, type, format, issuer, instancesLeft, expiresAt }: HeldCredential): string {
  const until = new Date(expiresAt).toISOString().slice(0, 10)
  return `${id}  until ${until}  ${format.padEnd(9)}  ${instancesLeft} left  ${type}  ${issuer.name}\n`
}
