import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { z } from 'zod'
import type { RequestContent, RequestDriver } from '../request-driver.ts'
import { encodeForm, formType, pngBytes } from '../onboarding/multipart-form.ts'

const partSchema = z.strictObject({
  name: z.string(),
  type: z.string().optional(),
  json: z.unknown().optional(),
  /** Size of a PNG file, in bytes. */
  png: z.number().optional(),
})

const stepSchema = z.strictObject({
  title: z.string(),
  method: z.string(),
  path: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  json: z.unknown().optional(),
  form: z.array(partSchema).optional(),
  reply: z.strictObject({ status: z.number(), body: z.unknown().optional() }),
  /** Values of the reply to use in later steps as `{name}`, by their path in the body. */
  save: z.record(z.string(), z.string()).default({}),
})

const recordingSchema = z.strictObject({
  client: z.string(),
  version: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  steps: z.array(stepSchema),
})

/** The requests that a client sends, and what must be in the replies. */
export type Recording = z.infer<typeof recordingSchema>

/** Reads a recording of `tests/http/recordings`. */
export async function readRecording(name: string): Promise<Recording> {
  const file = new URL(`../../recordings/${name}.json`, import.meta.url)
  return recordingSchema.parse(JSON.parse(await readFile(file, 'utf8')))
}

/** What a client computes between two requests: the value of `{name}`, from the values saved so far. */
export type ComputedValues = Readonly<Record<string, (saved: ReadonlyMap<string, string>) => Promise<string>>>

/** Sends the requests of a recording and expects its replies. Returns the saved values. */
export async function replayRecording(
  client: RequestDriver,
  { headers, steps }: Recording,
  computed: ComputedValues = {},
): Promise<ReadonlyMap<string, string>> {
  const saved = new Map<string, string>()
  for (const step of steps) {
    for (const [name, compute] of Object.entries(computed)) {
      if (!saved.has(name) && JSON.stringify(step).includes(`{${name}}`)) saved.set(name, await compute(saved))
    }
    const fill = (value: unknown): unknown => fillPlaceholders(value, saved)
    const sent = toContent({ ...step, headers: { ...headers, ...step.headers } }, fill)
    const reply = await client.request(step.method, String(fill(step.path)), sent)
    expect({ step: step.title, status: reply.status, text: reply.text }).toMatchObject({ status: step.reply.status })
    if (step.reply.body !== undefined) expect(reply.json, step.title).toMatchObject(Object(fill(step.reply.body)))
    for (const [name, path] of Object.entries(step.save)) saved.set(name, readPath(reply.json, path))
  }
  return saved
}

function toContent(step: z.infer<typeof stepSchema>, fill: (value: unknown) => unknown): RequestContent {
  const headers = Object.fromEntries(Object.entries(step.headers).map(([name, value]) => [name, String(fill(value))]))
  if (step.form === undefined) return { headers, ...(step.json !== undefined && { json: fill(step.json) }) }
  const parts = step.form.map(({ name, type, json, png }) => ({
    name,
    ...(type !== undefined && { type }),
    content: png === undefined ? JSON.stringify(fill(json)) : pngBytes(png),
  }))
  return { headers: { ...headers, ...formType }, body: encodeForm(parts) }
}

function fillPlaceholders(value: unknown, saved: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return value.replace(/\{(\w+)\}/g, (all, name: string) => saved.get(name) ?? all)
  if (Array.isArray(value)) return value.map((item) => fillPlaceholders(item, saved))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fillPlaceholders(item, saved)]))
}

function readPath(body: unknown, path: string): string {
  const value = path
    .split('.')
    .reduce<unknown>(
      (inner, name) =>
        typeof inner === 'object' && inner !== null ? new Map(Object.entries(inner)).get(name) : undefined,
      body,
    )
  if (typeof value !== 'string') throw new Error(`The reply has no text at ${path}`)
  return value
}
