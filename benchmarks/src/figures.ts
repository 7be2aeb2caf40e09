import { appendFileSync } from 'node:fs'

/** One comparison. */
export interface Figure {
  readonly what: string
  /** What it costs or makes with Billfold, with its unit. */
  readonly billfold: string
  /** What it is compared with, and what that costs or makes. */
  readonly other: string
  /** Billfold's by the other's. */
  readonly ratio: number
  /** The least and the greatest ratio of a round, where rounds were paired. */
  readonly range?: readonly [number, number]
}

/** Keeps a figure for whoever makes a table of them: the file that `BILLFOLD_FIGURES` names. */
export function keepFigure(figure: Figure): void {
  const file = process.env['BILLFOLD_FIGURES']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figure)}\n`)
}
