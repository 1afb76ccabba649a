/** Variables written the way other systems write them, and the offer to turn them into ours. */
import { parse } from './template'
import { build } from './template'
import { tail, type Variable } from './variables'

export interface Foreign {
  text: string
  from: number
  to: number
  /** What to put instead. */
  path: string
  /** Whether the name is among the known variables. */
  known: boolean
}

const dotted = String.raw`[\p{L}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+|\[\d+\])*`
const forms = [
  { find: new RegExp(String.raw`\(\{\s*(${dotted})\s*\}\)`, 'gu'), knownOnly: false },
  { find: new RegExp(String.raw`\$\{\s*(${dotted})\s*\}`, 'gu'), knownOnly: false },
  { find: new RegExp(String.raw`%(${dotted})%`, 'gu'), knownOnly: true },
]

/** Foreign variables in a text, in order. %x% counts only when x is known, so that %20 stays what it is. */
export function findForeign(text: string, variables: readonly Variable[]): Foreign[] {
  const found: Foreign[] = []
  for (const piece of parse(text)) {
    if (piece.is !== 'text') continue
    for (const form of forms) {
      for (const match of piece.text.matchAll(form.find)) {
        const name = match[1] ?? ''
        const target = resolve(name, variables)
        // What the data lack is no offer; before there are any, the name alone is.
        if (target === undefined && (form.knownOnly || variables.length > 0)) continue
        const from = piece.from + match.index
        found.push({ text: match[0], from, to: from + match[0].length, path: target ?? name.replace(/^localVar\./, ''), known: target !== undefined })
      }
    }
  }
  found.sort((a, b) => a.from - b.from)
  return found.filter((one, i) => i === 0 || one.from >= (found[i - 1]?.to ?? 0))
}

function resolve(name: string, variables: readonly Variable[]): string | undefined {
  const bare = name.replace(/^localVar\./, '').replace(/^(bot|user)\./, '')
  const exact = variables.find((v) => v.path === name || v.path === bare || v.short === bare)
  if (exact) return exact.path
  const ends = variables.find((v) => v.path === `event.body.${bare}` || v.path === `event.query.${bare}` || v.path === `vars.${bare}`)
  return (ends ?? close(bare, variables))?.path
}

/** The one variable whose name differs by case and signs only: phone_number is PhoneNumber. Two such leave it open. */
function close(name: string, variables: readonly Variable[]): Variable | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}.[\]]/gu, '')
  const found = variables.filter((v) => /^(event\.(body|query)|vars)\b/.test(v.path) && plain(tail(v.path)) === plain(name))
  return found.length === 1 ? found[0] : undefined
}

/** The text with foreign variables turned into ours. */
export function convert(text: string, foreign: readonly Foreign[]): string {
  let out = text
  for (const one of [...foreign].reverse()) out = out.slice(0, one.from) + build({ path: one.path }) + out.slice(one.to)
  return out
}
