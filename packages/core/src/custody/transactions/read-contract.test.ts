import { expect, it } from 'vitest'
import { BillfoldError } from '../../kernel/errors.ts'
import { fakeChain } from '../../test-fixtures/fake-chain.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createChainConnections } from '../chain-clients/index.ts'
import { readContract } from './read-contract.ts'

const word = (value: number): string => value.toString(16).padStart(64, '0')

function readList(length: number): Promise<unknown> {
  const data = Uint8Array.from(Buffer.from(word(32) + word(length) + word(7).repeat(length), 'hex'))
  const client = { ...fakeChain().client, call: async () => data }
  const services = { ...testServices(), chainConnections: createChainConnections({ ETHEREUM: client }) }
  const contractAddress = `0x${'11'.repeat(20)}`
  return readContract(services, 'ETHEREUM', {
    contractAddress,
    functionName: 'list',
    inputs: [],
    outputs: [{ type: 'uint256[]' }],
  })
}

it('a contract is read that returns up to 64 KiB, and none that returns more', async () => {
  expect(await readList(2046)).toMatchObject([{ length: 2046 }])
  const error = await readList(2047).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(BillfoldError)
  expect(error).toMatchObject({ code: 'input.invalid', issues: [{ message: 'returns more than 64 KiB' }] })
})
