/** The bounding box of a face on one of the photos, as fractions of the photo's width and height. */
export interface Portrait {
  readonly photo: `sample${1 | 2 | 3 | 4 | 5 | 6}.jpg`
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Converts a bounding box measured on the photo at a width of 640 pixels. */
function portrait(photo: Portrait['photo'], height: number, box: readonly [number, number, number, number]): Portrait {
  const [x, y, w, h] = box
  return { photo, left: x / 640, top: y / height, width: w / 640, height: h / height }
}

/** One person on two photos. */
export const anna: readonly [Portrait, Portrait] = [
  portrait('sample1.jpg', 427, [475, 72, 99, 92]),
  portrait('sample3.jpg', 450, [332, 82, 110, 95]),
]

/** Other people, with one photo each. */
export const others: readonly Portrait[] = [
  portrait('sample1.jpg', 427, [258, 147, 105, 86]),
  portrait('sample1.jpg', 427, [113, 132, 100, 80]),
  portrait('sample2.jpg', 455, [468, 60, 90, 84]),
  portrait('sample3.jpg', 450, [174, 122, 105, 92]),
  portrait('sample3.jpg', 450, [480, 112, 98, 92]),
  portrait('sample4.jpg', 483, [73, 76, 92, 81]),
  portrait('sample4.jpg', 483, [208, 32, 86, 79]),
  portrait('sample5.jpg', 466, [106, 299, 103, 102]),
  portrait('sample5.jpg', 466, [354, 80, 93, 83]),
  portrait('sample6.jpg', 512, [63, 172, 109, 97]),
  portrait('sample6.jpg', 512, [364, 118, 100, 92]),
  portrait('sample6.jpg', 512, [479, 105, 97, 94]),
]

/** Photos of several people. */
export const groups: readonly Portrait['photo'][] = ['sample1.jpg', 'sample3.jpg', 'sample5.jpg', 'sample6.jpg']

/** One of the others, looking straight ahead with the mouth closed. */
export const straight: Portrait = portrait('sample6.jpg', 512, [479, 105, 97, 94])

/** All of the others who look straight ahead with the mouth closed. */
export const neutral: readonly Portrait[] = [portrait('sample6.jpg', 512, [364, 118, 100, 92]), straight]
