import { UsageError } from './command.ts'
import { createCommandGroup, defineSubcommand } from './command-group.ts'
import { requireArgument } from './parse-arguments.ts'
import { createProgressReporter } from './report-progress.ts'
import { runUserPasskeys } from './user-passkeys.ts'
import { billfoldOptions, withBillfold } from './with-billfold.ts'

/** `billfold user`: exports and erases personal data, unlocks users, lists and deletes passkeys. */
export const userCommand = createCommandGroup({
  name: 'user',
  summary: 'export or erase the personal data of a user, unlock a user, list or delete passkeys',
  subcommands: {
    export: defineSubcommand({
      arguments: 'ID',
      summary: 'export the personal data of a user as JSON',
      options: billfoldOptions,
      run: async (values, [id], terminal) => {
        const user = requireArgument(id, 'ID of the user: billfold user export ID')
        const data = await withBillfold(values, terminal, (billfold) => billfold.users.export(user, values.tenant))
        return { text: `${JSON.stringify(data, undefined, 2)}\n`, data }
      },
    }),
    erase: defineSubcommand({
      arguments: 'ID',
      summary: 'erase the personal data of a user permanently',
      details: `Archives the wallets, whose keys can no longer be decrypted. Payments stay in the ledger without a name. Files are deleted by the host's next maintain(), which knows where they are stored.

If a vendor stores the user's face template, the host must erase the user itself, since only it can reach the vendor.`,
      options: { yes: { type: 'boolean', help: 'confirm the erasure' }, ...billfoldOptions },
      run: async (values, [id], terminal) => {
        const user = requireArgument(id, 'ID of the user: billfold user erase ID --yes')
        if (values.yes !== true) throw new UsageError('Erasure cannot be undone: confirm it with --yes')
        const onProgress = createProgressReporter(terminal, 'sources of personal data')
        await withBillfold(values, terminal, (billfold) => billfold.users.erase(user, values.tenant, { onProgress }))
        return { text: `Erased ${user}\n`, data: { erased: user } }
      },
    }),
    unlock: defineSubcommand({
      arguments: 'ID',
      summary: 'reset the failed attempts of a user, or of a wallet with its own PIN, and end all locks',
      details:
        'Verify first that the user is the one who asks: otherwise an attacker can continue to guess. The user gets the message security.unlocked.',
      options: billfoldOptions,
      run: async (values, [id], terminal) => {
        const user = requireArgument(id, 'ID of the user: billfold user unlock ID')
        await withBillfold(values, terminal, (billfold) => billfold.users.unlock(user, values.tenant))
        return { text: `Unlocked ${user}\n`, data: { unlocked: user } }
      },
    }),
    passkeys: defineSubcommand({
      arguments: 'list ID | delete ID PASSKEY',
      summary: 'list the passkeys of a user, or delete one that signs in',
      details:
        'A deletion is recorded in the audit log. A passkey that is a signing method is deleted by the custody API, authorized by another method of the user. The tables are created by the migrations of a host that has the module @billfold/passkeys.',
      options: { yes: { type: 'boolean', help: 'confirm the deletion' }, ...billfoldOptions },
      run: runUserPasskeys,
    }),
  },
})
