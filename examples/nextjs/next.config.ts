import type { NextConfig } from 'next'

const config: NextConfig = {
  // Native code, which cannot be bundled.
  serverExternalPackages: ['libsql'],
}

export default config
