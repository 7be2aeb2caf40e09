import type { BillfoldInstance } from './billfold.ts'
import { BILLFOLD } from './billfold-module.ts'
import { createApp } from './app.ts'

const app = await createApp(process.env['DATA_DIR'] ?? '.')
const { billfold } = app.get<BillfoldInstance>(BILLFOLD)
const key = await billfold.serviceKeys.create({ tag: 'nestjs', scopes: ['custody'] })
const port = Number(process.env['PORT'] ?? 3000)
await app.listen(port)
console.log(`curl -u ${key.keyId}:${key.keySecret} http://localhost:${port}/custody/api/users`)
