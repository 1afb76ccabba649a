import { Loader } from '@mantine/core'
import { useEffect, useState, useSyncExternalStore, type ReactNode } from 'react'
import { ApiError } from '@/api/error'
import { PartLost } from '@/api/part'
import { language, useT, type Translate } from '@/i18n'
import { codeText, useCodes, whenCodes } from '@/i18n/codes'
import { englishDetail, problemWords } from '@/i18n/problem'
import { Button, IconButton } from './Button'
import { CopyButton } from './CopyButton'
import { Icon, type IconName } from './icons'
import { Rich } from './Rich'
import css from './feedback.module.css'

// ── waiting ──────────────────────────────────────────────────────────────

/** True after so many milliseconds: what is quicker needs no sign of waiting. */
export function useLate(ms = 300, active = true): boolean {
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (!active) {
      setLate(false)
      return
    }
    const timer = setTimeout(() => setLate(true), ms)
    return () => clearTimeout(timer)
  }, [ms, active])
  return late
}

/** Grey lines in the place of what comes, after 300 ms. */
export function Skeleton({ lines = 3, height = 16, gap = 12 }: { lines?: number; height?: number; gap?: number }) {
  const late = useLate()
  const t = useT()
  return (
    <div role="status" aria-busy aria-label={t('ui.loading')} className={css.skeletons} style={{ gap }}>
      {late && Array.from({ length: lines }, (_, i) => <div key={i} className={css.skeleton} style={{ height, width: `${100 - ((i * 13) % 30)}%` }} />)}
    </div>
  )
}

/** Stands in a line for words that are on their way. There may be many: none of them says so aloud. */
export const Blank = () => <span aria-hidden aria-busy className={css.blank} />

/** At the end of a list that goes on. */
export function More({ onMore, loading }: { onMore: () => void; loading: boolean }) {
  const t = useT()
  return (
    <div className={css.more}>
      <Button onClick={onMore} loading={loading}>
        {t('ui.more')}
      </Button>
    </div>
  )
}

export const Spinner = ({ size = 16 }: { size?: number }) => <Loader size={size} color="var(--accent)" aria-hidden />

// ── notes ────────────────────────────────────────────────────────────────

export type Tone = 'ok' | 'warn' | 'error' | 'info' | 'muted'
const toneIcon: Record<Tone, IconName> = { ok: 'check', warn: 'warning', error: 'close', info: 'info', muted: 'info' }

export function Note({ tone = 'info', title, children, actions, onClose }: { tone?: Tone; title?: ReactNode; children?: ReactNode; actions?: ReactNode; onClose?: () => void }) {
  const t = useT()
  return (
    <div className={css.note} data-tone={tone} role={tone === 'error' ? 'alert' : undefined}>
      <Icon name={toneIcon[tone]} className={css.noteIcon} />
      <div className={css.noteBody}>
        {title && <div className={css.noteTitle}>{title}</div>}
        {children && <div>{children}</div>}
        {actions && <div className={css.noteActions}>{actions}</div>}
      </div>
      {onClose && <IconButton icon="close" size="small" label={t('ui.close')} onClick={onClose} />}
    </div>
  )
}

export interface Told {
  what: string
  meaning?: string
  todo?: string
}

/** The catalogue's text of a code; undefined for one that it does not have. */
export const tellCode = (code: string | undefined): Told | undefined => (code ? codeText(code, language()) : undefined)

/** What happened, what it means, what to do: by the error's code, in the present language. */
export function tell(error: unknown, t: Translate): Told {
  if (error instanceof ApiError) {
    if (error.offline) return { what: t('error.offline'), todo: t('error.offline.todo') }
    // One mistake says more than that there are mistakes.
    if (isOneMistake(error)) return { what: `${problemWords(error.problems[0]!)}.` }
    return tellCode(error.code) ?? { what: t('error.unknown') }
  }
  if (error instanceof PartLost) return { what: t('error.part'), meaning: t('error.part.meaning'), todo: t('error.part.todo') }
  return { what: t('error.page') }
}

const isOneMistake = (error: ApiError): boolean => (error.code === 'invalid' || error.code === 'conflict') && error.problems.length === 1

/** The frame of the page says so and lets in again; to say it in every place as well would only frighten. */
const isLoggedOut = (error: unknown): boolean => error instanceof ApiError && error.code === 'unauthorized'

/** The list to which a page belongs: there stands what can be opened. */
const listOf = (path: string): string | undefined => /^\/(scenarios|sources|runs|requests)(?=\/.)/.exec(path)?.[0]

/** An error in words; the server's own details are folded. Of what is not there the list is offered, and nothing else. */
export function ErrorNote({ error, told, onRetry, actions }: { error?: unknown; told?: Told; onRetry?: () => void; actions?: ReactNode }) {
  const t = useT()
  useCodes()
  const text = told ?? tell(error, t)
  const api = error instanceof ApiError ? error : undefined
  if (isLoggedOut(error)) return null
  const list = api?.code === 'not_found' && told === undefined ? listOf(location.pathname) : undefined
  return (
    <Note
      tone="error"
      title={text.what}
      actions={
        (onRetry || actions || list) && (
          <>
            {onRetry && (
              <Button size="small" onClick={onRetry}>
                {t('ui.tryAgain')}
              </Button>
            )}
            {list ? (
              <Button size="small" to={list}>
                {t('page.toList')}
              </Button>
            ) : (
              actions
            )}
          </>
        )
      }
    >
      {text.meaning && <p><Rich>{text.meaning}</Rich></p>}
      {text.todo && <p><Rich>{text.todo}</Rich></p>}
      {api && api.problems.length > 0 && (told !== undefined || !isOneMistake(api)) && (
        <ul className={css.problems}>
          {api.problems.map((problem, index) => (
            <li key={index}>
              {problemWords(problem)}
              {problem.pointer && <code className={css.pointer}>{problem.pointer}</code>}
            </li>
          ))}
        </ul>
      )}
      {api && !api.offline && (
        <details className={css.details}>
          <summary>{t('error.details')}</summary>
          <code>
            HTTP {api.status} · {api.code}
          </code>
          {api.logId && (
            <p>
              {t('error.logId')} <code>{api.logId}</code> <CopyButton text={api.logId} size="small" label={t('error.copyLogId')} />
            </p>
          )}
          {englishDetail(api.message) && <p>{api.message}</p>}
        </details>
      )}
    </Note>
  )
}

export interface EmptyStateProps {
  title: ReactNode
  children?: ReactNode
  icon?: IconName
  actions?: ReactNode
}

/** A list with nothing in it: what belongs here, and how it gets here. */
export function EmptyState({ title, children, icon, actions }: EmptyStateProps) {
  return (
    <div className={css.empty}>
      {icon && <Icon name={icon} size={32} className={css.emptyIcon} />}
      <h2>{title}</h2>
      {children && <div className={css.emptyText}>{children}</div>}
      {actions && <div className={css.emptyActions}>{actions}</div>}
    </div>
  )
}

// ── toasts ───────────────────────────────────────────────────────────────

interface Toast {
  id: number
  text: ReactNode
  tone: Tone
  /** «Undo». */
  undo?: () => void
  action?: { label: string; act: () => void }
  close: () => void
}

let toasts: readonly Toast[] = []
let lastId = 0
const watchers = new Set<() => void>()
function setToasts(next: readonly Toast[]): void {
  toasts = next
  for (const watcher of watchers) watcher()
}

/** For what ended elsewhere on the page, or can be taken back. Errors stay until closed, the rest for seconds. */
export function toast(text: ReactNode, options: { tone?: Tone; undo?: () => void; action?: Toast['action'] } = {}): () => void {
  const id = ++lastId
  const tone = options.tone ?? 'ok'
  const close = () => setToasts(toasts.filter((one) => one.id !== id))
  setToasts([...toasts.slice(-3), { id, text, tone, undo: options.undo, action: options.action, close }])
  return close
}

/** The toast of something that the server refused. */
export function toastError(error: unknown, t: Translate): void {
  if (isLoggedOut(error)) return
  whenCodes(() => {
    const { what, todo } = tell(error, t)
    toast(
      <>
        {what} {todo}
      </>,
      { tone: 'error' },
    )
  })
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => toasts,
  )
  return (
    // One polite live region for the whole page.
    <div className={css.toasts} role="status" aria-live="polite">
      {shown.map((one) => (
        <OneToast key={one.id} one={one} />
      ))}
    </div>
  )
}

/** It stays while a pointer or the cursor is on it: nobody who reaches for its button has it taken away. */
function OneToast({ one }: { one: Toast }) {
  const t = useT()
  const [pointed, setPointed] = useState(false)
  const [focused, setFocused] = useState(false)
  const held = pointed || focused
  useEffect(() => {
    if (held || one.tone === 'error') return
    const timer = setTimeout(one.close, one.undo || one.action ? 10_000 : 5_000)
    return () => clearTimeout(timer)
  }, [held, one])
  return (
    <div className={css.toast} data-tone={one.tone} onPointerEnter={() => setPointed(true)} onPointerLeave={() => setPointed(false)} onFocus={() => setFocused(true)} onBlur={() => setFocused(false)}>
      <Icon name={toneIcon[one.tone]} className={css.noteIcon} />
      <div className={css.toastBody}>
        <div className={css.toastText}>{one.text}</div>
        {one.undo && (
          <Button
            size="small"
            kind="soft"
            onClick={() => {
              one.undo?.()
              one.close()
            }}
          >
            {t('undo')}
          </Button>
        )}
        {one.action && (
          <Button
            size="small"
            kind="soft"
            onClick={() => {
              one.action?.act()
              one.close()
            }}
          >
            {one.action.label}
          </Button>
        )}
      </div>
      <IconButton icon="close" size="small" label={t('ui.close')} tip={false} onClick={one.close} />
    </div>
  )
}
