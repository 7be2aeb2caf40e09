import { createPasskey, signalAcceptedPasskeys, usePasskey } from '@billfold/core/client'

const byId = (id) => document.getElementById(id)
const report = (text) => {
  byId('message').textContent = text
}

/** Calls a route of this site, and returns its JSON. */
async function call(method, path, body = {}) {
  const content =
    method === 'GET' ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(`/passkeys${path}`, { method, ...content })
  const json = await response.json()
  if (!response.ok) throw new Error(json.message)
  return json
}

/** Runs what a button does, and reports a problem. A browser does not say why there was no passkey. */
async function run(work) {
  report('')
  try {
    await work()
  } catch (error) {
    if (error.name === 'AbortError') return
    report(error.name === 'NotAllowedError' ? 'No passkey was used.' : error.message)
  }
}

/** The request that waits in the autofill of the field. A page has one request for a passkey at a time. */
let waiting = new AbortController()

async function signIn(options) {
  waiting.abort()
  waiting = new AbortController()
  const { signal } = waiting
  const { passkey } = await usePasskey(navigator.credentials, await call('POST', '/sign-in/options'), {
    ...options,
    signal,
  })
  await call('POST', '/sign-in', passkey)
  await show()
}

async function addPasskey(userName) {
  waiting.abort()
  const { passkey } = await createPasskey(navigator.credentials, await call('POST', '/options', { userName }))
  await call('POST', '', { passkey, name: userName })
  await show()
}

/** Shows who is signed in. */
async function show() {
  const mine = await call('GET', '').catch(() => undefined)
  byId('signed-out').hidden = mine !== undefined
  byId('signed-in').hidden = mine === undefined
  if (mine !== undefined) return byId('passkeys').replaceChildren(...mine.passkeys.map(toItem))
  if (await window.PublicKeyCredential?.isConditionalMediationAvailable?.()) void run(() => signIn({ autofill: true }))
}

function toItem({ id, name, createdAt }) {
  const item = document.createElement('li')
  const button = document.createElement('button')
  button.textContent = 'Remove'
  button.addEventListener('click', () =>
    run(async () => {
      await signalAcceptedPasskeys(PublicKeyCredential, await call('DELETE', `/${id}`))
      await show()
    }),
  )
  item.append(`${name}, ${new Date(createdAt).toLocaleString()} `, button)
  return item
}

const userName = () => byId('sign-in').elements.userName.value
byId('use').addEventListener('click', () => run(() => signIn({})))
byId('add').addEventListener('click', () => run(() => addPasskey(userName() || 'Another passkey')))
byId('sign-in').addEventListener('submit', (event) => {
  event.preventDefault()
  void run(async () => {
    await call('POST', '/sign-up')
    await addPasskey(userName())
  })
})
byId('sign-out').addEventListener('click', () =>
  run(async () => {
    await call('POST', '/sign-out')
    await show()
  }),
)
await run(show)
