import { createHash } from 'node:crypto'
import type { DidRegistry, RegistryChange, RegistryServices } from '@billfold/core/dids'
import { applyChange, createOwner, type DidOwner } from './did-owner.ts'

/** Derives the owner of a wallet of a run, equal in every process. */
export function ownerForWallet(run: string, index: number): DidOwner {
  return createOwner(createHash('sha256').update(`${run} ${index}`).digest())
}

/** Returns the changes of a wallet: a service, a delegate, and a new owner at the end. */
export function changesForWallet(run: string, index: number): readonly RegistryChange[] {
  const value = Uint8Array.from(Buffer.from(`https://agent.example/${index}`))
  return [
    { kind: 'attribute', name: 'did/svc/Agent', value, validity: 86_400 },
    {
      kind: 'delegate',
      delegateType: 'veriKey',
      delegate: ownerForWallet(`${run} delegates`, index).address,
      validity: 86_400,
    },
    { kind: 'owner', newOwner: ownerForWallet(`${run} new owners`, index).address },
  ]
}

/**
 * Configures wallets concurrently, step by step. Steps that any process completed or started are not repeated; an outdated
 * signature is renewed.
 */
export async function configureWallets(
  registry: DidRegistry,
  services: RegistryServices,
  run: string,
  indices: readonly number[],
  done: (step: string) => void = () => {},
): Promise<void> {
  const queue = indices.values()
  const work = async (): Promise<void> => {
    for (const index of queue)
      for (const [position, change] of changesForWallet(run, index).entries()) {
        const step = `${run}/${index}/${position}`
        await takeStep(registry, services, ownerForWallet(run, index), change, step)
        done(step)
      }
  }
  await Promise.all(Array.from({ length: 20 }, work))
}

async function takeStep(
  registry: DidRegistry,
  services: RegistryServices,
  owner: DidOwner,
  change: RegistryChange,
  step: string,
): Promise<void> {
  for (;;) {
    const known = await registry.findOperationStatus(services, 'default', step)
    const state = known ?? (await applyChange(registry, services, owner, owner.address, change, step).catch(again))
    if (state?.state === 'mined') return
    if (state?.state === 'failed') throw new Error(`step ${step} failed: ${state.failureCode}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Returns true for errors that a retry can fix, since nothing was stored. */
function again(error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'did.update-conflict' && code !== 'transaction.chain-unavailable' && code !== 'crypto.invalid-signature')
    throw error
}
