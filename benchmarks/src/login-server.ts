import { createServer, type RequestListener } from 'node:http'
import { bareLogin } from './login-bare.ts'
import { billfoldLogin } from './login-billfold.ts'
import { oidcLogin } from './login-oidc.ts'

// Run by login.ts as `node login-server.js <which>`. Sends its address, and its CPU time on every message.

const servers: Readonly<Record<string, () => Promise<RequestListener>>> = {
  billfold: billfoldLogin,
  bare: bareLogin,
  oidc: oidcLogin,
}

const server = createServer(await servers[process.argv[2] ?? '']?.())
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
process.on('message', () => process.send?.(process.cpuUsage()))
