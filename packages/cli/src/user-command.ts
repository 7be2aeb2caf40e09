import { UsageError } from './command.ts'
import { createCommandGroup } from './command-group.ts'
import { requireArgument } from './parse-arguments.ts'
import { runUserPasskeys } from './user-passkeys.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'

const usage = `billfold user export ID
billfold user erase ID --yes
billfold user unlock ID
billfold user passkeys list ID
billfold user passkeys delete ID PASSKEY --yes

Exports the personal data of a user as JSON, or erases it permanently. Erasing archives the wallets, whose keys can no longer be
decrypted. Payments stay in the ledger without a name. Files are deleted by the host's next maintain(), which knows where they
are stored. If a vendor stores the user's face template, the host must erase the user itself, since only it can reach the vendor.

unlock resets the failed attempts of a user, or of a wallet with its own PIN, and ends all locks. Verify first that the user is the one
who asks: otherwise an attacker can continue to guess.

passkeys lists the passkeys of a user, or deletes one that signs in, with an entry in the audit log. A passkey that is a signing method is
deleted by the custody API, authorized by another method of the user. The tables are created by the migrations of a host that has the
module @billfold/passkeys.

  --yes            confirm the erasure, or the deletion
${billfoldUsage}`

/** `billfold user`: exports and erases personal data, unlocks users, lists and deletes passkeys. */
export const userCommand = createCommandGroup({
  name: 'user',
  summary: 'export or erase the personal data of a user, unlock a user, list or delete passkeys',
  usage,
  options: { ...billfoldOptions, yes: { type: 'boolean' } },
  subcommands: {
    export: async (values, [id], terminal) => {
      const user = requireArgument(id, 'ID of the user: billfold user export ID')
      const data = await withBillfold(values, terminal, (billfold) => billfold.users.export(user, values.tenant))
      return { text: `${JSON.stringify(data, undefined, 2)}\n`, data }
    },
    erase: async (values, [id], terminal) => {
      const user = requireArgument(id, 'ID of the user: billfold user erase ID --yes')
      if (values.yes !== true) throw new UsageError('Erasure cannot be undone: confirm it with --yes')
      await withBillfold(values, terminal, (billfold) => billfold.users.erase(user, values.tenant))
      return { text: `Erased ${user}\n`, data: { erased: user } }
    },
    unlock: async (values, [id], terminal) => {
      const user = requireArgument(id, 'ID of the user: billfold user unlock ID')
      await withBillfold(values, terminal, (billfold) => billfold.users.unlock(user, values.tenant))
      return { text: `Unlocked ${user}\n`, data: { unlocked: user } }
    },
    passkeys: runUserPasskeys,
  },
})
