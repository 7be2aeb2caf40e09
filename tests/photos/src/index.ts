export { anna, groups, others, type Portrait, straight } from './portraits.ts'
export { toImage, photo, type Pixels, portraitJpeg, portraitPixels } from './photos.ts'
export { acted } from './warp.ts'
export { type Shot, video } from './y4m.ts'
