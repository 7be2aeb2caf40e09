import { createBillfold } from '@billfold/core'
import type { Passkey } from '@billfold/passkeys'
import { type Terminal, UsageError } from './command.ts'
import type { CommandOutput } from './command-group.ts'
import { passkeysOfHost } from './installed-modules.ts'
import { requireArgument } from './parse-arguments.ts'
import { type BillfoldOptionValues, withBillfoldSettings } from './with-billfold.ts'

type PasskeyFunctions = ReturnType<ReturnType<typeof passkeysOfHost>['create']>['functions']

/** `billfold user passkeys`: lists and deletes the passkeys of a user. */
export async function runUserPasskeys(
  values: BillfoldOptionValues & { readonly yes?: boolean },
  [action, user, passkey]: readonly string[],
  terminal: Terminal,
): Promise<CommandOutput> {
  if (action === 'list') return listPasskeys(values, user, terminal)
  if (action === 'delete') return deletePasskey(values, user, passkey, terminal)
  throw new UsageError('Missing subcommand: list or delete')
}

async function listPasskeys(
  values: BillfoldOptionValues,
  user: string | undefined,
  terminal: Terminal,
): Promise<CommandOutput> {
  const userId = requireArgument(user, 'ID of the user: billfold user passkeys list ID')
  const data = await withPasskeys(values, terminal, ({ list }) => list(userId, values.tenant))
  return { text: data.map(formatPasskey).join(''), data }
}

async function deletePasskey(
  values: BillfoldOptionValues & { readonly yes?: boolean },
  user: string | undefined,
  passkey: string | undefined,
  terminal: Terminal,
): Promise<CommandOutput> {
  const usage = 'billfold user passkeys delete ID PASSKEY --yes'
  const userId = requireArgument(user, `ID of the user: ${usage}`)
  const passkeyId = requireArgument(passkey, `PASSKEY, the id of the passkey: ${usage}`)
  if (values.yes !== true) throw new UsageError('The user cannot sign in with it afterwards: confirm it with --yes')
  await withPasskeys(values, terminal, ({ remove }) => remove(userId, passkeyId, values.tenant))
  return { text: `Deleted ${passkeyId}\n`, data: { deleted: passkeyId } }
}

function withPasskeys<T>(
  values: BillfoldOptionValues,
  terminal: Terminal,
  work: (functions: PasskeyFunctions) => Promise<T>,
): Promise<T> {
  return withBillfoldSettings(values, terminal, (settings) =>
    work(createBillfold({ ...settings, modules: [passkeysOfHost()] }).passkeys),
  )
}

function formatPasskey({ id, name, createdAt, lastUsedAt, backedUp, signingMethodId }: Passkey): string {
  const used = lastUsedAt === undefined ? 'never used' : `used ${new Date(lastUsedAt).toISOString()}`
  const job = signingMethodId === undefined ? 'signs in' : `signing method ${signingMethodId}`
  const copies = backedUp ? 'copied' : 'one device'
  return `${id}  created ${new Date(createdAt).toISOString()}  ${used}  ${copies}  ${job}  ${JSON.stringify(name)}\n`
}
