import type { Evidence, FaceImage, InlineGallery, FaceTemplate } from '@billfold/core/biometrics'
import {
  anna,
  groups,
  toImage,
  others,
  photo,
  portraitJpeg,
  portraitPixels,
  type PresentedStep,
  presentFrames,
  seededRandom,
  straight,
} from '@billfold/test-photos'
import sharp from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { templateBytes } from './descriptors.ts'
import { faceVerifier } from './verifier.ts'

const verifier = faceVerifier()
const inJavaScript = faceVerifier({ decoder: 'javascript' })
afterAll(async () => {
  await verifier.close()
  await inJavaScript.close()
})

const context = { tenant: 't', signal: new AbortController().signal }

function face(bytes: Uint8Array, mediaType: FaceImage['mediaType'] = 'image/jpeg'): Evidence & { image: FaceImage } {
  return { kind: 'image', image: { mediaType, bytes: Uint8Array.from(bytes), width: 480, height: 480 } }
}

async function enrolled(...images: Uint8Array[]): Promise<readonly FaceTemplate[]> {
  const { outcome, templates } = await verifier.enrol(
    { evidence: images.map((image) => face(image)), collection: 'c' },
    context,
  )
  expect(outcome.decision).toBe('pass')
  return templates
}

/** Portraits of sufficient quality for an enrolment; the others are blurred or have an extreme pose. */
const good = others.filter((_, index) => [3, 7, 8, 9, 10, 11].includes(index))
const annas = await portraitPixels(anna[1])
const still = await portraitPixels(straight)
const annaAgain = await toImage(annas).jpeg().toBuffer()

const annaKnown = await enrolled(annaAgain)

describe('comparing a face', () => {
  const changed: readonly (readonly [string, () => Promise<Buffer>])[] = [
    ['as a JPEG of quality 40', () => toImage(annas).jpeg({ quality: 40 }).toBuffer()],
    ['at half the size', () => toImage(annas).resize(320, 320).jpeg().toBuffer()],
    ['in the dark', () => toImage(annas).modulate({ brightness: 0.5 }).jpeg().toBuffer()],
    ['tilted by 8 degrees', () => toImage(annas).rotate(-8, { background: '#808080' }).jpeg().toBuffer()],
    ['without colour', () => toImage(annas).grayscale().jpeg().toBuffer()],
    ['slightly out of focus', () => toImage(annas).blur(1.5).jpeg().toBuffer()],
  ]

  test('passes for another photo of the same person', async () => {
    const templates = annaKnown
    const outcome = await verifier.compare({ evidence: face(await portraitJpeg(anna[0])), templates }, context)
    expect(outcome).toMatchObject({ decision: 'pass', threshold: 0.5 })
    expect(outcome.score).toBeGreaterThan(0.5)
  })

  test.each(changed)('passes for the same photo %s', async (_, change) => {
    const templates = annaKnown
    expect(await verifier.compare({ evidence: face(await change()), templates }, context)).toMatchObject({
      decision: 'pass',
      reasons: [],
    })
  })

  test('passes for templates that include the person and fails for all others', async () => {
    const people = await Promise.all(good.map(async (portrait) => portraitJpeg(portrait)))
    const templates: (readonly FaceTemplate[])[] = []
    for (const person of people) templates.push(await enrolled(person))
    for (const [index, person] of people.entries()) {
      const strangers = templates.filter((_, other) => other !== index).flat()
      const among = async (known: readonly FaceTemplate[]) =>
        (await verifier.compare({ evidence: face(person), templates: known }, context)).decision
      expect([await among(templates.flat()), await among(strangers)]).toEqual(['pass', 'fail'])
    }
  })

  test.each(groups)('returns retry with multiple_faces for the group photo %s', async (name) => {
    const templates = annaKnown
    const outcome = await verifier.compare({ evidence: face(photo(name)), templates }, context)
    expect(outcome.decision).toBe('retry')
    expect(outcome.reasons).toContain('multiple_faces')
  })

  test('reports no_face, too_dark, too_bright, blurred and too_small', async () => {
    const templates = annaKnown
    const reasonsFor = async (image: Buffer) =>
      (await verifier.compare({ evidence: face(image), templates }, context)).reasons
    const grey = sharp({ create: { width: 300, height: 300, channels: 3, background: '#777' } })
    expect(await reasonsFor(await grey.jpeg().toBuffer())).toEqual(['no_face'])
    expect(await reasonsFor(await toImage(annas).modulate({ brightness: 0.25 }).jpeg().toBuffer())).toContain(
      'too_dark',
    )
    expect(await reasonsFor(await toImage(annas).blur(4).jpeg().toBuffer())).toContain('blurred')
    const lost = toImage(annas)
      .resize(150, 150)
      .extend({ top: 120, bottom: 120, left: 120, right: 120, background: '#888' })
    expect(await reasonsFor(await lost.jpeg().toBuffer())).toContain('too_small')
    const glaring = toImage(annas).linear(0.4, 175)
    expect(await reasonsFor(await glaring.jpeg().toBuffer())).toContain('too_bright')
  })

  test('fails for templates of another format', async () => {
    const [template] = annaKnown
    if (template?.kind !== 'inline') throw new Error('expected an inline template')
    const foreign: FaceTemplate[] = [
      { ...template, format: 'acme/1' },
      { ...template, bytes: template.bytes.slice(1) },
      { kind: 'reference', format: template.format, reference: 'x' },
      { ...template, bytes: new Uint8Array(templateBytes).fill(255) },
    ]
    for (const one of foreign) {
      expect(await verifier.compare({ evidence: face(annaAgain), templates: [one] }, context)).toMatchObject({
        decision: 'fail',
        reasons: ['other'],
      })
    }
  })
})

describe('decoding an image', () => {
  const decoders = [
    ['sharp', verifier],
    ['JavaScript', inJavaScript],
  ] as const

  test.each(decoders)('applies the Exif orientation, with %s', async (_, by) => {
    const templates = annaKnown
    for (const orientation of [3, 6, 8]) {
      const angle = { 3: 180, 6: -90, 8: 90 }[orientation] ?? 0
      const stored = await sharp(annaAgain).rotate(angle).withMetadata({ orientation }).jpeg().toBuffer()
      expect(await by.compare({ evidence: face(stored), templates }, context)).toMatchObject({ decision: 'pass' })
    }
  })

  test.each(decoders)(
    'supports 16-bit, transparent, interlaced, palette, progressive and greyscale images, with %s',
    async (_, by) => {
      const templates = annaKnown
      const image = toImage(annas)
      const kinds: [Buffer, FaceImage['mediaType']][] = [
        [await image.clone().toColourspace('rgb16').png().toBuffer(), 'image/png'],
        [await image.clone().ensureAlpha().png().toBuffer(), 'image/png'],
        [await image.clone().png({ progressive: true }).toBuffer(), 'image/png'],
        [await image.clone().png({ palette: true }).toBuffer(), 'image/png'],
        [await image.clone().jpeg({ progressive: true }).toBuffer(), 'image/jpeg'],
        [await image.clone().grayscale().toColourspace('b-w').jpeg().toBuffer(), 'image/jpeg'],
      ]
      for (const [bytes, mediaType] of kinds) {
        expect(await by.compare({ evidence: face(bytes, mediaType), templates }, context)).toMatchObject({
          decision: 'pass',
        })
      }
    },
  )

  test.each(decoders)('returns retry for damaged, unsupported and too large images, with %s', async (_, by) => {
    const templates = annaKnown
    const huge = await sharp({ create: { width: 4200, height: 3100, channels: 3, background: '#777' } })
      .png()
      .toBuffer()
    const bad: [Uint8Array, FaceImage['mediaType']][] = [
      [annaAgain.subarray(0, annaAgain.length / 2), 'image/jpeg'],
      [new Uint8Array(0), 'image/png'],
      [Buffer.from('GIF89a'), 'image/jpeg'],
      [huge, 'image/png'],
      [Buffer.concat([annaAgain.subarray(0, 300), Buffer.alloc(3000, 0xff)]), 'image/jpeg'],
    ]
    for (const [bytes, mediaType] of bad) {
      expect(await by.compare({ evidence: face(bytes, mediaType), templates }, context)).toMatchObject({
        decision: 'retry',
        reasons: ['other'],
      })
    }
    expect(await by.compare({ evidence: face(annaAgain), templates }, context)).toMatchObject({ decision: 'pass' })
  })

  test.each(decoders)('decodes or rejects CMYK images, but never misreads them, with %s', async (_, by) => {
    const templates = annaKnown
    const cmyk = await toImage(annas).toColourspace('cmyk').jpeg().toBuffer()
    const { decision } = await by.compare({ evidence: face(cmyk), templates }, context)
    expect(['pass', 'retry']).toContain(decision)
  })
})

describe('enrolling', () => {
  test('creates one template per image of the same person', async () => {
    const shots = [
      annaAgain,
      await toImage(annas).jpeg({ quality: 60 }).toBuffer(),
      await toImage(annas).flop().jpeg().toBuffer(),
    ]
    expect(await enrolled(...shots)).toMatchObject(
      shots.map(() => ({ kind: 'inline', bytes: { length: templateBytes } })),
    )
  })

  test('rejects images of two people, no images, too many images and images of insufficient quality', async () => {
    const [stranger] = good
    if (stranger === undefined) throw new Error('expected another portrait')
    const enrol = async (images: readonly Uint8Array[]) =>
      verifier.enrol({ evidence: images.map((image) => face(image)), collection: 'c' }, context)
    expect(await enrol([annaAgain, await portraitJpeg(stranger)])).toMatchObject({
      outcome: { decision: 'fail' },
      templates: [],
    })
    expect(await enrol([])).toMatchObject({ outcome: { decision: 'fail' }, templates: [] })
    expect(await enrol(Array.from({ length: 11 }, () => annaAgain))).toMatchObject({
      outcome: { decision: 'fail' },
      templates: [],
    })
    const blurred = await toImage(annas).blur(4).jpeg().toBuffer()
    expect(await enrol([annaAgain, blurred])).toMatchObject({ outcome: { decision: 'retry' }, templates: [] })
  })
})

describe('identifying a face', () => {
  /** Creates a gallery in which each person has its index as number. */
  async function createGallery(people: readonly (readonly Uint8Array[])[]): Promise<InlineGallery> {
    const templates: { person: number; bytes: Uint8Array }[] = []
    for (const [person, images] of people.entries()) {
      for (const template of await enrolled(...images)) {
        if (template.kind === 'inline') templates.push({ person, bytes: template.bytes })
      }
    }
    const bytes = new Uint8Array(new SharedArrayBuffer(templates.length * templateBytes))
    const numbers = new Uint32Array(new SharedArrayBuffer(templates.length * 4))
    templates.forEach((template, row) => {
      bytes.set(template.bytes, row * templateBytes)
      numbers[row] = template.person
    })
    return { kind: 'inline', rows: templates.length, rowBytes: templateBytes, bytes, people: numbers }
  }

  test('returns the person, fails for a stranger and is uncertain between identical people', async () => {
    const faces = await Promise.all(good.map((portrait) => portraitJpeg(portrait)))
    const [stranger, ...known] = faces
    if (stranger === undefined) throw new Error('expected another portrait')
    const gallery = await createGallery([...known.map((one) => [one]), [annaAgain]])
    const identify = verifier.identify
    if (identify === undefined) throw new Error('expected identify()')
    const worse = await toImage(annas).jpeg({ quality: 30 }).toBuffer()
    expect(await identify({ evidence: face(worse), gallery }, context)).toMatchObject({
      outcome: { decision: 'pass' },
      match: { kind: 'inline', person: known.length },
    })
    const none = await identify({ evidence: face(stranger), gallery }, context)
    expect(none.outcome.decision).toBe('fail')
    expect(none.match).toBeUndefined()
    const twins = await createGallery([[annaAgain], [annaAgain]])
    const unsure = await identify({ evidence: face(annaAgain), gallery: twins }, context)
    expect(unsure.outcome.decision).toBe('uncertain')
    expect(unsure.match).toBeUndefined()
    const empty = { ...gallery, rows: 0 }
    expect((await identify({ evidence: face(worse), gallery: empty }, context)).outcome.decision).toBe('fail')
  })
})

describe('the challenge', () => {
  type Step = PresentedStep

  async function challenge(): Promise<{ state: string; steps: Step[] }> {
    const started = await verifier.startLiveness?.(context)
    if (started === undefined) throw new Error('expected a liveness check')
    const { steps } = started.client
    return { state: started.state, steps: steps as Step[] }
  }

  async function frames(steps: readonly Step[]): Promise<Evidence> {
    const jpegs = await presentFrames('live person (rendered)', still, steps, seededRandom(1))
    return { kind: 'frames', frames: jpegs.map((bytes) => face(bytes).image) }
  }

  const check = (evidence: Evidence, state: string) => {
    if (verifier.checkLiveness === undefined) throw new Error('expected a liveness check')
    return verifier.checkLiveness({ evidence, state }, context)
  }

  test('passes for frames that show the steps in order, and returns the image to compare', async () => {
    const { state, steps } = await challenge()
    const evidence = await frames(steps)
    const { outcome, image } = await check(evidence, state)
    expect(outcome).toMatchObject({ decision: 'pass', reasons: [] })
    expect(evidence.kind === 'frames' && image === evidence.frames[0]).toBe(true)
  })

  test('fails for a still image, another order, missing frames and a frame of another person', async () => {
    const { state, steps } = await challenge()
    const failed = { outcome: { decision: 'fail', reasons: ['challenge_failed'] } }
    const one = face(await toImage(still).jpeg().toBuffer()).image
    expect(await check({ kind: 'frames', frames: [one, one, one, one] }, state)).toMatchObject({
      outcome: { decision: 'fail', reasons: ['spoof'] },
    })
    expect(await check({ kind: 'image', image: one }, state)).toMatchObject(failed)
    const right = await frames(steps)
    if (right.kind !== 'frames') throw new Error('expected frames')
    expect(await check({ kind: 'frames', frames: right.frames.slice(0, 3) }, state)).toMatchObject(failed)
    const [first, second, third, fourth] = right.frames
    if (!first || !second || !third || !fourth) throw new Error('expected four frames')
    expect(await check({ kind: 'frames', frames: [first, third, second, fourth] }, state)).toMatchObject(failed)
    const other = face(annaAgain).image
    expect((await check({ kind: 'frames', frames: [first, second, other, fourth] }, state)).outcome.decision).toBe(
      'fail',
    )
  })

  test('fails after its expiry and with an invalid state', async () => {
    const { state, steps } = await challenge()
    const later = faceVerifier({ now: () => Date.now() + 121_000 })
    const expired = await later.checkLiveness?.({ evidence: await frames(steps), state }, context)
    expect(expired).toMatchObject({ outcome: { decision: 'fail', reasons: ['expired'] } })
    for (const nonsense of ['', '{}', '{"steps":[],"expiresAt":9e15}', '{"steps":["wink"],"expiresAt":9e15}']) {
      expect(await check(await frames(steps), nonsense)).toMatchObject({ outcome: { decision: 'fail' } })
    }
    await later.close()
  })
})
