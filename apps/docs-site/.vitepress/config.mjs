// VitePress looks for its configuration here; it is written in TypeScript beside what it depends on.
export { siteConfig as default } from '../dist/site-config.js'
