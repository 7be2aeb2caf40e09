import { existsSync } from 'node:fs'
import {
  addKeyToFile,
  createKeyringFile,
  fileKeyring,
  isKeyId,
  type KeysInUse,
  type KeyUsage,
  makeKeyCurrent,
  newKey,
  removeKeyFromFile,
  type UnreadableValue,
} from '@billfold/core'
import { type Terminal, UsageError } from './command.ts'
import { type Answer, nounCommand } from './noun-command.ts'
import { required } from './parse-arguments.ts'
import { billfoldOptions, billfoldUsage, keyringOf, withBillfold } from './with-billfold.ts'
import { count } from './count.ts'

const usage = `billfold keys create [--keyring FILE] [--id ID]
billfold keys rotate ID --keyring FILE
billfold keys re-seal
billfold keys list
billfold keys retire ID

The keys of the keyring, in the order of a rotation. create makes a key and adds it to the file, where nothing is sealed under it yet;
without a file it prints what to add to BILLFOLD_KEYS. rotate makes it the newest, once every host knows it. re-seal seals
everything again that older keys seal, while hosts go on; it may be broken off, and run again. list says what still needs an older key, and
retire lets a key go that nothing needs, with exit code 3 where something does. What a person's PIN or password protects is sealed
again when it is next used: the server alone cannot.

  --id ID          what the new key is called, 1 to 32 of A-Z, a-z, 0-9, dot, underscore and hyphen; default: today's date
${billfoldUsage}`

/** `billfold keys`: makes, rotates and retires the keys of the keyring. */
export const keysCommand = nounCommand({
  name: 'keys',
  summary: 'make, rotate and retire the keys of the keyring',
  usage,
  options: { ...billfoldOptions, id: { type: 'string' } },
  verbs: {
    create: async ({ keyring: file, id }, _, terminal) =>
      file === undefined ? printKey(id, terminal) : addKey(file, id),
    rotate: async ({ keyring: file }, [id], { environment }) => {
      const key = required(id, 'which key: billfold keys rotate ID')
      if (file === undefined && environment['BILLFOLD_KEYS'] !== undefined)
        throw new UsageError(`The environment is yours to change: set BILLFOLD_CURRENT_KEY=${key} for every host`)
      makeKeyCurrent(required(file, 'which keyring: --keyring FILE'), key)
      return { text: `${key} is the newest key\n`, data: { current: key } }
    },
    're-seal': async (values, _, terminal) => {
      let told = 0
      const onProgress = ({ table, resealed }: { readonly table: string; readonly resealed: number }): void => {
        if (resealed < told + 1000) return
        told = resealed
        terminal.report(`${resealed} sealed again, at ${table}\n`)
      }
      const data = await withBillfold(values, terminal, (billfold) => billfold.keys.reseal({ onProgress }))
      const { keyId, resealed, unreadable, vouchesForAuditTrail } = data
      const trail = vouchesForAuditTrail ? '' : 'No key vouches for the audit trail: billfold audit verify\n'
      const what = `Sealed ${count(resealed, 'value')} again under ${keyId}\n`
      const isBad = unreadable.length > 0 || !vouchesForAuditTrail
      return { text: `${unreadable.map(unreadableLine).join('')}${trail}${what}`, data, isBad }
    },
    list: async (values, _, terminal) => {
      const data = await withBillfold(values, terminal, (billfold) => billfold.keys.usage())
      return { text: usageText(data), data, isBad: data.malformed > 0 || data.older.some(isLost) }
    },
    retire: async (values, [id], terminal) => {
      const key = required(id, 'which key: billfold keys retire ID')
      const inUse = await withBillfold(values, terminal, (billfold) => billfold.keys.usage())
      const found = inUse.older.find((older) => older.id === key)
      if (found?.inKeyring !== true) throw new UsageError(`${key} is not an older key of the keyring`)
      if (isNeeded(found)) return { text: `${key} is still needed\n${usageLine(found)}`, data: found, isBad: true }
      if (values.keyring !== undefined) removeKeyFromFile(values.keyring, key)
      const where = values.keyring === undefined ? 'can leave BILLFOLD_KEYS' : 'has left the keyring'
      return { text: `${key} ${where}: nothing needs it\n`, data: found }
    },
  },
})

function addKey(file: string, id: string | undefined): Answer {
  const isNew = !existsSync(file)
  const known = isNew ? [] : (fileKeyring(file).keyIds ?? [])
  const key = idFor(id, known)
  if (isNew) createKeyringFile(file, key)
  else addKeyToFile(file, key)
  const next = isNew ? '' : `When every host has read the file: billfold keys rotate ${key} --keyring ${file}\n`
  return { text: `Made the key ${key}\n${next}`, data: { id: key, isCurrent: isNew } }
}

function printKey(id: string | undefined, terminal: Terminal): Answer {
  const isFirst = (terminal.environment['BILLFOLD_KEYS'] ?? '') === ''
  const keyring = isFirst ? undefined : keyringOf({}, terminal)
  const key = idFor(id, keyring?.keyIds ?? [])
  const entry = `${key}:${newKey()}`
  const next =
    keyring === undefined
      ? 'This is what BILLFOLD_KEYS is to be.\n'
      : `Append it to BILLFOLD_KEYS, after a comma, with BILLFOLD_CURRENT_KEY=${keyring.currentKeyId} until every host has it.\n`
  return { text: `${entry}\n${next}`, data: { id: key, entry } }
}

function idFor(id: string | undefined, known: readonly string[]): string {
  if (id !== undefined) {
    if (!isKeyId(id) || known.includes(id)) throw new UsageError(`${JSON.stringify(id)} cannot be the id of a new key`)
    return id
  }
  const today = new Date().toISOString().slice(0, 10)
  const ids = [today, ...Array.from({ length: known.length }, (_, index) => `${today}-${index + 2}`)]
  return ids.find((free) => !known.includes(free)) ?? today
}

function isNeeded({ sealedValues, signingMethods, passwords, vouchesForAuditTrail }: KeyUsage): boolean {
  return sealedValues + signingMethods + passwords > 0 || vouchesForAuditTrail
}

/** Whether something needs a key that the keyring does not have. */
function isLost(key: KeyUsage): boolean {
  return !key.inKeyring && isNeeded(key)
}

function usageText({ current, older, malformed }: KeysInUse): string {
  const odd = malformed === 0 ? '' : `${malformed} values name no key: somebody has changed them\n`
  return `${current}  the newest\n${older.map(usageLine).join('')}${odd}`
}

function usageLine(key: KeyUsage): string {
  const { id, inKeyring, sealedValues, signingMethods, passwords, vouchesForAuditTrail } = key
  const counts = `${count(sealedValues, 'value')}, ${count(signingMethods, 'signing method')}, ${passwords} passwords and PINs`
  const trail = vouchesForAuditTrail ? ', the end of the audit trail' : ''
  const what = isNeeded(key) ? `${counts}${trail}` : 'nothing needs it'
  return `${id}  ${inKeyring ? 'older' : 'NOT IN THE KEYRING'}: ${what}\n`
}

function unreadableLine({ table, column, row, code }: UnreadableValue): string {
  return `${code}  ${table}.${column} of ${JSON.stringify(row)}\n`
}
