import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Reply, type RequestContext, type Route, route, secretText } from '../../http/index.ts'
import { getCustodyUser, getReachableWallet } from './custody-user.ts'
import type { Chain } from '../wallets/chains/chain.ts'
import { type Chains, getChain } from '../wallets/chains/index.ts'
import { importStandaloneWallet, importUserWallet, type ImportedKeyInput, parseImportedKey } from '../wallets/import.ts'
import { migrateStandaloneWallet, migrateUserWallet } from '../wallets/migrate.ts'
import {
  actorFromRequest,
  parseSigningMethod,
  authorizeWithSigningMethod,
} from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import type { CustodyContext } from './context.ts'
import { walletReply } from './wallet-reply.ts'
import { custodyBodyLimit, idSchema, optionalField, pincodeSchema, resultSchemas, successSchema } from './schemas.ts'

const forms = ['PRIVATE_KEY', 'KEYSTORE', 'WIF', 'WIF_PASSPHRASE'] as const

const newImport = z.object({
  importWalletType: z
    .string()
    .max(64)
    .describe('Chain and format: ETHEREUM_PRIVATE_KEY, ETHEREUM_KEYSTORE, BITCOIN_WIF, AETERNITY_KEYSTORE, ...'),
  userId: optionalField(idSchema),
  pincode: optionalField(pincodeSchema),
  privateKey: optionalField(z.string().max(512)),
  wif: optionalField(z.string().max(512)),
  passphrase: optionalField(secretText(z.string().max(1024)).describe('Of a WIF that it encrypts (BIP-38)')),
  keystore: optionalField(
    z
      .union([z.string(), z.record(z.string(), z.unknown())])
      .describe('The keystore file, as a JSON string or an object'),
  ),
  password: optionalField(secretText(z.string().max(1024))),
  walletId: optionalField(idSchema.describe('Of MIGRATION: the wallet whose key the new one has')),
  to: optionalField(z.string().max(32).describe('Of MIGRATION: the chain of the new wallet, on the same curve')),
  description: optionalField(z.string().max(1024)),
  identifier: optionalField(z.string().max(256)),
})

/** The route that imports a wallet. */
export function importRoute(custody: CustodyContext): Route {
  const { services, chains, methods, service } = custody
  return route({
    id: 'importWallet',
    method: 'POST',
    path: '/api/wallets/import',
    summary:
      'Import a wallet from a private key, WIF or keystore, for a user or standalone with its own PIN; or use the key of a wallet on another chain',
    guard: service,
    headers: signingMethodHeadersSchema,
    body: {
      encoding: 'json',
      schema: newImport,
      limit: custodyBodyLimit,
      raw: 'if-available',
      transientText: ['passphrase'],
    },
    replies: {
      200: { description: 'The wallet', schema: successSchema(resultSchemas.wallet) },
      409: { description: 'A wallet with this address already exists' },
    },
    handler: async ({ body, headers }, context) => {
      const actor = actorFromRequest(context)
      if (body.importWalletType === 'MIGRATION') return migrate(custody, context, { body, headers })
      const { chain, input } = parseImport(chains, body)
      const loadKey = parseImportedKey(chain, input)
      if (body.userId === undefined) {
        if (body.pincode === undefined) throw missing('pincode')
        const key = await loadKey(services, actor)
        return walletReply(
          custody,
          await importStandaloneWallet(services, methods, actor, chain, key, body, body.pincode),
        )
      }
      const user = await getCustodyUser(services, context.caller, body.userId)
      const header = await parseSigningMethod(services, context, headers)
      const authorizedBy = await authorizeWithSigningMethod(services, actor, user.id, header, body.pincode)
      const key = await loadKey(services, actor)
      const metadata = { ...body, userOrigin: user.origin }
      return walletReply(custody, await importUserWallet(services, actor, user.id, chain, key, metadata, authorizedBy))
    },
  })
}

/** Parses `importWalletType` into a chain and a format, and selects the fields of the format. */
function parseImport(
  chains: Chains,
  body: z.output<typeof newImport>,
): { readonly chain: Chain; readonly input: ImportedKeyInput } {
  const form = forms.find((name) => body.importWalletType.endsWith(`_${name}`))
  if (form === undefined) throw new BillfoldError('wallet.import.unsupported-type')
  return { chain: getChain(chains, body.importWalletType.slice(0, -form.length - 1)), input: toKeyInput(form, body) }
}

function toKeyInput(form: (typeof forms)[number], body: z.output<typeof newImport>): ImportedKeyInput {
  if (form === 'PRIVATE_KEY') return { form, privateKey: required(body.privateKey, 'privateKey') }
  if (form === 'WIF') return { form, wif: required(body.wif, 'wif') }
  if (form === 'WIF_PASSPHRASE')
    return { form, wif: required(body.wif, 'wif'), passphrase: required(body.passphrase, 'passphrase') }
  const keystore = required(body.keystore, 'keystore')
  return {
    form,
    keystore: typeof keystore === 'string' ? keystore : JSON.stringify(keystore),
    password: required(body.password, 'password'),
  }
}

/** The vendor's names of chains in migrations, where they are not those of wallets. */
const migrationNames: ReadonlyMap<string, string> = new Map([
  ['AVALANCHE', 'AVAC'],
  ['POLYGON', 'MATIC'],
  ['IMMUTABLE_X', 'IMX'],
])

interface ImportInput {
  readonly body: z.output<typeof newImport>
  readonly headers: z.output<typeof signingMethodHeadersSchema>
}

/** Creates a wallet with the key of another one, on another chain of the same curve. */
async function migrate(
  custody: CustodyContext,
  context: RequestContext,
  { body, headers }: ImportInput,
): Promise<Reply> {
  const { services, chains, methods } = custody
  const actor = actorFromRequest(context)
  const target = required(body.to, 'to')
  const chain = getChain(chains, migrationNames.get(target) ?? target)
  const wallet = await getReachableWallet(services, context.caller, required(body.walletId, 'walletId'))
  if (getChain(chains, wallet.secretType).curve !== chain.curve)
    throw new BillfoldError('wallet.import.unsupported-type')
  if (body.userId !== undefined && body.userId !== wallet.userId)
    throw new BillfoldError('input.invalid', { issues: [{ path: 'userId', message: 'is not the user of the wallet' }] })
  const { pincode } = body
  if (wallet.userId === null && pincode === undefined) throw missing('pincode')
  // A wallet without a user has its PIN only, which the new one gets.
  const header = wallet.userId === null ? undefined : await parseSigningMethod(services, context, headers)
  const authorizedBy = await authorizeWithSigningMethod(services, actor, wallet.ownerId, header, pincode)
  const migration = { wallet, chain, input: body, authorizedBy }
  return walletReply(
    custody,
    wallet.userId === null
      ? await migrateStandaloneWallet(services, methods, actor, migration, required(pincode, 'pincode'))
      : await migrateUserWallet(services, actor, wallet.userId, migration),
  )
}

function required<T>(value: T | undefined, path: string): T {
  if (value === undefined) throw missing(path)
  return value
}

function missing(path: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message: 'is required for this importWalletType' }] })
}
