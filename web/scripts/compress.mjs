// Writes the twins of what was built (.br, .gz), so that the server never compresses these files itself.
import { constants, brotliCompressSync, gzipSync } from 'node:zlib'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const worthIt = /\.(js|css|html|svg|json|webmanifest|txt|map)$/

function* files(dir) {
  for (const name of readdirSync(dir)) {
    const path = join(dir, name)
    if (statSync(path).isDirectory()) yield* files(path)
    else yield path
  }
}

let count = 0
for (const path of files('dist')) {
  // The page itself gets a fresh nonce on every request: a twin of it could not.
  if (!worthIt.test(path) || path.endsWith('index.html')) continue
  const content = readFileSync(path)
  if (content.length < 512) continue
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
  writeFileSync(
    `${path}.br`,
    brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
  )
  count++
}
console.log(`${count} files have compressed twins`)
