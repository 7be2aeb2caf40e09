import { once } from 'node:events'
import { silentLogger } from '@billfold/core'
import { createMountableApi } from '@billfold/core/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Host, startHost } from '../hosts/start-host.ts'
import { formatMounting, mountings } from '../hosts/mountings.ts'
import { connectRaw } from '../raw-connection.ts'
import { sendRequest } from '../send-request.ts'
import type { RequestContent } from '../request-driver.ts'
import { type Applicant, logInApplicant } from './applicant.ts'
import { attributesPart, encodeForm, formType, pngBytes } from './multipart-form.ts'
import { createOnboardingHost, type OnboardingHost } from './onboarding-host.ts'

const chosen = mountings.filter(
  ({ framework, prefix, through }) => framework !== 'express 4' && prefix === '/id' && through === 'app',
)

describe.each(chosen.map((mounting) => [formatMounting(mounting), mounting] as const))(
  'hostile uploads, %s',
  (_name, mounting) => {
    let made: OnboardingHost
    let host: Host
    let applicant: Applicant
    const client = {
      request: (method: string, path: string, sent?: RequestContent) =>
        sendRequest(host.port, method, mounting.prefix + path, sent),
    }
    beforeAll(async () => {
      made = await createOnboardingHost()
      host = await startHost(mounting, made.billfold.onboarding)
      applicant = await logInApplicant(client)
    })
    afterAll(async () => {
      await host.close()
      await made.drop()
    })

    const head = (path: string, length: string): string =>
      [
        `POST ${mounting.prefix}${path} HTTP/1.1`,
        'Host: x',
        `Authorization: Bearer ${applicant.jwt}`,
        `Content-Type: ${formType['content-type']}`,
        length,
        '',
        '',
      ].join('\r\n')

    const nothingLeft = async (): Promise<void> => {
      const end = Date.now() + 20_000
      while ((await made.blobCount()) + (await made.rowCount('files')) > 0) {
        if (Date.now() > end) throw new Error('something is left of an upload')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      expect(await made.blobCount()).toBe(0)
    }

    it('declared as 2 GiB are rejected before they are sent', async () => {
      const connection = await connectRaw(host.port)
      connection.socket.write(head('/users', `Content-Length: ${2 ** 31}`))
      expect(await connection.waitFor(/HTTP\/1\.1 \d+/)).toContain('413')
      connection.socket.destroy()
      await nothingLeft()
    })

    it('without a length are rejected once they exceed the limit', async () => {
      const connection = await connectRaw(host.port)
      connection.socket.write(head('/files', 'Transfer-Encoding: chunked'))
      const start = encodeForm([{ name: 'file', content: pngBytes(60_000) }], '').subarray(0, -2)
      const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000), Buffer.from('\r\n')])
      connection.socket.write(`${start.length.toString(16)}\r\n`)
      connection.socket.write(start)
      connection.socket.write('\r\n')
      let sent = 0
      while (!connection.received().includes('HTTP/1.1') && sent < 50_000_000) {
        sent += 0x10000
        if (!connection.socket.write(chunk)) await once(connection.socket, 'drain')
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect(await connection.waitFor(/HTTP\/1\.1 \d+/)).toContain('413')
      connection.socket.destroy()
      await nothingLeft()
    })

    it('that are aborted leave nothing', async () => {
      const body = encodeForm([{ name: '$document-1', content: pngBytes(150_000) }, attributesPart('$document-1')])
      for (const cut of [50, 5000, 100_000, body.length - 20]) {
        const connection = await connectRaw(host.port)
        connection.socket.write(head('/users', `Content-Length: ${body.length}`))
        connection.socket.write(body.subarray(0, cut))
        await new Promise((resolve) => setTimeout(resolve, 30))
        connection.socket.destroy()
      }
      await nothingLeft()
      expect(await made.rowCount('profiles')).toBe(0)
      // Koa reports every aborted connection to its host.
      if (mounting.framework !== 'koa') expect(host.errors).toEqual([])
    })

    it('sent concurrently are limited by the quota of the wallet', async () => {
      const sent = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          applicant.send('POST', '/files', {
            headers: formType,
            chunks: [encodeForm([{ name: 'file', content: pngBytes(190_000, index) }])],
          }),
        ),
      )
      // Ten files of 190,000 bytes exceed the quota of a million bytes.
      expect(sent.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
        ...Array.from({ length: 5 }, () => 200),
        ...Array.from({ length: 5 }, () => 429),
      ])
      await made.billfold.onboarding.eraseWallet(applicant.wallet.signingKey.publicKey)
      await nothingLeft()
    })
  },
)

describe('a slow upload', () => {
  it('is answered by 408 and leaves nothing', async () => {
    const made = await createOnboardingHost()
    const rateLimiter = { consume: async () => ({ allowed: true, retryAfterSeconds: 1 }) }
    const mounting = chosen[0]
    if (mounting === undefined) throw new Error('there is no mounting')
    const host = await startHost(
      mounting,
      createMountableApi(made.billfold.onboarding, { logger: silentLogger, rateLimiter, bodyTimeoutMs: 400 }),
    )
    const applicant = await logInApplicant({
      request: (method, path, sent) => sendRequest(host.port, method, mounting.prefix + path, sent),
    })
    const connection = await connectRaw(host.port)
    const start = encodeForm([{ name: 'file', content: pngBytes(500) }], '')
    connection.socket.write(
      `POST ${mounting.prefix}/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${applicant.jwt}\r\nContent-Type: ${formType['content-type']}\r\nContent-Length: 100000\r\n\r\n`,
    )
    connection.socket.write(start)
    const drip = setInterval(() => connection.socket.write('x'), 30)
    const response = await connection.waitFor(/\r\n\r\n\{.*\}/s)
    clearInterval(drip)
    expect(response).toMatch(/^HTTP\/1\.1 408/)
    expect(response).toContain('body_too_slow')
    connection.socket.destroy()
    expect([await made.blobCount(), await made.rowCount('files')]).toEqual([0, 0])
    await host.close()
    await made.drop()
  })
})
