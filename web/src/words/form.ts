/** The pairs of a form as the server reads them: in the encoding that its type names, else what is no UTF-8 in the one that old sites in Russian still use. */
export function readPairs(text: string, contentType = ''): [string, string][] {
  const decode = decoder(/;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1])
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=')
      return at < 0 ? [unescaped(pair, decode), ''] : [unescaped(pair.slice(0, at), decode), unescaped(pair.slice(at + 1), decode)]
    })
}

type Decode = (bytes: Uint8Array) => string

function decoder(charset: string | undefined): Decode {
  try {
    if (charset !== undefined) {
      const named = new TextDecoder(charset)
      return (bytes) => named.decode(bytes)
    }
  } catch {
    // There is none of this name.
  }
  const [usual, old] = [new TextDecoder('utf-8', { fatal: true }), new TextDecoder('windows-1251')]
  return (bytes) => {
    try {
      return usual.decode(bytes)
    } catch {
      return old.decode(bytes)
    }
  }
}

/** What stands behind the percent signs. Letters that are not escaped were read by the server; ASCII beside an escape may be the second byte of a letter. */
function unescaped(text: string, decode: Decode): string {
  const spaced = text.replaceAll('+', ' ')
  return spaced.includes('%') ? spaced.replace(/[\0-\x7f]+/g, (run) => (run.includes('%') ? decode(bytesOf(run)) : run)) : spaced
}

function bytesOf(ascii: string): Uint8Array {
  const out = new Uint8Array(ascii.length)
  let length = 0
  for (let i = 0; i < ascii.length; i++) {
    const code = ascii.charCodeAt(i)
    const [high, low] = code === 0x25 ? [digit(ascii.charCodeAt(i + 1)), digit(ascii.charCodeAt(i + 2))] : [-1, -1]
    if (high < 0 || low < 0) out[length++] = code
    else {
      out[length++] = high * 16 + low
      i += 2
    }
  }
  return out.subarray(0, length)
}

/** The value of a hexadecimal digit; -1 of anything else. */
function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
