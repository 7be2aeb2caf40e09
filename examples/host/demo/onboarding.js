import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

const api = '/onboarding'
const element = (id) => document.getElementById(id)
const say = (text) => (element('log').textContent = text)

/** A wallet that speaks EIP-1193 as the injected ones do, with a key that lives as long as the tab. */
function builtInWallet() {
  const kept = sessionStorage.getItem('built-in-key')
  const key = kept === null ? secp256k1.utils.randomSecretKey() : hexToBytes(kept)
  sessionStorage.setItem('built-in-key', bytesToHex(key))
  const address = `0x${bytesToHex(keccak_256(secp256k1.getPublicKey(key, false).slice(1)).slice(12))}`
  const sign = (message) => {
    const hash = keccak_256(concatBytes(utf8ToBytes(`\x19Ethereum Signed Message:\n${message.length}`), message))
    const bytes = secp256k1.sign(hash, key, { prehash: false, format: 'recovered' })
    return `0x${bytesToHex(bytes.slice(1))}${bytes[0] === 0 ? '1b' : '1c'}`
  }
  return {
    request: async ({ method, params }) => {
      if (method === 'eth_requestAccounts') return [address]
      if (method === 'personal_sign') return sign(hexToBytes(params[0].slice(2)))
      throw new Error(`the built-in wallet knows no ${method}`)
    },
  }
}

async function call(method, path, { token, json, body } = {}) {
  const response = await fetch(api + path, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(json && { 'content-type': 'application/json' }),
    },
    body: json ? JSON.stringify(json) : body,
  })
  const answer = await response.json()
  if (response.ok) return answer
  const details = (answer.errors ?? []).map(({ path: where, message }) => `${where}: ${message}`)
  throw Object.assign(new Error([answer.message, ...details].join('\n')), { code: answer.code })
}

let walletToken
let userToken

/** Signs in with the message of ERC-4361, which names this site. */
async function signIn() {
  const builtIn = window.ethereum === undefined ? true : element('built-in').checked
  const provider = builtIn ? builtInWallet() : window.ethereum
  const [address] = await provider.request({ method: 'eth_requestAccounts' })
  const { jwt, message } = await call('GET', `/auth/challenge/${address}`)
  const hex = `0x${bytesToHex(utf8ToBytes(message))}`
  const signature = await provider.request({ method: 'personal_sign', params: [hex, address] })
  const answered = await call('POST', '/auth/challenge', { token: jwt, json: { signature, message } })
  walletToken = answered.jwt
  document.querySelector('#application fieldset').disabled = false
  say(`Signed in as ${address}`)
}

/** The user of the wallet: made the first time. */
async function ensureUser(attributes) {
  try {
    userToken = (await call('POST', '/users', { token: walletToken, json: { attributes } })).token
  } catch (error) {
    if (error.code !== 'user_exists') throw error
    userToken = (await call('GET', '/auth/token', { token: walletToken })).token
  }
}

async function apply(form) {
  const { first, last, document: chosen } = Object.fromEntries(new FormData(form))
  const attributes = [{ id: 'name', data: { value: { first, last } } }]
  await ensureUser(attributes)
  const files = []
  if (chosen.size > 0) {
    const body = new FormData()
    body.append('file', chosen)
    files.push((await call('POST', '/files', { token: walletToken, body })).fileId)
  }
  const made = await call('POST', '/applications', { token: walletToken, json: { templateId: 1, attributes, files } })
  const { application } = await call('GET', `/applications/${made.id}`, { token: walletToken })
  element('session').disabled = false
  say(`Your application ${application.id} is ${application.status}.`)
}

async function openSession() {
  const { redirectTo } = await call('POST', '/login', { token: walletToken, json: { token: userToken } })
  window.location.assign(redirectTo)
}

const attempt = (act) => act().catch((error) => say(error.message))
element('sign-in').addEventListener('click', () => attempt(signIn))
element('open-session').addEventListener('click', () => attempt(openSession))
element('application').addEventListener('submit', (event) => {
  event.preventDefault()
  void attempt(() => apply(event.target))
})
if (new URLSearchParams(window.location.search).has('signed-in')) say('You are logged in.')
