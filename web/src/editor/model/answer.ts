/** What a step that answers the sender would answer, put together from what its values become. */
import type { Preview } from '@/api'
import { rowBecomes, becomes, type Becomes } from '../becomes'
import { rowsToText } from './body'
import { isRows, rowsOf, type Row } from './document'
import { parseJson, type Json } from './json'

export interface Answer {
  status: string
  body: string
}

/** Undefined while a value of it is missing or mistaken. */
export function answerOf(respond: { status?: Json; text?: string; json?: Json | Row[] }, preview: Preview | undefined, at: string): Answer | undefined {
  const status = respond.status === undefined ? '200' : textOf(becomes(preview, `${at}/status`))
  if (status !== undefined && outOf(status, 200, 599)) return undefined
  const body = bodyOf(respond, preview, at)
  return status === undefined || body === undefined ? undefined : { status, body }
}

/** Whether a text is no whole number between two others. */
export const outOf = (text: string, min: number, max: number): boolean => !/^\d{1,15}$/.test(text.trim()) || Number(text) < min || Number(text) > max

const textOf = (value: Becomes | undefined): string | undefined => (!value || value.problem ? undefined : value.text)

function bodyOf(respond: { text?: string; json?: Json | Row[] }, preview: Preview | undefined, at: string): string | undefined {
  const { json } = respond
  if (respond.text !== undefined) return textOf(becomes(preview, `${at}/text`))
  if (json === undefined) return ''
  if (!isRows(json) && !(Array.isArray(json) && json.length === 0)) return textOf(becomes(preview, `${at}/json`))
  const rows: Row[] = []
  for (const [i, row] of rowsOf(json).entries()) {
    if (row.on === false || row.name === '') continue
    const value = valueOf(rowBecomes(preview, `${at}/json`, i, row))
    if (value === undefined) return undefined
    rows.push({ name: row.name, value })
  }
  return rowsToText(rows)
}

function valueOf(value: Becomes | undefined): Json | undefined {
  if (!value || value.problem || value.type === 'binary') return undefined
  if (value.type === 'text') return value.text
  if (value.type === 'nothing') return null
  try {
    return parseJson(value.text)
  } catch {
    // Shown by its beginning only.
    return undefined
  }
}
