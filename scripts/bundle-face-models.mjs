// Puts the worker of the verifier together: its code, the models and the WebAssembly, each with its licence, so that what is
// published needs no download and no native code. Does nothing when what is there is newer than what it is made of.
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
const folderOf = (name) => dirname(require.resolve(`${name}/package.json`))
const faces = folderOf('@vladmandic/face-api')
const wasm = folderOf('@tensorflow/tfjs-backend-wasm')

const models = ['tiny_face_detector_model', 'face_landmark_68_model', 'face_recognition_model']
const binaries = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm']

function isCurrent() {
  try {
    const made = statSync(join(out, 'NOTICE.txt')).mtimeMs
    const inputs = readdirSync(sources).map((name) => join(sources, name))
    return [fileURLToPath(import.meta.url), join(here, 'package.json'), ...inputs].every(
      (file) => statSync(file).mtimeMs < made,
    )
  } catch {
    return false
  }
}

/** What was published with each part, as its licence asks. */
function notice() {
  const parts = [
    ['@vladmandic/face-api, with the weights of its models (MIT)', join(faces, 'LICENSE')],
    ['@tensorflow/tfjs-core and @tensorflow/tfjs-backend-wasm (Apache-2.0)', join(here, 'licences', 'tensorflow.txt')],
  ]
  const intro =
    'This folder is made of the packages below. The models were trained on photographs of faces that were collected from\n' +
    'the web; the people on them were not asked. Whether that is acceptable is for whoever uses them to decide.\n'
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
    external: ['jpeg-js', 'pngjs', 'sharp'],
    // The face library asks for all of TensorFlow.js, of which it needs the core with its operations chained.
    alias: { '@tensorflow/tfjs': join(sources, 'tensorflow.js') },
    // The libraries were written for CommonJS.
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

if (!isCurrent()) await bundle()
