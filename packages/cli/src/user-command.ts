import { UsageError } from './command.ts'
import { nounCommand } from './noun-command.ts'
import { required } from './parse-arguments.ts'
import { billfoldOptions, billfoldUsage, withBillfold } from './with-billfold.ts'

const usage = `billfold user export ID
billfold user erase ID --yes

Prints all that is known of a person, as JSON, or forgets it for good. Wallets are archived, and their keys never open again; money that
was paid stays in the books, without a name. Files are removed by the next maintain() of the host, which knows where they are.
A person whose face is kept by a vendor must be erased by the host itself, which can reach the vendor.

  --yes            yes, forget this person
${billfoldUsage}`

/** `billfold user`: what is known of a person, and how it is forgotten. */
export const userCommand = nounCommand({
  name: 'user',
  summary: 'print or erase what is known of a person',
  usage,
  options: { ...billfoldOptions, yes: { type: 'boolean' } },
  verbs: {
    export: async (values, [id], terminal) => {
      const user = required(id, 'whom: billfold user export ID')
      const data = await withBillfold(values, terminal, (billfold) => billfold.users.export(user, values.tenant))
      return { text: `${JSON.stringify(data, undefined, 2)}\n`, data }
    },
    erase: async (values, [id], terminal) => {
      const user = required(id, 'whom: billfold user erase ID --yes')
      if (values.yes !== true) throw new UsageError('What is erased cannot be brought back: say --yes')
      await withBillfold(values, terminal, (billfold) => billfold.users.erase(user, values.tenant))
      return { text: `Erased ${user}\n`, data: { erased: user } }
    },
  },
})
