import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyringFile } from '@billfold/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runLine } from './test-fixtures/run-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'billfold-cli-'))
const keyring = join(folder, 'keys.json')
const environment = { DATABASE_URL: `file:${join(folder, 'test.sqlite')}`, BILLFOLD_KEYS: '' }

const type = (line: string) => runLine(`${line} --keyring ${keyring}`, environment)

beforeAll(async () => {
  createKeyringFile(keyring)
  await runLine('migrate', environment)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('billfold webhook', () => {
  test('creates, pings, rotates, disables, enables and deletes an endpoint, and lists pending deliveries', async () => {
    const line =
      'webhook create --url https://shop.example/in --event user.created --event user.erased --description shop'
    const made = await type(line)
    const [, id = '', secret = ''] = /^id {5}(\S{36})\nsecret (whsec_\S{44})\n$/.exec(made.printed) ?? []
    expect(secret).not.toBe('')
    const listed = await type('webhook list')
    expect(listed.printed).toMatch(
      /^ID +STATE +URL +EVENTS +DESCRIPTION\n\S{36} {2}ok +https:\/\/shop.example\/in {2}user.created,user.erased {2}shop\n$/,
    )
    expect(listed.printed).toContain(id)
    const [, eventId = ''] = /^webhook-id (\S{36})\n$/.exec((await type(`webhook ping ${id}`)).printed) ?? []
    expect((await type(`webhook pending ${id}`)).printed).toMatch(new RegExp(`${eventId} {2}webhook.pinged {2}0 +20`))
    expect((await type(`webhook retry ${id}`)).printed).toBe(`Retrying deliveries to ${id}\n`)
    const rotated = await type(`webhook rotate ${id}`)
    expect(rotated.printed).toMatch(/^secret whsec_\S{44}\n$/)
    expect(rotated.printed).not.toContain(secret)
    expect((await type(`webhook disable ${id}`)).printed).toBe(`Disabled ${id}\n`)
    expect((await type('webhook list')).printed).toContain('disabled (manual)')
    expect((await type(`webhook enable ${id}`)).printed).toBe(`Enabled ${id}\n`)
    expect((await type(`webhook list --tenant other`)).printed).toBe('No webhook endpoints\n')
    expect(await type(`webhook delete ${id} --tenant other`)).toMatchObject({ code: 1, printed: '' })
    expect((await type(`webhook delete ${id}`)).printed).toBe(`Deleted ${id}\n`)
    expect((await type(`webhook delete ${id}`)).complaint).toContain('Webhook endpoint not found')
  })

  test('reads a URL that contains a secret from standard input', async () => {
    const line = `webhook create --url - --keyring ${keyring}`
    const made = await runLine(line, environment, 'https://shop.example/in?token=s3cret\n')
    expect(made.code).toBe(0)
    expect((await type('webhook list')).printed).toContain('https://shop.example/in?token=s3cret')
    expect(await runLine(line, environment)).toMatchObject({ code: 1, printed: '' })
  })

  test.each([
    ['webhook', 2, 'Missing subcommand: create, list, rotate'],
    ['webhook constructor', 2, 'Unknown subcommand "constructor": create, list, rotate'],
    ['webhook create', 2, '--url URL'],
    ['webhook create --url https://a.example --event user.cloned', 2, 'Unknown event type: "user.cloned"'],
    ['webhook rotate', 2, 'ID of the endpoint'],
    ['webhook create --url http://a.example', 1, 'must use https'],
    ['webhook create --url https://10.0.0.7', 1, 'must have a public address'],
  ])('rejects %s', async (line, code, complaint) => {
    expect(await type(line)).toMatchObject({ code, printed: '', complaint: expect.stringContaining(complaint) })
  })
})
