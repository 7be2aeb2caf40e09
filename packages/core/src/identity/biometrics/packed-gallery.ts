import type { InlineGallery } from './verifier.ts'

/** A template to add to a packed gallery. */
export interface PackedTemplate {
  readonly templateId: string
  readonly personId: string
  readonly bytes: Uint8Array
}

/** The templates of a community in memory, one per row. */
export interface PackedGallery {
  /** Returns the current rows without copying. Later additions do not change it. */
  readonly snapshot: () => InlineGallery
  /** Returns the id of the person with this number. */
  readonly personIdAt: (person: number) => string | undefined
  readonly add: (template: PackedTemplate) => void
  /** Removes templates by packing into new memory. Earlier snapshots do not change. */
  readonly removeTemplates: (templateIds: ReadonlySet<string>) => void
  /** Number of templates. */
  readonly rows: () => number
  /** Allocated memory in bytes. */
  readonly bytes: () => number
}

/**
 * Creates an empty gallery in shared memory, which doubles when it is full.
 * @param rowBytes bytes per template
 */
export function createPackedGallery(rowBytes: number): PackedGallery {
  let rows = 0
  let capacity = 64
  let packed = new Uint8Array(new SharedArrayBuffer(capacity * rowBytes))
  let people = new Uint32Array(new SharedArrayBuffer(capacity * 4))
  let templateIds: string[] = []
  const personIds: string[] = []
  const numbers = new Map<string, number>()

  const assignNumber = (personId: string): number => {
    const known = numbers.get(personId)
    if (known !== undefined) return known
    numbers.set(personId, personIds.length)
    return personIds.push(personId) - 1
  }
  const resize = (rowsToFit: number): void => {
    capacity = Math.max(64, rowsToFit)
    const [oldPacked, oldPeople] = [packed, people]
    packed = new Uint8Array(new SharedArrayBuffer(capacity * rowBytes))
    people = new Uint32Array(new SharedArrayBuffer(capacity * 4))
    packed.set(oldPacked.subarray(0, Math.min(rows, capacity) * rowBytes))
    people.set(oldPeople.subarray(0, Math.min(rows, capacity)))
  }

  return {
    snapshot: () => ({ kind: 'inline', rows, rowBytes, bytes: packed, people }),
    personIdAt: (person) => personIds[person],
    rows: () => rows,
    bytes: () => capacity * (rowBytes + 4),
    add: ({ templateId, personId, bytes }) => {
      if (rows === capacity) resize(capacity * 2)
      packed.set(bytes, rows * rowBytes)
      people[rows] = assignNumber(personId)
      templateIds.push(templateId)
      rows++
    },
    removeTemplates: (removed) => {
      const [oldPacked, oldPeople, oldIds, oldRows] = [packed, people, templateIds, rows]
      packed = new Uint8Array(new SharedArrayBuffer(capacity * rowBytes))
      people = new Uint32Array(new SharedArrayBuffer(capacity * 4))
      templateIds = []
      rows = 0
      for (let row = 0; row < oldRows; row++) {
        const id = oldIds[row] ?? ''
        if (removed.has(id)) continue
        packed.set(oldPacked.subarray(row * rowBytes, (row + 1) * rowBytes), rows * rowBytes)
        people[rows] = oldPeople[row] ?? 0
        templateIds.push(id)
        rows++
      }
    },
  }
}
