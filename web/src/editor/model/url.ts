/** Addresses with variables in them. */
import { parse, wholeVariable } from '../../pill/template'

interface Row {
  name: string
  value: string
}


/** Where the query begins: the first ? outside of variables; -1 when there is none. */
function queryAt(url: string): number {
  for (const piece of parse(url)) {
    if (piece.is !== 'text') continue
    const at = piece.text.indexOf('?')
    if (at >= 0) return piece.from + at
  }
  return -1
}

export const hasQuery = (url: string): boolean => {
  const at = queryAt(url)
  return at >= 0 && at < url.length - 1
}

export interface Split {
  url: string
  rows: Row[]
  /** What the list sends in other bytes than the address did, as pairs of texts. */
  differs: { before: string; after: string }[]
  /** A row is only a variable: when that is empty, the row is not sent at all. */
  mayGo: boolean
}

/** Takes the query out of an address, as rows. What was encoded there is decoded: rows are encoded when they are sent. */
export function splitQuery(url: string): Split {
  const at = queryAt(url)
  if (at < 0) return { url, rows: [], differs: [], mayGo: false }
  const [query = '', ...after] = splitText(url.slice(at + 1), '#')
  const rows: Row[] = []
  const differs: Split['differs'] = []
  for (const pair of splitText(query, '&')) {
    const [name = '', ...rest] = splitText(pair, '=')
    const row = { name: decode(name), value: decode(rest.join('=')) }
    const sent = pair === '' ? '' : `${encode(row.name)}=${encode(row.value)}`
    if (sent !== sentAsIs(pair) || pair === '') differs.push({ before: pair || '&', after: sent })
    if (pair !== '') rows.push(row)
  }
  const mayGo = rows.some((row) => {
    const only = wholeVariable(row.value)
    return only !== undefined && only.fallback === undefined
  })
  return { url: url.slice(0, at) + after.map((text) => `#${text}`).join(''), rows, differs, mayGo }
}

const octets = (text: string): string => [...new TextEncoder().encode(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
const outsideVariables = (text: string, change: (text: string) => string): string =>
  parse(text)
    .map((piece) => (piece.is === 'variable' ? piece.text : change(piece.text)))
    .join('')
/** How the server sends a row's name and value. */
const encode = (text: string): string => outsideVariables(text, (part) => part.replace(/[^A-Za-z0-9._~-]+/g, octets))
/** How the server sends what stands in an address: only what may not stand in a request line is encoded. */
const sentAsIs = (text: string): string => outsideVariables(text, (part) => part.replace(/[^!#-;=?-\[\]_a-z~]+/g, octets))

/** Splits at a sign outside of variables. */
function splitText(text: string, sign: string): string[] {
  const parts = ['']
  for (const piece of parse(text)) {
    if (piece.is === 'variable') {
      parts[parts.length - 1] += piece.text
      continue
    }
    const [first = '', ...others] = piece.text.split(sign)
    parts[parts.length - 1] += first
    parts.push(...others)
  }
  return parts
}

function decode(text: string): string {
  return parse(text)
    .map((piece) => {
      if (piece.is === 'variable') return piece.text
      try {
        return decodeURIComponent(piece.text.replace(/\+/g, ' '))
      } catch {
        return piece.text
      }
    })
    .join('')
}

/** Without the spaces, line breaks and invisible characters that come with copying. */
export function tidy(url: string): string {
  return parse(url)
    .map((piece) => (piece.is === 'variable' ? piece.text : piece.text.replace(/[\s\u200B-\u200F\u2028-\u202F\u2060\uFEFF\u00AD]+/g, '')))
    .join('')
}
