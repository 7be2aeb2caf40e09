/**
 * Suites kill processes and cut connections, but never the machine: what the operating system has is safe, so their commits do not wait
 * for the disk. Benchmarks and hosts wait for it.
 */
// oxlint-disable-next-line node/no-process-env -- set by Vitest in the processes of suites
export const waitsForDisk = process.env['VITEST'] === undefined
