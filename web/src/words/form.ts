/** The pairs of a form as its sender meant them: in the encoding that its type names, else UTF-8, else the one that old sites in Russian still use. */
export function readPairs(text: string, contentType = ''): [string, string][] {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1]
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=')
      return at < 0 ? [decoded(pair, charset), ''] : [decoded(pair.slice(0, at), charset), decoded(pair.slice(at + 1), charset)]
    })
}

function decoded(text: string, charset: string | undefined): string {
  const bytes = unescaped(text.replaceAll('+', ' '))
  for (const label of [charset, 'utf-8']) {
    try {
      if (label !== undefined) return new TextDecoder(label, { fatal: true }).decode(bytes)
    } catch {
      // Not in this encoding, or there is none of this name.
    }
  }
  return new TextDecoder('windows-1251').decode(bytes)
}

/** What stands behind the percent signs; what is not escaped is UTF-8, as the page has it. */
function unescaped(text: string): Uint8Array<ArrayBuffer> {
  const plain = new TextEncoder().encode(text)
  const out = new Uint8Array(plain.length)
  let length = 0
  for (let i = 0; i < plain.length; i++) {
    const code = /^%([0-9a-f]{2})/i.exec(String.fromCharCode(...plain.subarray(i, i + 3)))?.[1]
    out[length++] = code === undefined ? plain[i]! : parseInt(code, 16)
    if (code !== undefined) i += 2
  }
  return out.subarray(0, length)
}
