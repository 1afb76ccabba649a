import { useState, type ReactNode } from 'react'
import { fullTime, ago, clock, size, useLanguage, useT } from '@/i18n'
import { Button } from './Button'
import { CopyButton } from './CopyButton'
import { Icon, type IconName } from './icons'
import { Segments } from './fields'
import { Tip } from './overlays'
import { JsonTree } from './JsonTree'
import { TreeSearch } from './TreeSearch'
import css from './data.module.css'

// ── words with a shape and a colour ──────────────────────────────────────

export type BadgeTone = 'ok' | 'warn' | 'error' | 'info' | 'muted'

/** A state: shape, word and colour, never colour alone. */
export function Badge({ tone, icon, children, soft }: { tone: BadgeTone; icon?: IconName; children: ReactNode; soft?: boolean }) {
  return (
    <span className={soft ? css.badgeSoft : css.badge} data-tone={tone}>
      {icon && <Icon name={icon} size={16} />}
      <span>{children}</span>
    </span>
  )
}

export type PillTone = 'variable' | 'unknown' | 'empty' | 'secret' | 'plain'

/** A variable, a filter, a tag. Drawn alike in the fields of the editor (see pill.css there). */
export function Pill({ tone = 'plain', children, onRemove, onClick, title }: { tone?: PillTone; children: ReactNode; onRemove?: () => void; onClick?: () => void; title?: string }) {
  const t = useT()
  const body = (
    <>
      {tone === 'secret' && <Icon name="lock" size={12} />}
      {children}
    </>
  )
  return (
    <span className={css.pill} data-tone={tone} title={title}>
      {onClick ? (
        <button type="button" className={css.pillButton} onClick={onClick}>
          {body}
        </button>
      ) : (
        body
      )}
      {onRemove && (
        <button type="button" className={css.pillRemove} onClick={onRemove} aria-label={t('ui.remove')}>
          <Icon name="close" size={12} />
        </button>
      )}
    </span>
  )
}

/** An HTTP method: a word in mono, of one colour whatever it is. */
export const Method = ({ children }: { children: string }) => <span className={css.method}>{children}</span>

/** An HTTP status with its tone. */
export function Status({ code, children }: { code?: number; children?: ReactNode }) {
  if (!code) return <span className={css.muted}>—</span>
  const tone: BadgeTone = code < 300 ? 'ok' : code < 400 ? 'info' : 'error'
  return (
    <span className={css.status} data-tone={tone} translate="no">
      {children ?? code}
    </span>
  )
}

/** A time in short, with date, zone and UTC in its tip. */
export function Time({ at, relative }: { at: string | undefined; relative?: boolean | 'both' }) {
  useLanguage()
  if (!at) return <span className={css.muted}>—</span>
  return (
    <Tip label={fullTime(at)}>
      <time dateTime={at} className={css.time}>
        {relative === true ? ago(at) : clock(at)}
        {relative === 'both' && <span className={css.muted}> · {ago(at)}</span>}
      </time>
    </Tip>
  )
}

// ── texts as they are ────────────────────────────────────────────────────

const shownLimit = 200_000
/** A body above this, in characters, is shown by its beginning: as a tree it would hold the page up. */
const bigBody = 1_000_000

/** A way to the whole body as a file: the server's where there is one, else one of what the page holds. */
function Download({ href, body, encoding }: { href: string | undefined; body: string; encoding?: string | undefined }) {
  const t = useT()
  if (href)
    return (
      <a href={href} download>
        {t('body.download')}
      </a>
    )
  const save = () => {
    const url = URL.createObjectURL(new Blob([encoding ? Uint8Array.from(atob(body), (c) => c.charCodeAt(0)) : body], { type: 'application/octet-stream' }))
    const link = Object.assign(document.createElement('a'), { href: url, download: encoding ? 'body.bin' : 'body.txt' })
    link.click()
    setTimeout(() => URL.revokeObjectURL(url), 1000)
  }
  return (
    <Button size="small" kind="quiet" icon="download" onClick={save}>
      {t('body.download')}
    </Button>
  )
}

/** A text as it is, never as HTML. What is long is cut, and can be copied or downloaded whole. */
export function CodeView({ text, label, copy = true, wrap = true, maxHeight = 420, download, inner }: { text: string; label?: string; copy?: boolean; wrap?: boolean; maxHeight?: number; download?: string | undefined; /** Who shows it offers the file. */ inner?: boolean }) {
  const t = useT()
  const cut = text.length > shownLimit
  return (
    <div className={css.codeBox}>
      {copy && text !== '' && (
        <div className={css.codeCopy}>
          <CopyButton text={text} label={label ? `${t('ui.copy')}: ${label}` : undefined} />
        </div>
      )}
      <pre className={css.code} data-wrap={wrap || undefined} style={{ maxHeight }} tabIndex={0} aria-label={label}>
        {cut ? text.slice(0, shownLimit) : text}
      </pre>
      {cut && (
        <div className={css.bodyHead}>
          <span className={css.muted}>{t('ui.cutAt', { shown: shownLimit, all: text.length })}</span>
          {!inner && <Download href={download} body={text} />}
        </div>
      )}
    </div>
  )
}

/** Name–value rows for reading: headers, parameters. */
export function KeyValueRows({ rows, empty }: { rows: readonly { name: string; value: string; note?: ReactNode; muted?: boolean }[]; empty?: ReactNode }) {
  const t = useT()
  if (rows.length === 0) return <p className={css.muted}>{empty ?? t('ui.none')}</p>
  return (
    <table className={css.rows}>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index} data-muted={row.muted || undefined}>
            <th scope="row" translate="no">
              {row.name}
            </th>
            <td>
              <span translate="no">{row.value}</span>
              {row.note && <div className={css.rowNote}>{row.note}</div>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export type BodyMode = 'tree' | 'text' | 'raw'

export interface BodyViewProps {
  /** The body: text, or base64 of what is no text. */
  body: string
  encoding?: string
  contentType?: string
  /** A click on a value of the tree, with its path: body.items[0].sku */
  onPick?: (path: string, value: unknown) => void
  /** What stands at the end of a value's line: a mark that it is saved, a button. */
  after?: (path: string, value: unknown) => ReactNode
  /** The name of the root in paths; «body» when left out. */
  root?: string
  label?: string
  maxHeight?: number
  /** Where the body can be had as a file; never opened by the browser. */
  download?: string
}

/** A body as a tree, as text or byte for byte, as the reader likes. */
export function BodyView({ body, encoding, contentType, onPick, after, root = 'body', label, maxHeight, download }: BodyViewProps) {
  const t = useT()
  const big = !encoding && body.length > bigBody
  const parsed = encoding || big ? undefined : parseJson(body)
  const [mode, setMode] = useState<BodyMode>()
  const [found, setFound] = useState<string>()
  const shown = mode ?? (parsed !== undefined && typeof parsed.value === 'object' ? 'tree' : 'text')
  if (body === '') return <p className={css.muted}>{t('body.empty')}</p>
  if (encoding)
    return (
      <div className={css.body}>
        <div className={css.bodyHead}>
          <span>{t('body.binary', { type: contentType?.split(';')[0] || t('body.noType'), size: size(bytesOf(body)) })}</span>
          <Download href={download} body={body} encoding={encoding} />
        </div>
        <p className={css.muted}>{t('body.hex')}</p>
        <CodeView text={hex(body)} label={label} wrap={false} maxHeight={maxHeight} />
      </div>
    )
  if (big)
    return (
      <div className={css.body}>
        <div className={css.bodyHead}>
          <span>{t('body.big', { size: size(new Blob([body]).size) })}</span>
          {contentType && <span className={css.muted}>{contentType}</span>}
          <Download href={download} body={body} />
        </div>
        <CodeView text={body} label={label} maxHeight={maxHeight} inner />
      </div>
    )
  const modes: { value: BodyMode; label: string }[] = [
    ...(parsed && typeof parsed.value === 'object' ? [{ value: 'tree' as const, label: t('body.tree') }] : []),
    { value: 'text', label: t('body.asText') },
    { value: 'raw', label: t('body.raw') },
  ]
  return (
    <div className={css.body}>
      {parsed !== undefined && (
        <div className={css.bodyHead}>
          <Segments ariaLabel={t('body.view')} size="small" value={shown} onChange={setMode} options={modes} />
          {contentType && <span className={css.muted}>{contentType}</span>}
          {shown === 'tree' && <TreeSearch key={body} value={parsed.value} root={root} onFound={setFound} />}
        </div>
      )}
      {shown === 'tree' && parsed ? (
        <div className={css.tree} style={{ maxHeight: maxHeight ?? 420 }}>
          <JsonTree value={parsed.value} root={root} onPick={onPick} after={after} at={found} />
        </div>
      ) : (
        <CodeView text={shown === 'text' && parsed ? parsed.pretty : body} label={label} wrap={shown !== 'raw'} maxHeight={maxHeight} download={download} />
      )}
    </div>
  )
}

/** How many bytes base64 stands for. */
const bytesOf = (base64: string): number => Math.floor((base64.length * 3) / 4) - (/=*$/.exec(base64)?.[0].length ?? 0)

// Strings, to step over them, and whole numbers whose digits a double may not hold.
const longNumbers = /"(?:\\.|[^"\\])*"|-?\d{16,}(?![\d.eE])/g

/** JSON with the digits of big numbers kept: the tree shows what came, not what a double makes of it. */
export function parseJson(text: string): { value: unknown; pretty: string } | undefined {
  if (text.length > 2_000_000) return undefined
  try {
    const value: unknown = JSON.parse(text.replace(longNumbers, (part) => (part.startsWith('"') ? part : `"\\u0000n${part}"`)), (_key, v: unknown) =>
      typeof v === 'string' && v.startsWith('\0n') ? new BigNumber(v.slice(2)) : v,
    )
    return { value, pretty: pretty(value, '') }
  } catch {
    return undefined
  }
}

/** A number whose digits a double cannot hold. */
export class BigNumber {
  readonly digits: string
  constructor(digits: string) {
    this.digits = digits
  }
  toString(): string {
    return this.digits
  }
}

function pretty(value: unknown, indent: string): string {
  const deeper = `${indent}  `
  if (value instanceof BigNumber) return value.digits
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    return `[\n${value.map((v) => deeper + pretty(v, deeper)).join(',\n')}\n${indent}]`
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
    if (entries.length === 0) return '{}'
    return `{\n${entries.map(([k, v]) => `${deeper}${JSON.stringify(k)}: ${pretty(v, deeper)}`).join(',\n')}\n${indent}}`
  }
  return JSON.stringify(value)
}

/** The first 512 bytes of base64, sixteen in a line. */
export function hex(base64: string): string {
  let bytes: Uint8Array
  try {
    bytes = Uint8Array.from(atob(base64.slice(0, 684)), (c) => c.charCodeAt(0)).slice(0, 512)
  } catch {
    return base64
  }
  const out: string[] = []
  for (let i = 0; i < bytes.length; i += 16) {
    const row = [...bytes.slice(i, i + 16)]
    const text = row.map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : '·')).join('')
    out.push(`${i.toString(16).padStart(4, '0')}  ${row.map((b) => b.toString(16).padStart(2, '0')).join(' ').padEnd(47)}  ${text}`)
  }
  return out.join('\n')
}
