import type { Page } from '@playwright/test'

/** Names, and what has no Russian word: the only Latin words of a Russian screen besides addresses and what people typed. */
const names = new Set(
  (
    'JSON HTTP HTTPS cURL curl API YAML XML URL URI CORS SMTP TLS STARTTLS DNS TCP IP IPv4 IPv6 CIDR CSV HMAC OAuth Basic Bearer UTC ID RE2 UTF utf ' +
    'GET POST PUT PATCH DELETE HEAD OPTIONS Content Type Authorization Location Allow Retry After Host Accept Idempotency Key ' +
    'Ctrl Cmd Shift Enter Esc Tab Alt Caps Lock English Gonets SQLite PostgreSQL Docker Telegram WhatsApp Tilda Bitrix AmoCRM amoCRM VK Google Gmail Yandex Marquiz Stripe GitHub GitLab Shopify ' +
    'gzip PHP RU EN REST FTP ftp W3C OpenAPI systemd Slack Traceparent traceparent ' +
    'Webjack Qnext LeadConverter Smartbot CRM SMS SKU CDEK OK Created Found Unauthorized Service Unavailable text form json'
  ).split(' '),
)

/** A word with a sign in it is an address, a path, a name of a field or a number with its unit. */
const technical = /[\d./:@_{}=#$<>\\*+|-]/

/** English words that a person sees, or hears from a screen reader, where Russian is spoken. */
export async function englishWords(page: Page, typed: readonly string[] = []): Promise<string[]> {
  const texts = await page.evaluate(() => {
    // What came from outside, what people typed, and what is a language of its own.
    const outside = 'code, pre, kbd, textarea, [contenteditable="true"], .cm-editor, .mono, [role="tree"], [translate="no"], script, style'
    const out: string[] = []
    const seen = (e: Element) => {
      const style = getComputedStyle(e)
      const box = e.getBoundingClientRect()
      return style.visibility !== 'hidden' && style.display !== 'none' && box.width > 0 && box.height > 0
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement
      const text = node.textContent?.trim()
      if (text && parent && !parent.closest(outside) && seen(parent)) out.push(text)
    }
    for (const e of document.querySelectorAll('[aria-label], [title], [alt]')) {
      if (e.closest(outside) || !seen(e)) continue
      for (const name of ['aria-label', 'title', 'alt']) {
        const text = e.getAttribute(name)
        // A label that ends with the name of a field: «Значение: phone».
        if (text) out.push(name === 'aria-label' ? text.replace(/(: [\w.[\]-]+)+$/, '') : text)
      }
    }
    out.push(document.title)
    return out
  })
  const found = new Set<string>()
  for (const text of texts) {
    // One word in quotes is somebody's name for something.
    const rest = typed.reduce((now, one) => now.replaceAll(one, ' '), text).replace(/«[\w.-]+»/g, ' ')
    for (const token of rest.split(/[\s\u00a0\u202f,;!?()«»“”"'…·—–→]+/)) {
      const word = token.replace(/^[.:]+|[.:]+$/g, '')
      if (word.length > 1 && /^[A-Za-z]+$/.test(word) && !technical.test(word) && !names.has(word)) found.add(`${word} (${text.slice(0, 120)})`)
    }
  }
  return [...found]
}
