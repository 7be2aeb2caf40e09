import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'
import type { Guard, MountableApi, Route } from '@billfold/core/http'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { MountedClient, RequestContent } from '../request-driver.ts'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { isDefaultMounting } from '../hosts/mountings.ts'
import { formRequest } from '../onboarding/multipart-form.ts'

const billfold = createBillfold({
  storage: memoryStorage(),
  keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
})
const apis = (['authentication', 'onboarding', 'dids', 'custody', 'payments'] as const).map((name) => billfold[name])

/** POST routes that ignore an Idempotency-Key, with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  'authentication.checkEnrollment': 'reads',
  'authentication.getSessionResult': 'reads',
  'authentication.fetchUserInfo': 'reads',
  'authentication.getCommunityInfo': 'reads',
  'authentication.authenticateWithLiveid': 'is gone',
  'authentication.webhook': 'is gone',
  'authentication.ecdsaHelper': 'computes',
  'authentication.ecdsaHelperMethod': 'computes',
  'onboarding.createApplication': 'has its own Idempotency-Key, retained as long as the application',
  'onboarding.createPresentation': 'an additional request is harmless, and expires in minutes',
  'onboarding.completePresentation': 'takes a code once',
  'dids.createToken': 'an additional token is harmless, and none is stored',
  'dids.signDidAuth': 'signs a token that is valid for minutes',
  'custody.createToken': 'an additional token is harmless, and none is stored',
  'custody.createTransaction': 'has its own Idempotency-Key, retained as long as the transaction',
  'custody.executeTransaction': 'has its own Idempotency-Key, retained as long as the transaction',
  'custody.buildSwap': 'computes',
  'custody.decodeContractData': 'computes',
  'custody.encodeContractCall': 'computes',
  'custody.readContract': 'reads',
  'custody.verifySignature': 'computes',
  'custody.exportWallet': 'reads, and its reply must not be stored',
  'payments.login': 'an additional key is harmless, and none is stored',
  'payments.checkPin': 'checks',
  'payments.getM3Pin': 'reads',
  'payments.verifyContact': 'takes a code once; a repetition succeeds',
  'payments.sendContactCode': 'a further code replaces the previous one',
  'payments.checkUser': 'reads',
  'payments.checkLicence': 'reads',
  'payments.checkLicence2': 'reads',
  'payments.getWalletInformation': 'reads',
  'payments.transactions': 'reads',
}

test('every POST route takes an Idempotency-Key, except those listed here', () => {
  const without = apis.flatMap(({ name, routes }) =>
    routes
      .filter(({ method, idempotency }) => method === 'POST' && idempotency !== 'key')
      .map(({ id }) => `${name}.${id}`),
  )
  expect(without.toSorted()).toEqual(Object.keys(exceptions).toSorted())
})

/** Routes with an Idempotency-Key whose reply carries a secret, a token or a signature: it is stored for minutes. */
const secretReplies = [
  'authentication.authenticateSession',
  'authentication.authenticateWithLiveId',
  'authentication.resetServiceKey',
  'authentication.resumeSession',
  'authentication.skipFace',
  'authentication.submitFace',
  'authentication.submitPasskey',
  'authentication.verifyPin',
  'custody.beginFaceCheck',
  'custody.createPasskeyChallenge',
  'custody.createPasskeyOptions',
  'custody.createSignature',
  'custody.createSigningMethod',
  'custody.passFaceCheck',
  'custody.signSavedSignature',
  'onboarding.answerChallenge',
  'onboarding.completeLogin',
  'onboarding.createUser',
  'onboarding.login',
]

/** The other routes with an Idempotency-Key: their replies are ids, addresses, states and messages. */
const plainReplies = [
  'authentication.addDeviceInfo',
  'authentication.cancelSession',
  'authentication.createSession',
  'authentication.giveConsent',
  'authentication.identifySelfie',
  'authentication.startLiveness',
  'authentication.startPasskey',
  'custody.buildSignature',
  'custody.buildTransaction',
  'custody.cancelTransaction',
  'custody.confirmSignature',
  'custody.confirmTransaction',
  'custody.createUser',
  'custody.createWallet',
  'custody.executeSavedTransaction',
  'custody.importWallet',
  'custody.linkWalletByPathAndPost',
  'custody.linkWalletByPost',
  'custody.resubmitTransaction',
  'dids.configureWallet',
  'dids.createVault',
  'dids.createWallet',
  'dids.renameWallets',
  'onboarding.changeApplicationStatus',
  'onboarding.postApplicationMessage',
  'onboarding.reportApplicationPayment',
  'onboarding.sendFile',
  'onboarding.sendUserFile',
  'payments.activateLicence',
  'payments.addEvaultUser',
  'payments.addUserLicence',
  'payments.changePassword',
  'payments.confirmPayment',
  'payments.createSession',
  'payments.createTransaction',
  'payments.createWallet',
  'payments.deactivateLicence',
  'payments.register',
  'payments.setPin',
  'payments.setPin2',
  'payments.updateBalance',
  'payments.updateProfile',
  'payments.updateTransaction',
]

test('every route with an Idempotency-Key is known to reply with a secret or without one', () => {
  const keyed = apis.flatMap(({ name, routes }) =>
    routes.filter(({ idempotency }) => idempotency === 'key').map((one) => ({ name: `${name}.${one.id}`, ...one })),
  )
  const listNames = (isSecret: boolean): readonly string[] =>
    keyed.filter(({ secretReply }) => secretReply === isSecret).map(({ name }) => name)
  expect([...new Set(listNames(true))].toSorted()).toEqual(secretReplies)
  expect([...new Set(listNames(false))].toSorted()).toEqual(plainReplies)
})

const publicGuard: Guard = {
  name: 'open',
  security: [],
  schemes: {},
  admit: async () => ({ kind: 'service', tenant: 'default', id: 'the suite', scopes: new Set() }),
}

/** Replaces every route by a public one that counts its calls. */
function counting(api: MountableApi, counted: Map<string, number>): MountableApi {
  const stub = (route: Route): Route => ({
    ...route,
    guard: publicGuard,
    limits: [],
    prepare: async (decoded, { parts }) => ({
      decoded,
      schemas: { params: undefined, query: undefined, headers: undefined, body: undefined },
      replyKey: undefined,
      run: async () => {
        for await (const { content } of parts ?? []) for await (const _piece of content) continue
        const count = (counted.get(route.id) ?? 0) + 1
        counted.set(route.id, count)
        return { status: 201, headers: { 'x-count': String(count) }, body: { count } }
      },
    }),
  })
  return { ...api, routes: api.routes.filter(({ idempotency }) => idempotency === 'key').map(stub) }
}

/** Creates a body with this value in every field of the route. */
function bodyFor({ body }: Route, value: string): RequestContent {
  if (body === undefined) return {}
  const fields = body.schema instanceof z.ZodObject ? Object.keys(body.schema.shape) : []
  return body.encoding === 'json'
    ? { json: Object.fromEntries(['data', ...fields].map((name) => [name, value])) }
    : { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `data=${value}` }
}

for (const api of apis) {
  const counted = new Map<string, number>()
  const stubs = counting(api, counted)
  describeMounted(
    `an Idempotency-Key at the routes of ${api.name}`,
    async () => {
      counted.clear()
      return stubs
    },
    (client) => routesSuite(client, stubs.routes, counted),
    {
      only: (mounting) =>
        isDefaultMounting(mounting) && mounting.prefix === '' && mounting.parser === (mounting.framework === 'koa'),
    },
  )
}

function routesSuite(client: MountedClient, routes: readonly Route[], counted: ReadonlyMap<string, number>): void {
  describe.each(routes.map((route) => [route.id, route] as const))('%s', (id, route) => {
    const path = route.path.replaceAll(/:\w+/g, 'x')
    const call = (key: string | undefined, sent: RequestContent, at = path) =>
      client.request(route.method, at, {
        ...sent,
        headers: { ...sent.headers, ...(key !== undefined && { 'idempotency-key': key }) },
      })

    test('executes once per key, replays the reply, and rejects another request', async () => {
      const key = crypto.randomUUID()
      const before = counted.get(id) ?? 0
      const first = await call(key, bodyFor(route, 'one'))
      expect([first.status, first.headers['idempotent-replayed']]).toEqual([201, undefined])
      const again = await call(`"${key}"`, bodyFor(route, 'one'))
      expect([again.status, again.text, again.headers['x-count']]).toEqual([201, first.text, first.headers['x-count']])
      expect(again.headers).toMatchObject({
        'idempotent-replayed': 'true',
        'content-type': first.headers['content-type'],
      })
      expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id'])
      const elsewhere = path.replaceAll('/x', '/y')
      const other = route.body === undefined ? await call(key, {}, elsewhere) : await call(key, bodyFor(route, 'two'))
      expect(other.status).toBe(422)
      expect(counted.get(id)).toBe(before + 1)
    })

    test('executes each time without a key, and rejects a guessable one', async () => {
      const before = counted.get(id) ?? 0
      await call(undefined, bodyFor(route, 'one'))
      await call(undefined, bodyFor(route, 'one'))
      expect(counted.get(id)).toBe(before + 2)
      for (const key of ['short', 'x'.repeat(256), 'with a space in it', ''])
        expect([400, 422]).toContain((await call(key, bodyFor(route, 'one'))).status)
      expect(counted.get(id)).toBe(before + 2)
    })

    if (route.body?.multipart === undefined) return
    test('compares a multipart body by its parts', async () => {
      const key = crypto.randomUUID()
      const parts = [
        { name: 'a', content: 'x'.repeat(100_000) },
        { name: 'b', content: 'y' },
      ]
      const first = await call(key, formRequest(...parts))
      expect((await call(key, formRequest(...parts))).text).toBe(first.text)
      expect((await call(key, formRequest(...parts.toReversed()))).status).toBe(422)
      expect((await call(key, formRequest(...parts.slice(0, 1)))).status).toBe(422)
    })
  })
}
