/** The databases that can generate rows. */
export type GrowthDialect = 'postgres' | 'mysql'

/** The SQL that the databases write differently. Arguments and results are SQL expressions. */
export interface GrowthSql {
  /** A table with the numbers of a range, in the column `n`. */
  readonly numbers: (from: number, to: number) => string
  /** A UUIDv7 of a kind that a number gives. */
  readonly id: (kind: number, number: string) => string
  /** SHA-256 as base64url, which account ids are. */
  readonly sha256: (text: string) => string
  /** The name of a column, which can be a word of SQL. */
  readonly quote: (name: string) => string
  /** So many zero bytes. */
  readonly bytes: (length: number) => string
}

/** Returns the SQL of a dialect. `mysql` is MariaDB, whose sequence engine gives the numbers. */
export function growthSql(dialect: GrowthDialect, firstCreatedAt: number): GrowthSql {
  const isPostgres = dialect === 'postgres'
  const hex = (number: string): string => (isPostgres ? `to_hex(${number})` : `lower(hex(${number}))`)
  return {
    numbers: (from, to) =>
      isPostgres
        ? `generate_series(${from}::bigint, ${to}) as numbers(n)`
        : `(select seq as n from seq_${from}_to_${to}) as numbers`,
    quote: (name) => (isPostgres ? `"${name}"` : `\`${name}\``),
    id: (kind, number) => {
      const time = `lpad(${hex(`${firstCreatedAt} + ${number}`)}, 12, '0')`
      const version = `-7${kind.toString(16).padStart(3, '0')}-8000-`
      const rest = `substr(md5(concat('${kind}-', ${number})), 1, 12)`
      return `concat(substr(${time}, 1, 8), '-', substr(${time}, 9), '${version}', ${rest})`
    },
    sha256: (text) =>
      isPostgres
        ? `translate(encode(sha256(convert_to(${text}, 'UTF8')), 'base64'), '+/=', '-_')`
        : `replace(replace(replace(to_base64(unhex(sha2(${text}, 256))), '+', '-'), '/', '_'), '=', '')`,
    bytes: (length) => (isPostgres ? `decode(repeat('00', ${length}), 'hex')` : `unhex(repeat('00', ${length}))`),
  }
}
