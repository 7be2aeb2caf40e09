import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findNearestPerson } from './nearest-neighbour.ts'

/** Galleries of random descriptors of several people. */
const galleries = fc.array(
  fc.record({
    person: fc.integer({ min: 0, max: 4 }),
    values: fc.float32Array({ minLength: 128, maxLength: 128, min: -1, max: 1, noNaN: true }),
  }),
  { maxLength: 12 },
)
const descriptors = fc.float32Array({ minLength: 128, maxLength: 128, min: -1, max: 1, noNaN: true })

describe('scanning a gallery', () => {
  test('returns the same nearest and next person as a sort by distance', () => {
    fc.assert(
      fc.property(galleries, descriptors, (rows, descriptor) => {
        const bytes = new Uint8Array(rows.length * 512)
        rows.forEach(({ values }, row) => bytes.set(new Uint8Array(values.buffer, values.byteOffset, 512), row * 512))
        const people = Uint32Array.from(rows, ({ person }) => person)
        const found = findNearestPerson(descriptor, { bytes, people, rows: rows.length })
        const all = rows
          .map(({ person, values }) => ({
            person,
            distance: Math.hypot(...values.map((v, i) => v - (descriptor[i] ?? 0))),
          }))
          .sort((a, b) => a.distance - b.distance)
        const [first] = all
        if (first === undefined || found === undefined) {
          expect(found).toBe(first)
          return
        }
        expect(found.distance).toBeCloseTo(first.distance, 5)
        const other = all.find(({ person }) => person !== found.person)
        if (other === undefined) expect(found.nextDistance).toBe(Number.POSITIVE_INFINITY)
        else expect(found.nextDistance).toBeCloseTo(other.distance, 5)
      }),
    )
  })
})
