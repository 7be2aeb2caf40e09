import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { expressRouter } from '@billfold/express-adapter'
import { kyselyStorage } from '@billfold/storage-kysely'
import { connectTo } from '@billfold/test-databases'
import express from 'express'
import { createCredentialHost, credentialHostConfiguration } from './credential-host.ts'

// One process of a host on PostgreSQL: node host-process.js <url> <file with its configuration>
const [url = '', file = ''] = process.argv.slice(2)
const storage = kyselyStorage(connectTo('postgres', url), { dialect: 'postgres' })
const configuration = credentialHostConfiguration.parse(JSON.parse(readFileSync(file, 'utf8')))
const { issuer, verifier } = createCredentialHost(storage, configuration).credentials
const app = express()
app.use('/issuer', expressRouter(issuer))
app.use('/verifier', expressRouter(verifier))
const server = createServer(app)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0)
})
