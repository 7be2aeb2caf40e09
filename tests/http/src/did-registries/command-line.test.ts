import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { newKey } from '@billfold/core'
import { computeAddress, JsonRpcProvider } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Anvil, startAnvil } from '../custody/anvil.ts'

const program = fileURLToPath(new URL('../../../../packages/cli/dist/main.js', import.meta.url))

interface Ended {
  readonly code: number
  readonly printed: string
  readonly complaint: string
}

function type(line: string, environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const args = ['--disable-warning=ExperimentalWarning', program, 'did-registry', ...line.split(' ')]
    execFile(process.execPath, args, { env: environment }, (error, printed, complaint) => {
      resolve({ code: error === null ? 0 : Number(error.code), printed, complaint })
    })
  })
}

describe('billfold did-registry', () => {
  let anvil: Anvil
  let node: string
  beforeAll(async () => {
    anvil = await startAnvil()
    node = `--rpc ${anvil.url} --chain-id ${anvil.chainId}`
  }, 300_000)
  afterAll(() => anvil.stop())

  test('deploys a registry and verifies it', async () => {
    const privateKey = '17'.repeat(32)
    await anvil.rpc('anvil_setBalance', computeAddress(`0x${privateKey}`), '0xde0b6b3a7640000')
    const deployed = await type(`deploy ${node}`, { BILLFOLD_PAYER_KEY: privateKey })
    expect(deployed).toMatchObject({ code: 0, printed: expect.stringMatching(/^0x[0-9a-fA-F]{40}\n$/), complaint: '' })
    const contract = deployed.printed.trim()
    const provider = new JsonRpcProvider(anvil.url, anvil.chainId, { staticNetwork: true })
    expect(await provider.getCode(contract)).not.toBe('0x')
    provider.destroy()
    expect(await type(`check ${node} --contract ${contract}`)).toMatchObject({
      code: 0,
      printed: 'The contract is an ERC-1056 registry\n',
    })
  }, 300_000)

  test("reports insufficient funds of the keyring's payer", async () => {
    const environment = { BILLFOLD_KEYS: `k1:${newKey()}` }
    const poor = await type(`deploy ${node} --keyring-key k1`, environment)
    expect(poor).toMatchObject({ code: 1, complaint: expect.stringContaining('Insufficient funds') })
  }, 300_000)
})
