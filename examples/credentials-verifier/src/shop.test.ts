import { mkdtempSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { expect, test } from 'vitest'
import { loadCertificates } from './certificates.ts'
import { present } from './present.ts'
import { createShop } from './shop.ts'

test('a customer shows an ID, and the shop has its attributes once', async () => {
  const certificates = await loadCertificates(join(mkdtempSync(join(tmpdir(), 'billfold-shop-')), 'certificates.json'))
  const app = express()
  const server = app.listen(0)
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  app.use(createShop(url, certificates))
  const page = await fetch(url)
  const cookie = (page.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const [, link = ''] = /<pre>(.*)<\/pre>/.exec(await page.text()) ?? []
  const target = await present(link.replaceAll('&amp;', '&'), certificates.provider)
  expect((await fetch(target)).status).toBe(400)
  const welcome = await fetch(target, { headers: { cookie } })
  expect(await welcome.json()).toMatchObject({
    attributes: { given_name: 'Erika', family_name: 'Mustermann', birth_date: '1984-01-26', nationalities: ['DE'] },
    issuers: ['CN=Test PID provider'],
  })
  expect((await fetch(target, { headers: { cookie } })).status).toBe(400)
  server.close()
})
