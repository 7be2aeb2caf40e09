import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { root } from './run-command.mjs'

const here = join(root, 'packages', 'verifier-face')
const require = createRequire(join(here, 'package.json'))
const out = join(here, 'dist', 'engine')
const sources = join(here, 'src', 'worker')
/** @param {string} name */
const findFolder = (name) => dirname(require.resolve(`${name}/package.json`))
const faces = findFolder('@vladmandic/face-api')
const wasm = findFolder('@tensorflow/tfjs-backend-wasm')

const models = ['tiny_face_detector_model', 'face_landmark_68_model', 'face_recognition_model']
const binaries = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm']

function isCurrent() {
  try {
    const builtAt = statSync(join(out, 'NOTICE.txt')).mtimeMs
    const inputs = readdirSync(sources, { recursive: true }).map((name) => join(sources, String(name)))
    return [fileURLToPath(import.meta.url), join(here, 'package.json'), ...inputs].every(
      (file) => statSync(file).mtimeMs < builtAt,
    )
  } catch {
    return false
  }
}

/** The notices that the licences of the parts require. */
function notice() {
  const parts = [
    ['@vladmandic/face-api, with the weights of its models (MIT)', join(faces, 'LICENSE')],
    ['@tensorflow/tfjs-core and @tensorflow/tfjs-backend-wasm (Apache-2.0)', join(here, 'licences', 'tensorflow.txt')],
  ]
  const intro =
    'This folder is built from the packages below. The models were trained on photographs of faces collected from the web\n' +
    'without the consent of the people on them. Decide whether that is acceptable for your use.\n'
  return [intro, ...parts.map(([name, file]) => `== ${name}\n\n${readFileSync(String(file), 'utf8')}`)].join('\n')
}

async function bundle() {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  await build({
    entryPoints: [join(sources, 'main.ts')],
    outfile: join(out, 'worker.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'error',
    // From the sources: in a fresh checkout this runs before core is built.
    conditions: ['billfold-source'],
    external: ['jpeg-js', 'pngjs', 'sharp'],
    // The face library imports all of TensorFlow.js but needs only its core with chained operations.
    alias: { '@tensorflow/tfjs': join(sources, 'tensorflow.js') },
    // The libraries are CommonJS.
    banner: {
      js: [
        "import { createRequire } from 'node:module'",
        'const require = createRequire(import.meta.url)',
        'const __dirname = import.meta.dirname',
      ].join('\n'),
    },
  })
  for (const name of binaries) copyFileSync(join(wasm, 'dist', name), join(out, name))
  for (const model of models) {
    copyFileSync(join(faces, 'model', `${model}.bin`), join(out, `${model}.bin`))
    copyFileSync(join(faces, 'model', `${model}-weights_manifest.json`), join(out, `${model}.json`))
  }
  writeFileSync(join(out, 'NOTICE.txt'), notice())
}

/**
 * Bundles the worker of the face verifier: code, models and WebAssembly with their licences, so that the published package needs
 * no download and no native code. Does nothing if the bundle is newer than its inputs.
 */
export async function bundleFaceModels() {
  if (!isCurrent()) await bundle()
}
