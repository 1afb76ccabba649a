// How much a browser has to fetch before the first page works, and how much each part that comes later adds.
// Fails the build when it is more than what was promised.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { pathToFileURL } from 'node:url'

export const limits = { script: 300 * 1024, style: 40 * 1024, chunk: 130 * 1024 }

const catalogues = ['src/i18n/ru.json', 'src/i18n/en.json']

/** Adds up a build: manifest is Vite's, size(file) the compressed length of a file. */
export function weigh(manifest, size) {
  const entry = Object.keys(manifest).find((key) => manifest[key].isEntry)
  if (!entry) throw new Error('the build has no entry')
  const first = new Set()
  const styles = new Set()
  const walk = (key) => {
    if (first.has(key)) return
    first.add(key)
    for (const style of manifest[key].css ?? []) styles.add(style)
    for (const next of manifest[key].imports ?? []) walk(next)
  }
  walk(entry)
  // Nothing is drawn without the texts of one language: the longer ones count.
  const texts = catalogues.filter((key) => manifest[key]).sort((a, b) => size(manifest[b].file) - size(manifest[a].file))
  if (texts.length !== catalogues.length) throw new Error('the build has not the texts of each language apart')
  walk(texts[0])
  const sum = (names) => names.reduce((all, name) => all + size(name), 0)
  const scripts = [...first].map((key) => manifest[key].file).filter((file) => file.endsWith('.js'))
  const lazy = Object.keys(manifest)
    .filter((key) => !first.has(key) && manifest[key].file.endsWith('.js'))
    .map((key) => ({ file: manifest[key].file, bytes: size(manifest[key].file) }))
    .sort((a, b) => b.bytes - a.bytes)
  return { script: sum(scripts), style: sum([...styles]), lazy }
}

/** What is too much, in words; empty when nothing is. */
export function judge({ script, style, lazy }, limit = limits) {
  const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`
  const over = []
  if (script > limit.script) over.push(`first load: ${kb(script)} of script, at most ${kb(limit.script)}`)
  if (style > limit.style) over.push(`first load: ${kb(style)} of style, at most ${kb(limit.style)}`)
  for (const { file, bytes } of lazy) if (bytes > limit.chunk) over.push(`${file}: ${kb(bytes)}, at most ${kb(limit.chunk)}`)
  return over
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const manifest = JSON.parse(readFileSync('dist/assets/manifest.json', 'utf8'))
  const result = weigh(manifest, (file) => gzipSync(readFileSync(`dist/${file}`), { level: 9 }).length)
  const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`
  console.log(`first load, gzip: script ${kb(result.script)} of ${kb(limits.script)}, style ${kb(result.style)} of ${kb(limits.style)}`)
  for (const { file, bytes } of result.lazy.slice(0, 5)) console.log(`  later: ${file} ${kb(bytes)}`)
  const over = judge(result)
  for (const line of over) console.error(`too much: ${line}`)
  if (over.length > 0) process.exit(1)
}
