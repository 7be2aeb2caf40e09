/** SQL texts by the shape of what they write, so that each is put together once. */
export type KeptTexts = (shape: string, text: () => string) => string

/** Keeps the texts of the last shapes, this many: a host has a few hundred, and lists of every length make more. */
export function keepTexts(most = 2_000): KeptTexts {
  const kept = new Map<string, string>()
  return (shape, text) => {
    const found = kept.get(shape)
    if (found !== undefined) return found
    if (kept.size >= most) for (const oldest of kept.keys()) if (kept.delete(oldest)) break
    const made = text()
    kept.set(shape, made)
    return made
  }
}
