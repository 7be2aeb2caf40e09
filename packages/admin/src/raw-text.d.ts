/** A file as a string: text that belongs to the code, so that it is in every bundle. */
declare module '*?raw' {
  const text: string
  export default text
}
