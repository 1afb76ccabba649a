/** Addresses with variables in them. */
import { parse } from '../../pill/template'
import type { Row } from './document'

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

/** Takes the query out of an address, as rows. What was encoded there is decoded: rows are encoded when they are sent. */
export function splitQuery(url: string): { url: string; rows: Row[] } {
  const at = queryAt(url)
  if (at < 0) return { url, rows: [] }
  const hash = url.indexOf('#', at)
  const query = url.slice(at + 1, hash < 0 ? undefined : hash)
  const rows = splitText(query, '&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...rest] = splitText(pair, '=')
      return { name: decode(name), value: decode(rest.join('=')) }
    })
  return { url: url.slice(0, at) + (hash < 0 ? '' : url.slice(hash)), rows }
}

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
