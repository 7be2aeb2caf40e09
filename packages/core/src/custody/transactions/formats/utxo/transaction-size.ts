/** Sizes of a P2WPKH input: without its witness in bytes, and the witness in weight units with a signature of the maximum length (BIP-141). */
const input = { baseBytes: 41, witnessBytes: 1 + 1 + 72 + 1 + 33 } as const

/** Version, lock time and the counts of inputs and outputs. Both counts take one byte up to 252. */
const overheadBytes = 10

/** The marker and flag of a segwit transaction. */
const segwitBytes = 2

/** The maximum number of inputs of a transaction: each costs about half a millisecond to sign. */
export const maxInputs = 60

/** Computes the maximum virtual size of a signed transaction with P2WPKH inputs, in virtual bytes. */
export function computeVirtualSize(inputs: number, scripts: readonly Uint8Array[]): bigint {
  const outputs = scripts.reduce((sum, script) => sum + outputBytes(script), 0)
  const base = overheadBytes + inputs * input.baseBytes + outputs
  return BigInt(Math.ceil((base * 4 + segwitBytes + inputs * input.witnessBytes) / 4))
}

/** Computes the fee of a virtual size at a rate per 1000 virtual bytes, rounded up. */
export function computeFee(virtualSize: bigint, feeRate: bigint): bigint {
  return (virtualSize * feeRate + 999n) / 1000n
}

/**
 * Computes the amount below which nodes refuse an output as dust: what it costs at the dust relay fee rate to make and to spend it. A witness
 * program costs 67 bytes to spend, any other script 148.
 */
export function computeDustLimit(script: Uint8Array, dustRelayFeeRate: bigint): bigint {
  return computeFee(BigInt(outputBytes(script) + (isWitnessProgram(script) ? 67 : 148)), dustRelayFeeRate)
}

/** A version (OP_0, or OP_1 to OP_16) and a push of 2 to 40 bytes (BIP-141). */
function isWitnessProgram(script: Uint8Array): boolean {
  const [version = -1, pushed] = script
  const isVersion = version === 0 || (version >= 0x51 && version <= 0x60)
  return isVersion && script.length >= 4 && script.length <= 42 && pushed === script.length - 2
}

function outputBytes(script: Uint8Array): number {
  return 8 + 1 + script.length
}
